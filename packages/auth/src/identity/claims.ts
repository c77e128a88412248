/** What only one person of a tenant can have: a login, a `userName`, a verified address. */
import { type Clock, IntegrationError, type StateStore } from '@im/core';
import { digestOf } from '../common/random.ts';
import type { Login, Person } from './people.types.ts';

/** A claim, by the key under which it is taken. */
export interface Claim {
  readonly key: string;
  /** What it is, for a message: no value of it. */
  readonly what: string;
  /** Whether the person's record has it. */
  isOf(person: Person): boolean;
}

/** To the letter: an issuer may have subjects that differ in case alone. */
export function loginClaim({ issuer, subject }: Pick<Login, 'issuer' | 'subject'>): Claim {
  return {
    key: `login/${digestOf(JSON.stringify([issuer, subject]))}`,
    what: 'this login',
    isOf: ({ logins }) => logins.some((one) => one.issuer === issuer && one.subject === subject),
  };
}

/** Case does not count (RFC 7643 §4.1.1). */
export function userNameClaim(userName: string): Claim {
  const folded = fold(userName);
  return {
    key: `user-name/${digestOf(folded)}`,
    what: 'this userName',
    isOf: (person) => person.userName !== undefined && fold(person.userName) === folded,
  };
}

/** Case does not count: no mailbox of today tells `Ada@` from `ada@`. */
export function emailClaim(email: string): Claim {
  const folded = fold(email);
  return {
    key: `email/${digestOf(folded)}`,
    what: 'this address',
    isOf: (person) => person.emailVerified && person.email !== undefined && fold(person.email) === folded,
  };
}

/** Claims of one tenant. */
export interface Claims {
  /** Who has it, if anybody does. */
  find(claim: Claim): Promise<Person | undefined>;
  /**
   * Takes all of them, or none.
   *
   * @returns those that were not the person's before
   * @throws {@link IntegrationError} `already_exists`, reason `taken`
   */
  take(person: string, claims: readonly Claim[]): Promise<readonly Claim[]>;
  /** Lets those go that are not `kept`. */
  letGo(person: string, claims: readonly Claim[], kept: readonly Claim[]): Promise<void>;
}

/** Who took it, and when. */
type Taken = readonly [person: string, at: number];
/** Milliseconds in which a claim counts although the record does not say so yet. */
const graceMs = 60_000;

/** Makes it over one tenant's part of the state. */
export function createClaims(
  state: StateStore,
  clock: Clock,
  get: (id: string) => Promise<Person | undefined>,
): Claims {
  const read = async ({ key }: Claim) => {
    const stored = await state.get(key);
    if (stored === undefined) return undefined;
    const [person, at] = JSON.parse(stored.value) as Taken;
    return { person, at, version: stored.version };
  };
  const letGo: Claims['letGo'] = async (person, claims, kept) => {
    const stays = new Set(kept.map(({ key }) => key));
    for (const claim of claims) {
      const found = stays.has(claim.key) ? undefined : await read(claim);
      if (found?.person === person) await state.delete(claim.key, found.version);
    }
  };
  return {
    find: async (claim) => {
      const found = await read(claim);
      const person = found && (await get(found.person));
      return person && claim.isOf(person) ? person : undefined;
    },
    take: async (person, claims) => {
      const taken: Claim[] = [];
      const now = clock.now();
      for (const claim of claims) {
        const found = await read(claim);
        if (found?.person === person) continue;
        const owner = found && (await get(found.person));
        const isVoid = found !== undefined && found.at + graceMs <= now && !(owner && claim.isOf(owner));
        const isFree = found === undefined || owner === undefined || isVoid;
        const value = JSON.stringify([person, now] satisfies Taken);
        if (isFree && (await state.compareAndSet(claim.key, found?.version, value)) !== undefined) {
          taken.push(claim);
          continue;
        }
        await letGo(person, taken, []);
        throw new IntegrationError(`${claim.what} belongs to somebody else`, {
          code: 'already_exists',
          reason: 'taken',
          remedy: 'use another one, or take it away there first',
        });
      }
      return taken;
    },
    letGo,
  };
}

/** NFKC, so that what looks alike is alike; then without case. */
function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}
