/** Text messages, by whatever service the application has: it gives a sender. */
import { IntegrationError, isIntegrationError } from '@im/core';
import type { Channel } from '../channel.ts';
import { shortText } from '../text.ts';

/** One text message. */
export interface SmsMessage {
  /** Number in E.164: `+46701740605`. */
  readonly to: string;
  readonly text: string;
  /** The same for every attempt: hand it on where the service knows idempotency keys. */
  readonly idempotencyKey: string;
}

/** What an application, or a notification package, gives. */
export interface SmsSender {
  /**
   * Resolves once the message is on its way. An `IntegrationError` with `effect: 'none'` says that it certainly is not; only then is it tried again.
   */
  send(message: SmsMessage, call: { readonly signal?: AbortSignal | undefined }): Promise<void>;
}

/** Options of {@link smsChannel}. */
export interface SmsOptions {
  readonly sender: SmsSender;
  /** Numbers in E.164. */
  readonly to: readonly string[];
  /** Most characters of a message. Default 300, two parts of the usual alphabet. */
  readonly mostCharacters?: number | undefined;
}

const number = /^\+[1-9]\d{6,14}$/;
const defaultMost = 300;

/** Sends to each number. @throws IntegrationError `invalid_argument` for what is no number */
export function smsChannel({ sender, to, mostCharacters = defaultMost }: SmsOptions): Channel {
  if (to.length === 0 || to.some((one) => !number.test(one)))
    throw new IntegrationError('the sms channel has a number that is none', {
      code: 'invalid_argument',
      remedy: 'give numbers in E.164: +46701740605',
    });
  return {
    kind: 'sms',
    repeatable: false,
    async send(notification, { signal, done }) {
      const text = shortText(notification, mostCharacters);
      const failures: IntegrationError[] = [];
      for (const one of to) {
        if (done.has(one)) continue;
        try {
          await sender.send({ to: one, text, idempotencyKey: `${notification.id} ${one}` }, { signal });
          done.set(one, 'told');
        } catch (error) {
          const failure = toFailure(error);
          if (failure.effect !== 'none') done.set(one, 'unknown');
          failures.push(failure);
        }
      }
      return outcome(failures, to.length);
    },
  };
}

/** Some numbers got it: what is left is tried again as long as that is worth it, and is refused then. */
function outcome(
  failures: readonly IntegrationError[],
  all: number,
): { readonly refused?: readonly string[] } {
  const [first] = failures;
  if (first === undefined) return {};
  const again = failures.find(({ effect, retryable }) => effect === 'none' && retryable);
  if (again !== undefined) throw again;
  if (failures.length === all) throw first;
  return { refused: failures.map(({ message }) => message) };
}

function toFailure(error: unknown): IntegrationError {
  if (isIntegrationError(error)) return error;
  return new IntegrationError(
    'the sms was not confirmed',
    { code: 'unavailable', effect: 'unknown', remedy: 'see the log of the sender' },
    { cause: error },
  );
}
