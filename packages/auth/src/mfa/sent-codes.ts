/**
 * Codes by e-mail and SMS. Weaker than an app or a passkey: mailboxes are read by others and numbers are moved to other phones (NIST SP 800-63B
 * §3.1.3); offer them to those who have nothing better.
 *
 * One code at a time: a new one ends the old. It is taken once, within ten minutes, and stands at rest in an envelope. Where it is sent
 * to is the caller's to know: an address that the person typed in just now proves nothing about who they are.
 */
import { IntegrationError, Secret } from '@im/core';
import { attempt } from '../common/attempts.ts';
import { isSameSecret } from '../common/same-secret.ts';
import { checkSubject } from '../session/subject.ts';
import { type MfaContext, precondition, readCode, refuse, type Shown } from './context.ts';

/** By what a code goes. */
export type CodeChannel = 'email' | 'sms';

/** One code to be sent. */
export interface CodeMessage {
  readonly tenant: string;
  readonly subject: string;
  readonly channel: CodeChannel;
  /** Address, or number in E.164: `+46701740605`. */
  readonly to: string;
  readonly code: Secret;
  /** Until when it is taken, milliseconds since 1970. */
  readonly expiresAt: number;
}

/** What an application, or a notification package, gives. */
export interface CodeSender {
  /** Resolves once the message is on its way. Rejecting takes the code back. */
  send(message: CodeMessage, call: { readonly signal?: AbortSignal | undefined }): Promise<void>;
}

/** Codes sent to one tenant's people. */
export interface SentCodes {
  /**
   * Sends one.
   *
   * @throws {@link IntegrationError} `resource_exhausted`, with `retryAfterMs`: one a minute, five an hour
   */
  send(
    subject: string,
    target: { readonly channel: CodeChannel; readonly to: string },
    call?: { readonly signal?: AbortSignal | undefined },
  ): Promise<{ readonly expiresAt: number; readonly resendAt: number }>;
  /** @throws {@link IntegrationError} `unauthenticated`, reason `wrong_code` or `no_code`; `resource_exhausted` */
  verify(subject: string, code: string): Promise<Shown>;
  /** Takes the one back that is on its way. @returns whether there was one */
  remove(subject: string): Promise<boolean>;
}

interface Stored {
  readonly code: string;
  readonly channel: CodeChannel;
}

const minuteMs = 60_000;
const lifeMs = 10 * minuteMs;
const resendMs = minuteMs;
const mostAnHour = 5;
const digits = 6;

/** Makes it. */
export function createSentCodes(context: MfaContext): SentCodes {
  const { state, clock, envelope, tenant, audit, options, randomBytes } = context;
  const binding = (subject: string) => [tenant, 'sent-code', subject];

  /** Counted before it is sent: what cannot be sent is counted too, or it could be tried without end. */
  const checkRate = async (subject: string): Promise<void> => {
    const key = `sent-times/${subject}`;
    for (;;) {
      const stored = await state.get(key);
      const now = clock.now();
      const all = stored ? (JSON.parse(stored.value) as number[]) : [];
      const times = all.filter((at) => at > now - 60 * minuteMs);
      const last = times.at(-1) ?? Number.NEGATIVE_INFINITY;
      const [oldest = now] = times;
      const retryAfterMs =
        times.length >= mostAnHour ? oldest + 60 * minuteMs - now : Math.max(0, last + resendMs - now);
      if (retryAfterMs > 0)
        throw audit.refuse({
          type: 'mfa.refused',
          tenant,
          code: 'resource_exhausted',
          reason: 'too_many_codes',
          says: 'codes were sent a moment ago: wait for the last one',
          retryAfterMs,
          subject,
          facts: { factor: 'code', sent: times.length },
        });
      const next = JSON.stringify([...times, now]);
      if ((await state.compareAndSet(key, stored?.version, next, { ttlMs: 60 * minuteMs })) !== undefined)
        return;
    }
  };

  return {
    send: async (subject, { channel, to }, call = {}) => {
      const { sender } = options;
      if (sender === undefined)
        throw precondition(context, 'no_sender', 'no sender of codes is set', 'give `sender` to createMfa');
      checkSubject(subject, 'mfa');
      checkTarget(channel, to, tenant);
      await checkRate(subject);
      const code = newCode(randomBytes(8));
      const expiresAt = clock.now() + lifeMs;
      const stored: Stored = { code: await envelope.seal(code, binding(subject)), channel };
      const version = await state.set(keyOf(subject), JSON.stringify(stored), { ttlMs: lifeMs });
      try {
        await sender.send({ tenant, subject, channel, to, code: new Secret(code), expiresAt }, call);
      } catch (error) {
        await state.delete(keyOf(subject), version);
        throw error;
      }
      audit.note({ type: 'mfa.sent', tenant, subject, facts: { factor: channel } });
      return { expiresAt, resendAt: clock.now() + resendMs };
    },
    verify: (subject, given) =>
      attempt(context, subject, 'code', async () => {
        const found = await state.get(keyOf(subject));
        if (found === undefined) throw refuse(context, 'code', 'no_code', subject);
        const { code, channel } = JSON.parse(found.value) as Stored;
        const right = await envelope.open(code, binding(subject));
        if (!isSameSecret(readCode(given).trim(), right))
          throw refuse(context, channel, 'wrong_code', subject);
        // Taken once, also by two at the same time.
        if (!(await state.delete(keyOf(subject), found.version)))
          throw refuse(context, channel, 'no_code', subject);
        audit.note({ type: 'mfa.verified', tenant, subject, facts: { factor: channel } });
        return { subject, level: 2, method: channel === 'sms' ? 'sms' : 'otp' };
      }),
    remove: (subject) => state.delete(keyOf(subject)),
  };
}

const keyOf = (subject: string) => `sent-code/${subject}`;

/** 64 random bits leave no digit more likely than another by more than 1 in 10^13. */
function newCode(bytes: Uint8Array): string {
  const number = BigInt(`0x${Buffer.from(bytes).toString('hex')}`) % 10n ** BigInt(digits);
  return String(number).padStart(digits, '0');
}

const targets: Readonly<Record<CodeChannel, { readonly pattern: RegExp; readonly remedy: string }>> = {
  // None of the characters by which a header goes on, or one address becomes several (RFC 5322 §3.4).
  email: {
    pattern: /^[^\s\p{C}@<>()[\]\\,;:"]{1,64}@[^\s\p{C}@<>()[\]\\,;:"]{1,255}$/u,
    remedy: 'give an address: ada@example.com',
  },
  sms: { pattern: /^\+[1-9]\d{6,14}$/, remedy: 'give a number in E.164: +46701740605' },
};

const noChannel = { pattern: /^(?!)/, remedy: 'take one of the channels: email, sms' };

function checkTarget(channel: CodeChannel, to: string, tenant: string): void {
  const { pattern, remedy } = Object.hasOwn(targets, channel) ? targets[channel] : noChannel;
  if (typeof to === 'string' && pattern.test(to)) return;
  throw new IntegrationError(`codes by ${channel} cannot be sent there`, {
    code: 'invalid_argument',
    reason: 'target',
    tenant,
    remedy,
    effect: 'none',
  });
}
