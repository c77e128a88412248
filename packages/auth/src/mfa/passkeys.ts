/**
 * Passkeys and security keys (WebAuthn). The cryptography is `@simplewebauthn/server`'s; ours are the challenges, the store and the policy:
 *
 * 1. a challenge is made here, holds for five minutes, for one purpose and one person, and is taken once;
 * 2. a key belongs to one person of one tenant, and to this site; the browser refuses it to any other, which is what makes it proof against phishing;
 * 3. the user must have shown the authenticator a PIN, finger or face;
 * 4. a counter that does not grow is the sign of a copied key, and is refused.
 *
 * @see {@link https://www.w3.org/TR/webauthn-3/ | Web Authentication Level 3}
 */
import { changeJson, IntegrationError, loadOptional } from '@im/core';
import { digestOf } from '../common/random.ts';
import { checkSubject } from '../session/subject.ts';
import { type MfaContext, precondition, refuse } from './context.ts';
import type { Passkey, Passkeys } from './passkeys.types.ts';

interface Stored extends Passkey {
  readonly subject: string;
  readonly publicKey: string;
  readonly counter: number;
  readonly transports?: readonly string[] | undefined;
}
interface Challenge {
  readonly purpose: 'register' | 'authenticate';
  readonly subject?: string | undefined;
}

const challengeMs = 5 * 60_000;
const mostKeys = 32;
const mostName = 200;
/** EdDSA, ES256 and RS256 (COSE), which all authenticators have one of; newer ones are experimental in Node. */
const algorithms = [-8, -7, -257];
const load = () =>
  loadOptional('@simplewebauthn/server', 'signing in with passkeys', () => import('@simplewebauthn/server'));

/** Makes it. */
export function createPasskeys(context: MfaContext): Passkeys {
  const { state, clock, tenant, audit, options, mayChange } = context;
  const site = () => {
    if (options.passkeys !== undefined) return options.passkeys;
    throw precondition(context, 'no_site', 'no site is set for passkeys', 'give `passkeys` to createMfa');
  };
  const begin = (challenge: string, kept: Challenge) =>
    state.set(challengeKey(challenge), JSON.stringify(kept), { ttlMs: challengeMs });
  /** Taken once, and only for what it was made. */
  const take =
    (purpose: Challenge['purpose'], subject: string | undefined) =>
    async (challenge: string): Promise<boolean> => {
      const found = await state.get(challengeKey(challenge));
      if (found === undefined || !(await state.delete(challengeKey(challenge), found.version))) return false;
      const kept = JSON.parse(found.value) as Challenge;
      return kept.purpose === purpose && (kept.subject === undefined || kept.subject === subject);
    };
  const read = async (id: string) => {
    const found = await state.get(keyOf(id));
    return found && { stored: JSON.parse(found.value) as Stored, version: found.version };
  };
  const idsOf = async (subject: string) =>
    JSON.parse((await state.get(indexOf(subject)))?.value ?? '[]') as readonly string[];
  /** Takes it out of the index, unless it is theirs. */
  const forget = async (subject: string, id: string): Promise<void> => {
    if ((await read(id))?.stored.subject === subject) return;
    await changeJson<readonly string[]>(state, indexOf(subject), (old = []) =>
      old.includes(id) ? old.filter((one) => one !== id) : old,
    );
  };
  const keysOf = async (subject: string): Promise<readonly Stored[]> => {
    const found = await Promise.all((await idsOf(subject)).map(read));
    return found.flatMap((one) => (one?.stored.subject === subject ? [one.stored] : []));
  };
  const descriptors = (keys: readonly Stored[]) =>
    keys.map(({ id, transports }) => ({ id, ...(transports && { transports: [...transports] }) }));

  return {
    registrationOptions: async (subject, { name, displayName = name }) => {
      checkSubject(subject, 'mfa');
      const { rpId, rpName = options.issuer } = site();
      const { generateRegistrationOptions } = await load();
      const made = await generateRegistrationOptions({
        rpID: rpId,
        rpName,
        userName: name,
        userDisplayName: displayName,
        // No name of ours goes into the authenticator.
        userID: Buffer.from(digestOf(JSON.stringify([tenant, subject])), 'base64url'),
        timeout: challengeMs,
        supportedAlgorithmIDs: algorithms,
        excludeCredentials: descriptors(await keysOf(subject)),
        authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
      });
      await begin(made.challenge, { purpose: 'register', subject });
      return made;
    },
    register: async (subject, response, name, change) => {
      await mayChange(subject, 'passkey', change);
      const { rpId, origins } = site();
      if (typeof name !== 'string' || name.length > mostName)
        throw new IntegrationError(`the name of a passkey has at most ${mostName} characters`, {
          code: 'invalid_argument',
          reason: 'name',
          tenant,
          remedy: 'take a shorter one',
          effect: 'none',
        });
      const { verifyRegistrationResponse } = await load();
      const { verified, registrationInfo } = await verifyRegistrationResponse({
        response,
        expectedChallenge: take('register', subject),
        expectedOrigin: [...origins],
        expectedRPID: rpId,
        requireUserVerification: true,
        supportedAlgorithmIDs: algorithms,
      }).catch((error: unknown) => {
        throw refuse(context, 'passkey', reasonOf(error), subject);
      });
      if (!verified) throw refuse(context, 'passkey', 'not_verified', subject);
      if ((await idsOf(subject)).length >= mostKeys)
        throw precondition(
          context,
          'too_many_keys',
          `a person has at most ${mostKeys} passkeys`,
          'remove one',
        );
      const { credential, credentialBackedUp, credentialDeviceType } = registrationInfo;
      const stored: Stored = {
        id: credential.id,
        subject,
        name,
        createdAt: clock.now(),
        isSynced: credentialBackedUp || credentialDeviceType === 'multiDevice',
        publicKey: Buffer.from(credential.publicKey).toString('base64url'),
        counter: credential.counter,
        transports: credential.transports,
      };
      await changeJson<readonly string[]>(state, indexOf(subject), (old = []) => [
        ...new Set([...old, stored.id]),
      ]);
      if ((await state.compareAndSet(keyOf(stored.id), undefined, JSON.stringify(stored))) === undefined) {
        await forget(subject, stored.id);
        throw audit.refuse({
          type: 'mfa.refused',
          tenant,
          code: 'already_exists',
          reason: 'known_key',
          says: 'this key is registered already',
          subject,
          facts: { factor: 'passkey' },
        });
      }
      audit.note({ type: 'mfa.enrolled', tenant, subject, facts: { factor: 'passkey' } });
      return shownKey(stored);
    },
    authenticationOptions: async (subject) => {
      const { rpId } = site();
      const { generateAuthenticationOptions } = await load();
      const keys = subject === undefined ? undefined : await keysOf(subject);
      if (keys?.length === 0)
        throw precondition(
          context,
          'not_enrolled',
          'there is no passkey',
          'register one, or use another factor',
        );
      const made = await generateAuthenticationOptions({
        rpID: rpId,
        timeout: challengeMs,
        userVerification: 'required',
        ...(keys && { allowCredentials: descriptors(keys) }),
      });
      await begin(made.challenge, { purpose: 'authenticate', subject });
      return made;
    },
    authenticate: async (response, wanted) => {
      const { rpId, origins } = site();
      const { verifyAuthenticationResponse } = await load();
      const { id } = Object(response) as { readonly id?: unknown };
      const found = typeof id === 'string' && /^[\w-]{1,1400}$/.test(id) ? await read(id) : undefined;
      if (found === undefined) throw refuse(context, 'passkey', 'unknown_key', wanted);
      const { stored, version } = found;
      const { subject } = stored;
      if (wanted !== undefined && wanted !== subject)
        throw refuse(context, 'passkey', 'other_person', wanted);
      const { verified, authenticationInfo } = await verifyAuthenticationResponse({
        response,
        expectedChallenge: take('authenticate', subject),
        expectedOrigin: [...origins],
        expectedRPID: rpId,
        requireUserVerification: true,
        credential: {
          id: stored.id,
          publicKey: Buffer.from(stored.publicKey, 'base64url'),
          counter: stored.counter,
        },
      }).catch((error: unknown) => {
        throw refuse(context, 'passkey', reasonOf(error), subject);
      });
      if (!verified) throw refuse(context, 'passkey', 'not_verified', subject);
      const next: Stored = { ...stored, counter: authenticationInfo.newCounter, lastUsedAt: clock.now() };
      // Whoever used the key at the same instant has written its counter: then this one may be the copy.
      if ((await state.compareAndSet(keyOf(stored.id), version, JSON.stringify(next))) === undefined)
        throw refuse(context, 'passkey', 'not_verified', subject);
      audit.note({ type: 'mfa.verified', tenant, subject, facts: { factor: 'passkey' } });
      return stored.isSynced ? { subject, level: 2, method: 'swk' } : { subject, level: 3, method: 'hwk' };
    },
    list: async (subject) => (await keysOf(subject)).map(shownKey),
    remove: async (subject, id, change) => {
      await mayChange(subject, 'passkey', change);
      const found = await read(id);
      if (found?.stored.subject !== subject || !(await state.delete(keyOf(id), found.version))) return false;
      await forget(subject, id);
      audit.note({ type: 'mfa.removed', tenant, subject, facts: { factor: 'passkey' } });
      return true;
    },
  };
}

const keyOf = (id: string) => `passkey/${id}`;
const indexOf = (subject: string) => `passkeys/${subject}`;
const challengeKey = (challenge: string) => `challenge/${digestOf(challenge)}`;

function shownKey({ id, name, createdAt, lastUsedAt, isSynced }: Stored): Passkey {
  return { id, name, createdAt, isSynced, ...(lastUsedAt !== undefined && { lastUsedAt }) };
}

/** The library throws plain errors; a name of ours for the log. */
function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : '';
  const known = reasons.find(([part]) => text.toLowerCase().includes(part));
  return known?.[1] ?? 'not_verified';
}

const reasons = [
  ['challenge', 'challenge'],
  ['origin', 'other_origin'],
  ['rp id', 'other_site'],
  ['user verif', 'no_user_verification'],
  ['counter', 'copied_key'],
] as const;
