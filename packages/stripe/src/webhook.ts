/**
 * Webhooks of Stripe.
 *
 * Anybody can send a request to an endpoint. Stripe signs each, with the secret of the endpoint, in the header
 *
 *     Stripe-Signature: t=1492774577,v1=5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd,v0=6ffbb59b…
 *
 * `t` is the time of signing, in seconds; each `v1` is HMAC-SHA256, in hex, over the time, a point and the exact bytes of the body, keyed with
 * the whole secret as text. There are several `v1` while the secret is being rolled; `v0` is for tests and says nothing. It is valid when
 *
 * 1. a secret is set, else nothing is believed;
 * 2. the header is there and has a time and at least one `v1`;
 * 3. one of the `v1` is right by one of the secrets, compared in constant time;
 * 4. the time is within the tolerance of ours, on either side.
 *
 * Only then is the body read.
 *
 * @see {@link https://docs.stripe.com/webhooks#verify-manually | Stripe: Verify webhook signatures manually}
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { IntegrationError, type Secret } from '@im/core';
import type { Stripe } from 'stripe';

/** Names in lower case. */
export const signatureHeader = 'stripe-signature';

/** A webhook as it came. */
export interface StripeWebhook {
  /** The exact bytes. */
  readonly body: Uint8Array;
  /** Names in any case. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** By what it is verified. */
export interface WebhookRules {
  readonly secrets: readonly Secret[];
  readonly toleranceSeconds: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

const refusals = {
  no_secret: [
    'failed_precondition',
    'no webhook secret is set, so nothing can be believed',
    'set webhookSecrets',
  ],
  parsed_body: [
    'invalid_argument',
    'the body must be the bytes as they came, and was parsed already',
    'take this route out of the body parser',
  ],
  no_signature: ['unauthenticated', 'the webhook has no signature', 'look whether Stripe sent it'],
  malformed_signature: [
    'unauthenticated',
    'the signature of the webhook is malformed',
    'look whether Stripe sent it',
  ],
  wrong_signature: [
    'unauthenticated',
    'the signature of the webhook is not right',
    'look at webhookSecrets, and whether anything between changes the body',
  ],
  outside_time_window: [
    'unauthenticated',
    'the time of the webhook is too far from ours',
    'look at the clock',
  ],
  no_event: [
    'invalid_argument',
    'the webhook holds no event',
    'send events of the kind "snapshot" to this endpoint',
  ],
} as const;

function refused(reason: keyof typeof refusals): IntegrationError {
  const [code, says, remedy] = refusals[reason];
  return new IntegrationError(says, { code, reason, remedy, retryable: false });
}

/**
 * Verifies by the conditions above. Reads nothing of the body.
 *
 * @throws {@link IntegrationError} `failed_precondition` without a secret; `invalid_argument` for a body that was parsed; else `unauthenticated`
 */
export function verifySignature(
  { body, headers }: StripeWebhook,
  { secrets, toleranceSeconds, now }: WebhookRules,
): void {
  const keys = secrets.map((secret) => secret.reveal()).filter((key) => key !== '');
  if (keys.length === 0) throw refused('no_secret');
  if (!(body instanceof Uint8Array)) throw refused('parsed_body');
  const { time, given } = readHeader(headers);
  const isRight = keys
    .map((key) => createHmac('sha256', key).update(`${time}.`).update(body).digest())
    .map((right) => given.map((one) => timingSafeEqual(one, right)).includes(true))
    .includes(true);
  if (!isRight) throw refused('wrong_signature');
  if (Math.abs(Math.floor(now / 1_000) - Number(time)) > toleranceSeconds)
    throw refused('outside_time_window');
}

/**
 * Verifies, and reads the event.
 *
 * @throws {@link IntegrationError} as {@link verifySignature}; `invalid_argument` for a signed body that is no event
 */
export function readWebhook(webhook: StripeWebhook, rules: WebhookRules): Stripe.Event {
  verifySignature(webhook, rules);
  const event = parse(webhook.body) as Partial<Stripe.Event> | undefined;
  const isEvent =
    event?.object === 'event' && typeof event.id === 'string' && typeof event.data?.object === 'object';
  if (!isEvent) throw refused('no_event');
  return event as Stripe.Event;
}

/** For fakes: the header that {@link verifySignature} accepts. */
export function signWebhook(body: Uint8Array, secrets: readonly string[], now: number): string {
  const time = Math.floor(now / 1_000);
  const signatures = secrets.map(
    (secret) => `v1=${createHmac('sha256', secret).update(`${time}.`).update(body).digest('hex')}`,
  );
  return [`t=${time}`, ...signatures].join(',');
}

/** A signature of SHA-256 in hex. */
const shape = /^[\da-f]{64}$/i;

function readHeader(headers: StripeWebhook['headers']): {
  readonly time: string;
  readonly given: readonly Buffer[];
} {
  const values = Object.entries(headers).flatMap(([name, value]) =>
    name.toLowerCase() === signatureHeader && value !== undefined ? value : [],
  );
  const [text] = values;
  if (text === undefined || text === '') throw refused('no_signature');
  const parts = text.split(',').map((part) => part.split('=', 2));
  const of = (name: string) =>
    parts.filter(([key]) => key?.trim() === name).map(([, value]) => value?.trim() ?? '');
  const [time, ...times] = of('t');
  const given = of('v1').filter((one) => shape.test(one));
  const isWhole = values.length === 1 && time !== undefined && times.length === 0 && /^\d{1,12}$/.test(time);
  if (!isWhole || given.length === 0) throw refused('malformed_signature');
  return { time, given: given.map((one) => Buffer.from(one, 'hex')) };
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'));
  } catch {
    // Signed, and still no JSON: named by whoever asked.
    return undefined;
  }
}
