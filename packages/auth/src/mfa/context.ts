/** What the kinds of factors share: settings, and one tenant's place in the state. */
import { type Clock, IntegrationError, type StateStore, scopedState, systemClock } from '@im/core';
import type { AttemptLimits, AttemptPlace } from '../common/attempts.ts';
import { type AuditOptions, createAudit } from '../common/audit.ts';
import type { Envelope } from '../common/envelope.ts';
import { type RandomBytes, systemRandomBytes } from '../common/random.ts';
import type { AssuranceLevel } from '../session/session.ts';
import type { CodeSender } from './sent-codes.ts';

/** Settings. `onEvent` is told `mfa.enrolled`, `mfa.removed`, `mfa.sent`, `mfa.verified` and `mfa.refused`. */
export interface MfaOptions extends AuditOptions, AttemptLimits {
  readonly state: StateStore;
  /** Keeps the secrets of factors at rest. */
  readonly envelope: Envelope;
  /** Whose the application is, as an authenticator app shows it: `Acme`. */
  readonly issuer: string;
  /** Sends codes by e-mail and SMS. Absent: there are none. */
  readonly sender?: CodeSender | undefined;
  /** Where passkeys hold. Absent: there are none. */
  readonly passkeys?: PasskeySite | undefined;
  readonly clock?: Clock | undefined;
  readonly randomBytes?: RandomBytes | undefined;
}

/** The site that passkeys belong to. */
export interface PasskeySite {
  /** Host name without a port, or a parent domain of it: `app.example.com`. */
  readonly rpId: string;
  /** For people. Default: the issuer. */
  readonly rpName?: string | undefined;
  /** Origins of the pages that may ask for them: `https://app.example.com`. */
  readonly origins: readonly string[];
}

/** That a factor was shown: what a session is elevated with. */
export interface Shown {
  readonly subject: string;
  readonly level: AssuranceLevel;
  /** RFC 8176: `otp`, `sms`, `hwk`, `swk`. */
  readonly method: string;
}

/** Who sets a factor up or takes one away. */
export interface FactorChange {
  /**
   * Level of the session that asks for it. Default 1, which does for somebody's first factor. Who has one shows it before any change, at level 2:
   * else whoever has the password alone would set up a factor of their own and go up by that, or take away what is in their way.
   */
  readonly level?: AssuranceLevel | undefined;
}

/** One tenant's place, with everything that its factors need. */
export interface MfaContext extends AttemptPlace {
  /** @throws {@link IntegrationError} `permission_denied`, reason `step_up_required` */
  readonly mayChange: (subject: string, factor: string, change?: FactorChange) => Promise<void>;
  readonly options: MfaOptions;
  readonly envelope: Envelope;
  readonly randomBytes: RandomBytes;
}

/** Opens it. `hasFactors` tells whether somebody has set any up. */
export function openContext(
  options: MfaOptions,
  tenant: string,
  hasFactors: (subject: string) => Promise<boolean>,
): MfaContext {
  const { clock = systemClock, randomBytes = systemRandomBytes, envelope } = options;
  const state = scopedState(options.state, 'mfa', tenant);
  const audit = createAudit(options);
  const place = { tenant, state, clock, audit, type: 'mfa.refused', limits: options };
  const mayChange: MfaContext['mayChange'] = async (subject, factor, { level = 1 } = {}) => {
    if (level >= 2 || !(await hasFactors(subject))) return;
    throw audit.refuse({
      type: 'mfa.refused',
      tenant,
      code: 'permission_denied',
      reason: 'step_up_required',
      says: 'this needs a second factor that is set up already',
      remedy: 'show one, and ask again with the level of the session',
      subject,
      facts: { factor },
    });
  };
  return { ...place, options, envelope, randomBytes, mayChange };
}

/** Writes and logs a refusal; the page is told no more than that it was wrong. */
export function refuse(
  { audit, tenant }: MfaContext,
  factor: string,
  reason: string,
  subject?: string | undefined,
): IntegrationError {
  return audit.refuse({
    type: 'mfa.refused',
    tenant,
    code: 'unauthenticated',
    reason,
    says: says[reason] ?? 'this is not right',
    remedy: 'try again, or use another factor',
    subject,
    facts: { factor },
  });
}

/** What a page may say beyond "not right", where it helps an honest person and nobody else. */
const says: Readonly<Record<string, string>> = {
  wrong_code: 'this code is not right, or not any more',
  replayed: 'this code was used already: wait for the next one',
  no_code: 'there is no code to compare with, or it is too old: ask for a new one',
  challenge: 'this took too long, or was done already: begin again',
};

/** A code as somebody typed it. What is no text, or longer than any code, is none. */
export function readCode(given: unknown): string {
  return typeof given === 'string' && given.length <= 64 ? given : '';
}

/** Something that is not set up, or not allowed as things stand. */
export function precondition(
  { tenant }: MfaContext,
  reason: string,
  text: string,
  remedy: string,
): IntegrationError {
  return new IntegrationError(text, { code: 'failed_precondition', reason, tenant, remedy, effect: 'none' });
}
