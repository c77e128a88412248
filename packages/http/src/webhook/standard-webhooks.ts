/** Webhooks as the specification Standard Webhooks has them. */
import { type Secret, systemClock } from '@im/core';
import {
  decode,
  defaultToleranceSeconds,
  hmac,
  inWindow,
  keysOf,
  matches,
  once,
  signatureBytes,
  single,
} from './conditions.ts';
import { type VerifyWebhook, WebhookError, type WebhookSettings } from './delivery.ts';

/** Options of {@link standardWebhooks}. */
export interface StandardWebhooksSettings extends WebhookSettings {
  /** Default 300. */
  readonly toleranceSeconds?: number | undefined;
}

/**
 * A verifier for vendors that follow Standard Webhooks: `webhook-id`, `webhook-timestamp` and `webhook-signature`, with
 * HMAC-SHA256 (`v1`) over id, time and body. Secrets are base64, with or without `whsec_`.
 *
 * @throws TypeError when a secret is not base64
 * @see {@link https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md | Standard Webhooks}
 */
export function standardWebhooks(settings: StandardWebhooksSettings): VerifyWebhook {
  const { clock = systemClock, toleranceSeconds = defaultToleranceSeconds } = settings;
  const keys = keysOf(settings.secrets, (secret) => {
    const key = decode(secret.replace(/^whsec_/, ''), 'base64');
    if (key === undefined) throw new TypeError('a webhook secret is not base64');
    return key;
  });
  return async ({ body, headers }) => {
    if (keys.length === 0) throw new WebhookError('no_secret');
    const id = single(headers, 'webhook-id', 'no_id', 'no_id');
    const time = single(headers, 'webhook-timestamp', 'no_timestamp', 'no_timestamp');
    const list = single(headers, 'webhook-signature', 'no_signature', 'malformed_signature');
    const given = list.split(' ').flatMap((entry) => {
      const signature = entry.startsWith('v1,') ? decode(entry.slice(3), 'base64') : undefined;
      return signature?.byteLength === signatureBytes.sha256 ? [signature] : [];
    });
    if (given.length === 0) throw new WebhookError('malformed_signature');
    if (!matches(keys, 'sha256', [`${id}.${time}.`, body], given)) throw new WebhookError('wrong_signature');
    const signedAt = inWindow(time, toleranceSeconds, clock);
    await once(settings.replays, id, toleranceSeconds * 2_000);
    return { id, signedAt, body };
  };
}

/** Signs as {@link standardWebhooks} verifies, for fakes and for webhooks of one's own. @returns the `webhook-signature` header */
export function signStandardWebhook(
  secret: Secret | string,
  id: string,
  timestampSeconds: number,
  body: Uint8Array,
): string {
  const key = Buffer.from(
    (typeof secret === 'string' ? secret : secret.reveal()).replace(/^whsec_/, ''),
    'base64',
  );
  return `v1,${hmac(key, 'sha256', [`${id}.${timestampSeconds}.`, body]).toString('base64')}`;
}
