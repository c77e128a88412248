/**
 * How our references stand at Stripe: in metadata, of which an object has up to 50 values of up to 500 characters each.
 *
 * A payment has its reference from its creation. A capture is no object at Stripe, so that its reference is written into the payment's metadata by
 * the very request that captures: both are there, or neither. A refund has metadata of its own.
 *
 * @see {@link https://docs.stripe.com/api/metadata | Stripe: Metadata}
 */
import { createHash } from 'node:crypto';
import type { Stripe } from 'stripe';

/** Ours, of a payment, a refund or a customer. */
export const referenceKey = 'im_reference';
/** Of a payment that our server has confirmed, so that a refusal is its end. In a browser the customer may try again. */
export const confirmedKey = 'im_confirmed';

/** Bytes of a reference: it is a value of metadata, and a part of idempotency keys, which are shorter. */
export const maxReferenceBytes = 200;

const capturePrefix = 'im_c_';

/** A capture, as it is noted in the metadata of its payment. */
export interface NotedCapture {
  /** The same for the same capture; unlike that of any other of the payment. */
  readonly name: string;
  readonly reference: string;
  /** In Stripe's units. */
  readonly amount: number;
}

/** Metadata that a capture adds. Keys have at most 40 characters. */
export function captureNote(reference: string, amount: number): Record<string, string> {
  const name = createHash('sha256').update(reference).digest('hex').slice(0, 32);
  return { [`${capturePrefix}${name}`]: `${amount} ${reference}` };
}

/** Captures that are noted. */
export function notedCaptures(metadata: Stripe.Metadata): NotedCapture[] {
  return Object.entries(metadata).flatMap(([key, value]) => {
    const [, amount, reference] = /^(\d+) (\S+)$/.exec(value) ?? [];
    if (!key.startsWith(capturePrefix) || reference === undefined) return [];
    return [{ name: key.slice(capturePrefix.length), reference, amount: Number(amount) }];
  });
}

/** Finds what has this reference: https://docs.stripe.com/search#search-query-language */
export function queryFor(reference: string): string {
  return `metadata['${referenceKey}']:'${reference.replace(/[\\']/g, '\\$&')}'`;
}
