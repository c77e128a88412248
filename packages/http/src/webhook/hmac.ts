/** Webhooks signed by one HMAC in one header, as most vendors do. */
import { systemClock } from '@im/core';
import {
  decode,
  defaultToleranceSeconds,
  inWindow,
  keysOf,
  matches,
  once,
  signatureBytes,
  single,
} from './conditions.ts';
import { type VerifyWebhook, WebhookError, type WebhookSettings } from './delivery.ts';

/** Options of {@link hmacWebhook}. */
export interface HmacWebhookSettings extends WebhookSettings {
  /** Header with the signature. */
  readonly header: string;
  readonly algorithm?: 'sha1' | 'sha256' | 'sha512' | undefined;
  readonly encoding?: 'hex' | 'base64' | undefined;
  /** What must stand before the signature, such as `sha256=`. */
  readonly prefix?: string | undefined;
  /** Header with the delivery's id; needed for a replay store. It is only as good as the vendor's care: most do not sign it. */
  readonly idHeader?: string | undefined;
  /** A signed time: where it stands and how it joins the body. Absent: the body alone is signed. */
  readonly timestamp?:
    | {
        /** Header with the time, in seconds since 1970. */
        readonly header: string;
        /** What is signed: the time, then this, then the body. Default `.`. */
        readonly separator?: string | undefined;
        /** Default 300. */
        readonly toleranceSeconds?: number | undefined;
      }
    | undefined;
}

/** Milliseconds for which an accepted id is remembered when the scheme has no time window. */
const replayTtlMs = 7 * 86_400_000;

/** A verifier for the plain scheme of most vendors: one HMAC in one header. Default: SHA-256 in hex, no prefix. */
export function hmacWebhook(settings: HmacWebhookSettings): VerifyWebhook {
  const { algorithm = 'sha256', encoding = 'hex', prefix = '', clock = systemClock, timestamp } = settings;
  const keys = keysOf(settings.secrets, (secret) => Buffer.from(secret));
  return async ({ body, headers }) => {
    if (keys.length === 0) throw new WebhookError('no_secret');
    const text = single(headers, settings.header, 'no_signature', 'malformed_signature');
    const given = text.startsWith(prefix) ? decode(text.slice(prefix.length), encoding) : undefined;
    if (given?.byteLength !== signatureBytes[algorithm]) throw new WebhookError('malformed_signature');
    const time = timestamp && single(headers, timestamp.header, 'no_timestamp', 'no_timestamp');
    const signed = time === undefined ? [body] : [`${time}${timestamp?.separator ?? '.'}`, body];
    if (!matches(keys, algorithm, signed, [given])) throw new WebhookError('wrong_signature');
    const tolerance = timestamp?.toleranceSeconds ?? defaultToleranceSeconds;
    const signedAt = time === undefined ? undefined : inWindow(time, tolerance, clock);
    const id = settings.idHeader && single(headers, settings.idHeader, 'no_id', 'no_id');
    await once(settings.replays, id, time === undefined ? replayTtlMs : tolerance * 2_000);
    return { id: id || undefined, signedAt, body };
  };
}
