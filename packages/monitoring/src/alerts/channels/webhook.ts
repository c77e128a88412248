/**
 * A webhook of one's own, signed as Standard Webhooks. Its `webhook-id` is the message's, the same in every attempt and after a restart, so that
 * a receiver who remembers ids sees each message once; that makes it safe to send again.
 *
 * @see {@link https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md | Standard Webhooks}
 */
import { createHash } from 'node:crypto';
import { IntegrationError, Secret } from '@im/core';
import { signStandardWebhook } from '@im/http';
import type { Channel } from '../channel.ts';
import type { Notification } from '../notification.ts';
import { post, postTarget, type Reach } from './post.ts';

/** Options of {@link webhookChannel}. */
export interface WebhookOptions extends Reach {
  readonly url: string;
  /** Base64, with or without `whsec_`; the receiver verifies with the same, by `standardWebhooks` of `@im/http` or any other library. */
  readonly secret: Secret | string;
}

/** What is posted. Times are ISO 8601. */
export interface WebhookBody {
  readonly type: 'alert.firing' | 'alert.resolved';
  readonly timestamp: string;
  readonly data: Omit<Notification, 'at'>;
}

/** Posts each message as JSON. @throws `IntegrationError` `invalid_argument` for a URL that may not be asked, or a secret that is none */
export function webhookChannel({ url, secret, ...reach }: WebhookOptions): Channel {
  checkSecret(secret instanceof Secret ? secret.reveal() : secret);
  const target = postTarget('webhook', url, reach);
  return {
    kind: 'webhook',
    repeatable: true,
    async send(notification, call) {
      const { at, ...data } = notification;
      const body: WebhookBody = {
        type: `alert.${notification.status}`,
        timestamp: new Date(at).toISOString(),
        data,
      };
      const text = JSON.stringify(body);
      const id = `msg_${createHash('sha256').update(notification.id).digest('base64url')}`;
      const seconds = Math.floor(call.now / 1_000);
      const headers = {
        'webhook-id': id,
        'webhook-timestamp': String(seconds),
        'webhook-signature': signStandardWebhook(secret, id, seconds, Buffer.from(text)),
      };
      await post(target, text, headers, call);
      return {};
    },
  };
}

/** The specification asks for 24 bytes or more; fewer than 16 can be guessed. */
const fewestBytes = 16;

function checkSecret(secret: string): void {
  const key = secret.replace(/^whsec_/, '');
  if (/^[A-Za-z\d+/]+=*$/.test(key) && Buffer.from(key, 'base64').byteLength >= fewestBytes) return;
  throw new IntegrationError('the secret of the webhook channel is none', {
    code: 'invalid_argument',
    remedy: `give ${fewestBytes} random bytes or more in base64`,
  });
}
