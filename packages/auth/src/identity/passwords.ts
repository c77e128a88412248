/**
 * Passwords, for those who have no directory. Kept as scrypt, which takes memory as well as time, in the PHC format with their parameters, so that
 * they can be made dearer later: a password that was kept more cheaply is kept anew when it is next shown.
 *
 * What a password may be follows NIST SP 800-63B §3.1.1: length counts, and whether others use it; which characters it has does not.
 * Every wrong answer takes as long as a right one, also where there is nobody of that name.
 *
 * @see {@link https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html | OWASP: Password storage}
 */
import {
  type Clock,
  IntegrationError,
  Secret,
  type StateStore,
  scopedState,
  systemClock,
  unlessAborted,
} from '@im/core';
import { type AttemptLimits, attempt } from '../common/attempts.ts';
import { type AuditOptions, createAudit } from '../common/audit.ts';
import type { ExternalIdentity } from '../common/principal.ts';
import { type RandomBytes, systemRandomBytes } from '../common/random.ts';
import { isSameSecret } from '../common/same-secret.ts';
import { isSubject } from '../session/subject.ts';
import { hashAtCost, keep, nobody, readKept } from './password-hash.ts';

/** Settings. `onEvent` is told `password.set`, `password.verified` and `password.refused`. */
export interface PasswordsOptions extends AuditOptions, AttemptLimits {
  readonly state: StateStore;
  /** Fewest characters. Default 12; 8 is the least, and only with a second factor. */
  readonly leastCharacters?: number | undefined;
  /** Whether a password is known to be used by others, as from a list of leaked ones. It gets the password in the form in which it is kept. */
  readonly isKnown?: ((password: Secret, call: PasswordCall) => boolean | Promise<boolean>) | undefined;
  /** Binary logarithm of scrypt's cost: 17 takes 128 MiB and some 0.3 s. Default 17; at least 14. */
  readonly costLog2?: number | undefined;
  readonly clock?: Clock | undefined;
  readonly randomBytes?: RandomBytes | undefined;
}

/** How one call is made. */
export interface PasswordCall {
  /** Gives up waiting: nothing is written after it, and an attempt that was begun stays counted. */
  readonly signal?: AbortSignal | undefined;
}

/** Passwords of one tenant's people. */
export interface TenantPasswords {
  /**
   * Sets or replaces it.
   *
   * @throws {@link IntegrationError} `invalid_argument`, reason `too_short`, `too_long` or `known`
   */
  set(subject: string, password: Secret, call?: PasswordCall): Promise<void>;
  /**
   * Who it is, for `people.signIn`. The issuer is `password`.
   *
   * @throws {@link IntegrationError} `unauthenticated`, the same for a wrong name as for a wrong password; `resource_exhausted`
   */
  verify(subject: string, password: Secret, call?: PasswordCall): Promise<ExternalIdentity>;
  has(subject: string): Promise<boolean>;
  remove(subject: string): Promise<boolean>;
}

/** Passwords of all tenants. */
export interface Passwords {
  tenant(id: string): TenantPasswords;
}

const mostBytes = 1_024;

/** Makes it. @throws {@link IntegrationError} `invalid_argument` for a length or a cost that is too little */
export function createPasswords(options: PasswordsOptions): Passwords {
  const { leastCharacters = 12, costLog2 = 17 } = options;
  if (leastCharacters < 8)
    throw invalid('least', 'leastCharacters is at least 8', 'ask for longer passwords');
  if (costLog2 < 14 || costLog2 > 24)
    throw invalid('cost', 'costLog2 lies between 14 and 24', 'leave it out');
  return { tenant: (id) => tenantPasswords(options, id, leastCharacters, costLog2) };
}

function tenantPasswords(
  options: PasswordsOptions,
  tenant: string,
  leastCharacters: number,
  costLog2: number,
): TenantPasswords {
  const { clock = systemClock, randomBytes = systemRandomBytes, isKnown } = options;
  const state = scopedState(options.state, 'passwords', tenant);
  const audit = createAudit(options);
  const place = { state, clock, audit, tenant, type: 'password.refused', limits: options };
  const isKnownToOthers = async (password: string, signal: AbortSignal | undefined) =>
    isKnown?.(new Secret(password), { signal });
  const kept = (password: string) => keep(password, costLog2, randomBytes);
  const refuse = (reason: 'unknown_name' | 'wrong_password', subject?: string) =>
    audit.refuse({
      type: 'password.refused',
      tenant,
      code: 'unauthenticated',
      reason,
      says: 'name or password is not right',
      remedy: 'try again, or have the password set anew',
      subject,
    });

  return {
    set: async (subject, given, { signal } = {}) => {
      signal?.throwIfAborted();
      if (!isSubject(subject))
        throw invalid('subject', 'a name has 1 to 512 characters', 'give the id of the person');
      const password = normalized(given);
      if (password === undefined)
        throw invalid('too_long', `a password has at most ${mostBytes} bytes`, 'take a shorter one');
      // Characters as a person counts them, not units of UTF-16.
      if ([...password].length < leastCharacters)
        throw invalid(
          'too_short',
          `a password has at least ${leastCharacters} characters`,
          'take a longer one',
        );
      if (await unlessAborted(isKnownToOthers(password, signal), signal))
        throw invalid(
          'known',
          'this password is known to be used by others',
          'take one that nobody else has',
        );
      await state.set(keyOf(subject), await unlessAborted(kept(password), signal));
      audit.note({ type: 'password.set', tenant, subject });
    },
    verify: async (subject, given, { signal } = {}) => {
      // Nobody has such a name, and nothing is written under it. It is not logged: it may be anything.
      if (!isSubject(subject)) throw refuse('unknown_name');
      const look = async (): Promise<ExternalIdentity> => {
        const password = normalized(given);
        const found = await state.get(keyOf(subject));
        const there = found && readKept(found.value);
        const how = there ?? nobody(costLog2);
        const hash = await unlessAborted(hashAtCost(password ?? '', how, costLog2), signal);
        const isRight = isSameSecret(hash, how.hash);
        if (!isRight || found === undefined || there === undefined || password === undefined)
          throw refuse(there === undefined ? 'unknown_name' : 'wrong_password', subject);
        // At the version that was compared: a password that was replaced or taken away meanwhile does not come back.
        if (there.log2 < costLog2)
          await state.compareAndSet(
            keyOf(subject),
            found.version,
            await unlessAborted(kept(password), signal),
          );
        audit.note({ type: 'password.verified', tenant, subject });
        const authenticatedAt = clock.now();
        return {
          issuer: 'password',
          subject,
          tenant,
          claims: {},
          authenticatedAt,
          method: 'password',
          amr: ['pwd'],
        };
      };
      return attempt(place, subject, 'password', look, signal);
    },
    has: async (subject) => (await state.get(keyOf(subject))) !== undefined,
    remove: (subject) => state.delete(keyOf(subject)),
  };
}

const keyOf = (subject: string) => `password/${subject}`;

/**
 * Typed on another keyboard, it is the same (NIST SP 800-63B §3.1.1.2). `undefined`: it is too long. That is seen before anything is done with it:
 * normalizing makes one character 18.
 */
function normalized(password: Secret): string | undefined {
  const given = password.reveal();
  if (given.length > mostBytes) return undefined;
  const text = given.normalize('NFKC');
  return Buffer.byteLength(text) > mostBytes ? undefined : text;
}

function invalid(reason: string, says: string, remedy: string): IntegrationError {
  return new IntegrationError(says, {
    code: 'invalid_argument',
    provider: 'auth',
    operation: 'passwords',
    reason,
    remedy,
    effect: 'none',
  });
}
