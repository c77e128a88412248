/**
 * Where sessions lie: each under a digest of its token, and for each person an index of theirs, so that all can be ended from afar.
 *
 * 1. A record is written before the index has it, and nobody has its token before that: a session that can be used is in the index.
 * 2. Ending all takes the records away, then clears the index at the version that was read, again when somebody came meanwhile.
 * 3. One session that takes the place of another takes its place in the index: where that is gone, all were ended meanwhile, and so is it.
 */
import { type Clock, changeJson, type StateStore, type Versioned } from '@im/core';
import { digestOf, type RandomBytes, randomToken } from '../common/random.ts';
import type { Session } from './session.ts';

/** A session as it was found. */
export interface Found {
  readonly session: Session;
  readonly stored: Versioned;
  readonly token: string;
}

/** A session just written, with its token, which is written nowhere. */
export interface NewSession {
  readonly token: string;
  readonly session: Session;
}

/** Sessions of one tenant, at rest. */
export interface SessionStore {
  /** `undefined`: there is none of this token, or it has ended. */
  find(token: string): Promise<Found | undefined>;
  /** Writes a new one. */
  add(session: Omit<Session, 'id'>): Promise<NewSession>;
  /**
   * Writes one in the place of another, whose token is nobody's from then on.
   *
   * @returns `undefined` when the other has ended
   */
  replace(id: string, change: (old: Session) => Session): Promise<NewSession | undefined>;
  /** Notes that it was heard of. What was ended meanwhile stays ended. */
  touch(found: Found): Promise<Session>;
  /** @returns `undefined` when it has ended */
  change(id: string, change: (old: Session) => Session): Promise<Session | undefined>;
  /** @returns whether it was there */
  delete(id: string): Promise<boolean>;
  /** Ends all of somebody's, those that begin or change meanwhile too. @returns which */
  deleteAll(subject: string, except: string | undefined): Promise<readonly Session[]>;
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
  const readIndex = async (subject: string) => {
    const found = await state.get(indexOf(subject));
    return { ids: JSON.parse(found?.value ?? '[]') as readonly string[], version: found?.version };
  };
  const write = async (given: Omit<Session, 'id'>): Promise<NewSession> => {
    const token = randomToken(randomBytes);
    const session: Session = { ...given, id: digestOf(token) };
    await state.set(keyOf(session.id), JSON.stringify(session), { ttlMs: Math.max(1, leftMs(session)) });
    return { token, session };
  };

  /** The index forgets what has ended, and the oldest of too many; those are ended. */
  const register = async ({ subject, id }: Session): Promise<void> => {
    const { ids } = await readIndex(subject);
    const there = await Promise.all(ids.map((one) => state.get(keyOf(one))));
    const over = new Set(ids.filter((_, index) => there[index] === undefined));
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

  /** Writes a record at the version that was read. `undefined`: it has ended. */
  const change = async (
    id: string,
    alter: (old: Session) => Session,
    textOf = (session: Session) => JSON.stringify(session),
  ): Promise<Session | undefined> => {
    for (;;) {
      const stored = await state.get(keyOf(id));
      const old = stored && readSession(stored.value);
      if (stored === undefined || old === undefined) return undefined;
      const next = alter(old);
      const ttlMs = leftMs(next);
      if (ttlMs <= 0) return undefined;
      if ((await state.compareAndSet(keyOf(id), stored.version, textOf(next), { ttlMs })) !== undefined)
        return next;
    }
  };

  return {
    find: async (token) => {
      const stored = await state.get(keyOf(digestOf(token)));
      if (stored === undefined) return undefined;
      const session = readSession(stored.value);
      return session && leftMs(session) > 0 ? { session, stored, token } : undefined;
    },
    add: async (given) => {
      const made = await write(given);
      await register(made.session);
      return made;
    },
    replace: async (id, alter) => {
      // Retired first, with all that was written into it: of two that would take its place, one does. The record stays, so that the index keeps it.
      const old = await change(
        id,
        (session) => session,
        () => retired,
      );
      if (old === undefined) return undefined;
      const made = await write(alter(old));
      let isIn = false;
      await changeJson<readonly string[]>(
        state,
        indexOf(old.subject),
        (ids = []) => {
          isIn = ids.includes(id);
          return isIn ? ids.map((one) => (one === id ? made.session.id : one)) : ids;
        },
        { ttlMs: absoluteMs },
      );
      await state.delete(keyOf(isIn ? id : made.session.id));
      return isIn ? made : undefined;
    },
    touch: async ({ session, stored }) => {
      if (clock.now() - session.lastSeenAt < touchMs) return session;
      const next = { ...session, lastSeenAt: clock.now() };
      await state.compareAndSet(keyOf(session.id), stored.version, JSON.stringify(next), {
        ttlMs: leftMs(next),
      });
      return next;
    },
    change,
    delete: (id) => state.delete(keyOf(id)),
    deleteAll: async (subject, except) => {
      const ended: Session[] = [];
      for (;;) {
        const { ids, version } = await readIndex(subject);
        const others = ids.filter((id) => id !== except);
        if (others.length === 0) return ended;
        const found = await Promise.all(others.map((id) => state.get(keyOf(id))));
        const gone = await Promise.all(others.map((id) => state.delete(keyOf(id))));
        const sessions = found.map((one) => one && readSession(one.value));
        ended.push(
          ...sessions
            .filter((one, index) => one !== undefined && gone[index] === true)
            .map((one) => one as Session),
        );
        const left = JSON.stringify(ids.filter((id) => id === except));
        if ((await state.compareAndSet(indexOf(subject), version, left, { ttlMs: absoluteMs })) !== undefined)
          return ended;
      }
    },
    list: async (subject) => {
      const { ids } = await readIndex(subject);
      const stored = await Promise.all(ids.map((id) => state.get(keyOf(id))));
      return stored
        .flatMap((one) => (one && readSession(one.value)) ?? [])
        .filter((session) => leftMs(session) > 0)
        .toSorted((one, other) => other.createdAt - one.createdAt);
    },
  };
}

/** What stands in the place of a session that another one is about to take. */
const retired = 'null';

function readSession(text: string): Session | undefined {
  return (JSON.parse(text) as Session | null) ?? undefined;
}

const keyOf = (id: string) => `session/${id}`;
const indexOf = (subject: string) => `subject/${subject}`;
