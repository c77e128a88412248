/**
 * Codes of an authenticator app (TOTP, RFC 6238): six digits by HMAC-SHA-1 over the number of half minutes since 1970, as all apps know it.
 *
 * 1. Setting up is not done before a code was shown: a secret that never reached the app would lock its owner out.
 * 2. The code of the half minute before and after is taken as well, for clocks that differ (RFC 6238 §5.2).
 * 3. A code is taken once: the last half minute that was used is kept, and none up to it is taken again.
 */
import { loadOptional, Secret } from '@im/core';
import { attempt } from '../common/attempts.ts';
import { checkSubject } from '../session/subject.ts';
import { type FactorChange, type MfaContext, precondition, readCode, refuse, type Shown } from './context.ts';

/** An authenticator app that is being set up. */
export interface TotpEnrolment {
  /** For typing in, in base 32. */
  readonly secret: Secret;
  /** For a QR code: `otpauth://totp/…`. Show it once, to its owner, and write it nowhere. */
  readonly uri: Secret;
  /** Until when {@link Totp.confirm} takes a code, milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Authenticator apps of one tenant's people, one for each. */
export interface Totp {
  /**
   * Begins to set one up. What was set up before holds until {@link confirm}.
   *
   * @param label who it is, as the app shows it: an e-mail address
   */
  enrol(subject: string, label: string): Promise<TotpEnrolment>;
  /**
   * Ends it with a first code.
   *
   * @throws {@link IntegrationError} `unauthenticated`; `failed_precondition` when nothing was begun; `permission_denied`, reason `step_up_required`
   */
  confirm(subject: string, code: string, change?: FactorChange): Promise<Shown>;
  /** @throws {@link IntegrationError} `unauthenticated`, reason `wrong_code` or `replayed`; `resource_exhausted`; `failed_precondition` without an app */
  verify(subject: string, code: string): Promise<Shown>;
  isEnrolled(subject: string): Promise<boolean>;
  /** @returns whether there was one @throws {@link IntegrationError} `permission_denied`, reason `step_up_required` */
  remove(subject: string, change?: FactorChange): Promise<boolean>;
}

interface Stored {
  /** In the envelope. */
  readonly secret: string;
  /** The last step that was used. */
  readonly step: number;
}

const stepSeconds = 30;
const enrolMs = 15 * 60_000;
const load = () => loadOptional('otplib', 'codes of authenticator apps', () => import('otplib'));

/** Makes it. */
export function createTotp(context: MfaContext): Totp {
  const { state, clock, envelope, tenant, audit, options, mayChange } = context;
  const binding = (subject: string) => [tenant, 'totp', subject];

  /** The step of a right code; only later ones than `afterStep` are. */
  const stepOf = async (secret: string, code: string): Promise<number | undefined> => {
    // Apps show a space in the middle.
    const token = readCode(code).replaceAll(' ', '');
    if (!/^\d{6}$/.test(token)) return undefined;
    const { verify } = await load();
    const epoch = Math.floor(clock.now() / 1_000);
    const result = await verify({ secret, token, epoch, epochTolerance: stepSeconds });
    return result.valid ? Math.floor(epoch / stepSeconds) + result.delta : undefined;
  };
  const shown = (subject: string): Shown => {
    audit.note({ type: 'mfa.verified', tenant, subject, facts: { factor: 'totp' } });
    return { subject, level: 2, method: 'otp' };
  };

  return {
    enrol: async (subject, label) => {
      checkSubject(subject, 'mfa');
      const { generateSecret, generateURI } = await load();
      const secret = generateSecret();
      const expiresAt = clock.now() + enrolMs;
      const sealed = await envelope.seal(secret, binding(subject));
      await state.set(pendingKey(subject), sealed, { ttlMs: enrolMs });
      const uri = generateURI({ issuer: options.issuer, label, secret });
      return { secret: new Secret(secret), uri: new Secret(uri), expiresAt };
    },
    confirm: async (subject, code, change) => {
      await mayChange(subject, 'totp', change);
      const pending = await state.get(pendingKey(subject));
      if (pending === undefined)
        throw precondition(context, 'not_begun', 'no authenticator app is being set up', 'begin again');
      return attempt(context, subject, 'totp', async () => {
        const step = await stepOf(await envelope.open(pending.value, binding(subject)), code);
        if (step === undefined) throw refuse(context, 'totp', 'wrong_code', subject);
        if (!(await state.delete(pendingKey(subject), pending.version)))
          throw refuse(context, 'totp', 'replayed', subject);
        const stored: Stored = { secret: pending.value, step };
        await state.set(keyOf(subject), JSON.stringify(stored));
        audit.note({ type: 'mfa.enrolled', tenant, subject, facts: { factor: 'totp' } });
        return shown(subject);
      });
    },
    verify: async (subject, code) => {
      const found = await state.get(keyOf(subject));
      if (found === undefined)
        throw precondition(context, 'not_enrolled', 'no authenticator app is set up', 'set one up');
      return attempt(context, subject, 'totp', async () => {
        const stored = JSON.parse(found.value) as Stored;
        const secret = await envelope.open(stored.secret, binding(subject));
        const step = await stepOf(secret, code);
        if (step === undefined) throw refuse(context, 'totp', 'wrong_code', subject);
        const sealed = envelope.isCurrent(stored.secret)
          ? stored.secret
          : await envelope.seal(secret, binding(subject));
        const next: Stored = { secret: sealed, step };
        // Written at the version that was read: of two who bring the same code, one is taken.
        const isFirst =
          step > stored.step &&
          (await state.compareAndSet(keyOf(subject), found.version, JSON.stringify(next))) !== undefined;
        if (!isFirst) throw refuse(context, 'totp', 'replayed', subject);
        return shown(subject);
      });
    },
    isEnrolled: async (subject) => (await state.get(keyOf(subject))) !== undefined,
    remove: async (subject, change) => {
      await mayChange(subject, 'totp', change);
      // What was begun goes as well: else whoever began it could end it after this.
      await state.delete(pendingKey(subject));
      const isRemoved = await state.delete(keyOf(subject));
      if (isRemoved) audit.note({ type: 'mfa.removed', tenant, subject, facts: { factor: 'totp' } });
      return isRemoved;
    },
  };
}

const keyOf = (subject: string) => `totp/${subject}`;
const pendingKey = (subject: string) => `totp-pending/${subject}`;
