/** Where sessions lie: each under a digest of its token, and for each person an index of theirs. */
import type { Clock, StateStore, Versioned } from '@im/core';
import { changeJson } from '../common/change-json.ts';
import { digestOf, type RandomBytes, randomToken } from '../common/random.ts';
import type { Session } from './session.ts';

/** A session as it was found. */
export interface Found {
  readonly session: Session;
  readonly stored: Versioned;
  readonly token: string;
}

/** Sessions of one tenant, at rest. */
export interface SessionStore {
  /** `undefined`: there is none of this token, or it has ended. */
  find(token: string): Promise<Found | undefined>;
  /** Writes a new one. @returns its token, which is written nowhere */
  add(session: Omit<Session, 'id'>): Promise<{ readonly token: string; readonly session: Session }>;
  /** Notes that it was heard of. What was ended meanwhile stays ended. */
  touch(found: Found): Promise<Session>;
  /** @returns `undefined` when it has ended */
  change(id: string, change: (old: Session) => Session): Promise<Session | undefined>;
  /** @returns whether it was there */
  delete(id: string): Promise<boolean>;
  /** Newest first. */
  list(subject: string): Promise<readonly Session[]>;
}

/** Measures of a session's life. */
export interface SessionLife {
  readonly idleMs: number;
  readonly absoluteMs: number;
  readonly mostPerSubject: number;
}

const minuteMs = 60_000;

/** Makes it over a part of the state that belongs to the tenant alone. */
export function createSessionStore(
  state: StateStore,
  clock: Clock,
  randomBytes: RandomBytes,
  { idleMs, absoluteMs, mostPerSubject }: SessionLife,
): SessionStore {
  /** A tenth of the idle time is exact enough, and spares a write with every request. */
  const touchMs = Math.min(minuteMs, idleMs / 10);
  const leftMs = ({ endsAt, lastSeenAt }: Session) => Math.min(lastSeenAt + idleMs, endsAt) - clock.now();
  const idsOf = async (subject: string) =>
    JSON.parse((await state.get(indexOf(subject)))?.value ?? '[]') as readonly string[];

  /** The index forgets what has ended, and the oldest of too many; those are ended. */
  const register = async (subject: string, id: string): Promise<void> => {
    const known = await idsOf(subject);
    const there = await Promise.all(known.map((one) => state.get(keyOf(one))));
    const over = new Set(known.filter((_, index) => there[index] === undefined));
    let surplus: readonly string[] = [];
    await changeJson<readonly string[]>(
      state,
      indexOf(subject),
      (old = []) => {
        const next = [...old.filter((one) => !over.has(one)), id];
        surplus = next.slice(0, Math.max(0, next.length - mostPerSubject));
        return next.slice(surplus.length);
      },
      { ttlMs: absoluteMs },
    );
    await Promise.all(surplus.map((one) => state.delete(keyOf(one))));
  };

  return {
    find: async (token) => {
      const stored = await state.get(keyOf(digestOf(token)));
      if (stored === undefined) return undefined;
      const session = JSON.parse(stored.value) as Session;
      return leftMs(session) > 0 ? { session, stored, token } : undefined;
    },
    add: async (given) => {
      const token = randomToken(randomBytes);
      const session: Session = { ...given, id: digestOf(token) };
      // First the index: a session that no list shows could not be ended from afar.
      await register(session.subject, session.id);
      await state.set(keyOf(session.id), JSON.stringify(session), { ttlMs: leftMs(session) });
      return { token, session };
    },
    touch: async ({ session, stored }) => {
      if (clock.now() - session.lastSeenAt < touchMs) return session;
      const next = { ...session, lastSeenAt: clock.now() };
      await state.compareAndSet(keyOf(session.id), stored.version, JSON.stringify(next), {
        ttlMs: leftMs(next),
      });
      return next;
    },
    change: async (id, change) => {
      for (;;) {
        const stored = await state.get(keyOf(id));
        if (stored === undefined) return undefined;
        const next = change(JSON.parse(stored.value) as Session);
        const ttlMs = leftMs(next);
        if (ttlMs <= 0) return undefined;
        const text = JSON.stringify(next);
        if ((await state.compareAndSet(keyOf(id), stored.version, text, { ttlMs })) !== undefined)
          return next;
      }
    },
    delete: (id) => state.delete(keyOf(id)),
    list: async (subject) => {
      const stored = await Promise.all((await idsOf(subject)).map((id) => state.get(keyOf(id))));
      return stored
        .flatMap((one) => (one === undefined ? [] : [JSON.parse(one.value) as Session]))
        .filter((session) => leftMs(session) > 0)
        .toSorted((one, other) => other.createdAt - one.createdAt);
    },
  };
}

const keyOf = (id: string) => `session/${id}`;
const indexOf = (subject: string) => `subject/${subject}`;
