/**
 * Webhooks signed with a shared secret.
 *
 * A delivery proves that it comes from the vendor by an HMAC over its *raw* bytes; parsed and written again, they are
 * other bytes. A delivery is accepted when
 *
 * 1. there is a secret to check with (none: everything is refused);
 * 2. the signature header is there, once, and well-formed;
 * 3. one of the signatures equals, in constant time, the HMAC under one of the secrets (several during a rotation);
 * 4. where the scheme signs a time: it lies within the tolerance of our clock, in the past and in the future;
 * 5. where a replay store is given: the delivery's id was not accepted before.
 *
 * Only then may the body be parsed.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Clock, IntegrationError, type Secret, type StateStore, systemClock } from '@im/core';

/** Why a delivery was refused. */
export type WebhookRefusal =
  | 'no_secret'
  | 'no_signature'
  | 'malformed_signature'
  | 'wrong_signature'
  | 'no_timestamp'
  | 'outside_time_window'
  | 'no_id'
  | 'replayed';

/** A delivery that was refused: answer with `status`, and do nothing else with it. */
export class WebhookError extends IntegrationError {
  override readonly name = 'WebhookError';
  /** Why. */
  declare readonly refusal: WebhookRefusal;

  constructor(refusal: WebhookRefusal) {
    const { says, status, code } = refusals[refusal];
    super(`webhook refused: ${says}`, { code, status, reason: refusal, retryable: false });
    Object.defineProperty(this, 'refusal', { value: refusal, enumerable: true });
  }
}

const refusals = {
  no_secret: { says: 'no secret is configured', status: 401, code: 'failed_precondition' },
  no_signature: { says: 'the signature is missing', status: 401, code: 'unauthenticated' },
  malformed_signature: { says: 'the signature is malformed', status: 401, code: 'unauthenticated' },
  wrong_signature: { says: 'the signature is wrong', status: 401, code: 'unauthenticated' },
  no_timestamp: { says: 'the time is missing or malformed', status: 400, code: 'invalid_argument' },
  outside_time_window: { says: 'its time is too far from ours', status: 401, code: 'unauthenticated' },
  no_id: { says: 'the id is missing or malformed', status: 400, code: 'invalid_argument' },
  replayed: { says: 'it was accepted before', status: 409, code: 'already_exists' },
} as const;

/** Headers as the server got them: names in any case. Several values are an array. */
export type WebhookHeaders =
  | Iterable<readonly [name: string, value: string]>
  | Readonly<Record<string, string | readonly string[] | undefined>>;

/** A delivery as it came. */
export interface WebhookDelivery {
  /** The body's bytes, untouched. */
  readonly body: Uint8Array;
  readonly headers: WebhookHeaders;
}

/** A delivery that passed. */
export interface VerifiedWebhook {
  /** The vendor's id of the delivery, where the scheme has one. */
  readonly id: string | undefined;
  /** When it was signed, milliseconds since 1970, where the scheme says so. */
  readonly signedAt: number | undefined;
  /** The same bytes, now to be trusted. */
  readonly body: Uint8Array;
}

/** Checks deliveries of one endpoint. @throws WebhookError */
export type VerifyWebhook = (delivery: WebhookDelivery) => Promise<VerifiedWebhook>;

/** What all schemes share. */
export interface WebhookSettings {
  /** The present secret, and those that are being rotated out or in. Empty: everything is refused. */
  readonly secrets: readonly (Secret | string)[];
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Remembers accepted ids. Absent: a delivery may be accepted twice. */
  readonly replays?: StateStore | undefined;
}

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

const defaultToleranceSeconds = 300;
/** Milliseconds for which an accepted id is remembered when the scheme has no time window. */
const replayTtlMs = 7 * 86_400_000;
const signatureBytes = { sha1: 20, sha256: 32, sha512: 64 } as const;

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

function keysOf(
  secrets: WebhookSettings['secrets'],
  toKey: (secret: string) => Uint8Array,
): readonly Uint8Array[] {
  return secrets
    .map((secret) => (typeof secret === 'string' ? secret : secret.reveal()))
    .filter((secret) => secret !== '')
    .map(toKey)
    .filter((key) => key.byteLength > 0);
}

function hmac(key: Uint8Array, algorithm: string, parts: readonly (string | Uint8Array)[]): Buffer {
  const mac = createHmac(algorithm, key);
  for (const part of parts) mac.update(part);
  return mac.digest();
}

/** Compares all with all, without ending early. */
function matches(
  keys: readonly Uint8Array[],
  algorithm: string,
  signed: readonly (string | Uint8Array)[],
  given: readonly Uint8Array[],
): boolean {
  let found = false;
  for (const key of keys) {
    const expected = hmac(key, algorithm, signed);
    for (const signature of given) {
      if (signature.byteLength === expected.byteLength && timingSafeEqual(signature, expected)) found = true;
    }
  }
  return found;
}

const shapes = {
  hex: /^(?:[\da-fA-F]{2})+$/,
  base64: /^(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}(?:==)?|[A-Za-z\d+/]{3}=?)?$/,
};

/** Strictly: Node itself skips what it does not know, and would take many spellings for one signature. */
function decode(text: string, encoding: 'hex' | 'base64'): Buffer | undefined {
  return shapes[encoding].test(text) ? Buffer.from(text, encoding) : undefined;
}

/** The header's only value. */
function single(
  headers: WebhookHeaders,
  name: string,
  missing: WebhookRefusal,
  several: WebhookRefusal,
): string {
  const wanted = name.toLowerCase();
  const entries = Symbol.iterator in headers ? [...headers] : Object.entries(headers);
  const values = entries.flatMap(([key, value]) =>
    key.toLowerCase() === wanted && value !== undefined ? value : [],
  );
  const [value] = values;
  if (value === undefined || value === '') throw new WebhookError(missing);
  if (values.length > 1) throw new WebhookError(several);
  return value;
}

function inWindow(time: string, toleranceSeconds: number, clock: Clock): number {
  if (!/^\d{1,12}$/.test(time)) throw new WebhookError('no_timestamp');
  const signedAt = Number(time) * 1_000;
  if (Math.abs(Math.floor(clock.now() / 1_000) - Number(time)) > toleranceSeconds) {
    throw new WebhookError('outside_time_window');
  }
  return signedAt;
}

async function once(replays: StateStore | undefined, id: string | undefined, ttlMs: number): Promise<void> {
  if (replays === undefined) return;
  if (!id) throw new WebhookError('no_id');
  const written = await replays.compareAndSet(`webhook/${id}`, undefined, '1', { ttlMs });
  if (written === undefined) throw new WebhookError('replayed');
}
