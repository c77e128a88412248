/**
 * Webhooks of the embedded processor: an event, and the `object` that it is about as it was then. The header `im-signature` is `t=<seconds>,v1=<hex>`: HMAC-SHA256 over `<seconds>.<body>`. Valid when
 *
 * 1. the time is within five minutes of ours, on either side;
 * 2. one of the signatures is right by one of the secrets, compared in constant time.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Secret } from '@im/core';
import type { DriverWebhooks, PaymentEvent, RawWebhook } from '../driver.ts';
import { parseJsonWithMoney } from '../money-json.ts';
import type { DriverPayment } from '../payment.ts';
import { needWebhookSecrets } from '../webhook-secrets.ts';
import { memoryError } from './memory-errors.ts';

const windowSeconds = 300;
const header = 'im-signature';

/** Signs an event as the processor does, ready to be delivered. */
export function signMemoryWebhook(
  event: PaymentEvent & { readonly object?: DriverPayment | undefined },
  nowMs: number,
  secret: Secret,
): { readonly body: Uint8Array<ArrayBuffer>; readonly headers: Readonly<Record<string, string>> } {
  const body = new TextEncoder().encode(JSON.stringify(event));
  const seconds = Math.floor(nowMs / 1_000);
  return { body, headers: { [header]: `t=${seconds},v1=${digest(secret, seconds, body).toString('hex')}` } };
}

/** Verifies with any of the secrets, and tells what the event's object was like. */
export function memoryWebhooks(
  secrets: readonly Secret[],
  tell: (object: DriverPayment) => Promise<unknown>,
): DriverWebhooks {
  return {
    verify: async ({ body, headers }: RawWebhook, nowMs) => {
      needWebhookSecrets(secrets);
      const [, text, ...signatures] = (headers[header] ?? '').split(/,?(?:t|v1)=/);
      const seconds = /^\d{1,12}$/.test(text ?? '') ? Number(text) : Number.NaN;
      if (Number.isNaN(seconds)) throw memoryError('signature');
      const isGood = secrets.some((secret) => {
        const right = digest(secret, seconds, body);
        return signatures.some((one) => {
          const given = Buffer.from(one, 'hex');
          return given.byteLength === right.byteLength && timingSafeEqual(given, right);
        });
      });
      if (!isGood) throw memoryError('signature');
      if (Math.abs(nowMs / 1_000 - seconds) > windowSeconds) throw memoryError('time');
      const { object, ...event } = parseJsonWithMoney(new TextDecoder().decode(body)) as PaymentEvent & {
        readonly object?: DriverPayment;
      };
      if (object !== undefined) await tell(object);
      return [event];
    },
  };
}

function digest(secret: Secret, seconds: number, body: Uint8Array): Buffer {
  return createHmac('sha256', secret.reveal()).update(`${seconds}.`).update(body).digest();
}
