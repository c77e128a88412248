/** A person's record: what a change makes of it, what it claims, and what it may hold. */
import { IntegrationError } from '@im/core';
import type { ExternalIdentity } from '../common/principal.ts';
import { type Claim, emailClaim, loginClaim, userNameClaim } from './claims.ts';
import type { Login, Person, PersonChange } from './people.types.ts';

const mostBytes = 65_536;

/** What a record keeps of a sign-in. */
export function toLogin({ issuer, subject, method }: ExternalIdentity, linkedAt: number): Login {
  return { issuer, subject, method, linkedAt };
}

/** All logins but that one. */
export function without(logins: readonly Login[], gone: Pick<Login, 'issuer' | 'subject'>): readonly Login[] {
  return logins.filter(({ issuer, subject }) => issuer !== gone.issuer || subject !== gone.subject);
}

/** The record with the change made; `null` takes out. @throws {@link IntegrationError} `invalid_argument` */
export function changed(old: Person, change: PersonChange): Person {
  if (change.emailVerified === true && change.email === undefined)
    throw invalid('emailVerified: say which address was checked', 'give the address with it');
  const entries = Object.entries({ ...old, ...change }).filter(
    ([, value]) => value !== undefined && value !== null,
  );
  const next = Object.fromEntries(entries) as unknown as Person;
  // A new address was checked by nobody, unless this change says so.
  const isChecked = change.emailVerified ?? (next.email === old.email && old.emailVerified);
  return { ...next, emailVerified: isChecked && next.email !== undefined };
}

/** A directory may say much of a person, but not without end: everybody is read at once for a list. */
export function checked(person: Person): Person {
  if (Buffer.byteLength(JSON.stringify(person)) <= mostBytes) return person;
  throw invalid(`a person has at most ${mostBytes} bytes of JSON`, 'keep the rest elsewhere, under the id');
}

function invalid(says: string, remedy: string): IntegrationError {
  const fields = { code: 'invalid_argument', provider: 'auth', operation: 'people', effect: 'none' } as const;
  return new IntegrationError(says, { ...fields, remedy });
}

/**
 * Whether it is the same mailbox, as far as anybody but its host can tell: case alone may differ. Narrower than the claim on purpose: `K` (U+212A)
 * is claimed as `k`, so that nobody has both, but whoever has a mailbox with the one has none with the other.
 */
export function isSameAddress(one: string, other: string | undefined): boolean {
  return other !== undefined && lowered(one) === lowered(other);
}

function lowered(address: string): string {
  return address.replace(/\p{Lu}/gu, (letter) => {
    const small = letter.toLowerCase();
    return small.toUpperCase() === letter ? small : letter;
  });
}

/** What a record claims for itself alone. */
export function claimsOf({ logins, userName, email, emailVerified }: Person): readonly Claim[] {
  return [
    ...logins.map(loginClaim),
    ...(userName === undefined ? [] : [userNameClaim(userName)]),
    ...(email !== undefined && emailVerified ? [emailClaim(email)] : []),
  ];
}
