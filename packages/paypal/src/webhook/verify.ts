/**
 * Deliveries of webhooks. PayPal signs `<transmission id>|<transmission time>|<webhook id>|<CRC-32 of the body, decimal>` by SHA256withRSA, and
 * sends id, time, signature and the address of its certificate as headers `paypal-…`. A delivery is accepted when
 *
 * 1. ids of webhooks are set (none: everything is refused), and the body is the bytes as they came;
 * 2. the five headers are there and well-formed, and name this algorithm;
 * 3. its time lies within the tolerance of ours, in the past and in the future;
 * 4. the certificate is PayPal's (`certificates.ts`);
 * 5. the signature is right for one of the webhook ids. There is nothing secret to compare, so no time to tell.
 *
 * CRC-32 is no hash: with a signed delivery in hand, another body of the same sum is easily made. So the time is short, an event says only
 * where to look, and what it is about is fetched anew before anybody acts.
 *
 * @see {@link https://developer.paypal.com/api/rest/webhooks/rest/ | PayPal: Integrate webhooks}
 */
import { verify as verifySignature, type X509Certificate } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { VendorError } from '@im/core';
import { WebhookError } from '@im/http';
import type { RawWebhook } from '@im/payments';
import { type WebhookEvent, wireEvent } from '../wire/webhooks.ts';

/** A delivery that passed. */
export interface VerifiedDelivery {
  /** PayPal's id of the transmission. An event that is sent to several webhooks, or again, has several. */
  readonly id: string;
  /** When it was signed, milliseconds since 1970. */
  readonly signedAt: number;
  /** For which of the webhooks. */
  readonly webhookId: string;
  readonly event: WebhookEvent;
}

/** The headers of a delivery, well-formed. */
export interface Transmission {
  readonly id: string;
  /** As it was sent, since that is what is signed. */
  readonly time: string;
  readonly signedAt: number;
  readonly certificateUrl: string;
  readonly algorithm: string;
  readonly signature: string;
}

/** The only algorithm that PayPal has, and that we believe. */
export const signatureAlgorithm = 'SHA256withRSA';

const shapes = {
  id: /^[\w-]{1,64}$/,
  time: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/,
  signature: /^(?:[A-Za-z\d+/]{4}){1,256}(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?$/,
};

/** Conditions 1 and 2. @throws WebhookError */
export function readTransmission({ body, headers }: RawWebhook, webhookIds: readonly string[]): Transmission {
  if (!(body instanceof Uint8Array))
    throw new VendorError({
      sent: false,
      code: 'invalid_argument',
      reason: 'parsed_body',
      says: 'the body must be the bytes as they came, and was parsed already; take this route out of the body parser',
    });
  if (webhookIds.length === 0) throw new WebhookError('no_secret');
  const signature = headers['paypal-transmission-sig'];
  const id = headers['paypal-transmission-id'];
  const time = headers['paypal-transmission-time'];
  const certificateUrl = headers['paypal-cert-url'];
  const algorithm = headers['paypal-auth-algo'];
  if (!signature || !certificateUrl || !id) throw new WebhookError('no_signature');
  if (!shapes.signature.test(signature) || !shapes.id.test(id) || algorithm !== signatureAlgorithm)
    throw new WebhookError('malformed_signature');
  if (time === undefined || !shapes.time.test(time)) throw new WebhookError('malformed_signature');
  return { id, time, signedAt: Date.parse(time), certificateUrl, algorithm, signature };
}

/** Condition 3. @throws WebhookError */
export function checkTime({ signedAt }: Transmission, nowMs: number, toleranceMs: number): void {
  // What is no time is in no window either.
  if (!(Math.abs(nowMs - signedAt) <= toleranceMs)) throw new WebhookError('outside_time_window');
}

/** What is signed. */
export function signedText(id: string, time: string, webhookId: string, body: Uint8Array): string {
  return `${id}|${time}|${webhookId}|${crc32(body)}`;
}

/** Condition 5. @returns the webhook that it was signed for. @throws WebhookError */
export function checkSignature(
  { id, time, signature }: Transmission,
  body: Uint8Array,
  webhookIds: readonly string[],
  { publicKey }: X509Certificate,
): string {
  const given = Buffer.from(signature, 'base64');
  const found = webhookIds.find((webhookId) =>
    verifySignature('sha256', Buffer.from(signedText(id, time, webhookId, body)), publicKey, given),
  );
  if (found === undefined) throw new WebhookError('wrong_signature');
  return found;
}

/** Reads a body that may be believed by now. @throws VendorError `internal` when it is no event */
export function readEvent(body: Uint8Array): WebhookEvent {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    json = undefined;
  }
  const { data } = wireEvent.safeParse(json);
  if (data !== undefined) return data;
  throw new VendorError({
    sent: false,
    code: 'internal',
    reason: 'no_event',
    says: 'the delivery is signed, and its body is no event',
  });
}
