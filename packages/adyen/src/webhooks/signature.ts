/**
 * Signatures of Adyen's webhooks. Anybody can send a request to an endpoint; Adyen signs with an HMAC key of the endpoint, in one of two ways.
 *
 * **Standard webhooks** carry items, and each item its own signature in `additionalData.hmacSignature`: base64 of HMAC-SHA256 over eight of its
 * fields, joined by colons,
 *
 *     pspReference:originalReference:merchantAccountCode:merchantReference:value:currency:eventCode:success
 *
 * Nothing else of an item is signed, not its date, reason or additional data. Only `merchantReference` is free text. As Adyen's libraries sign, fields are
 * joined as they are; as its older pages say, `\` and `:` in them are escaped by `\`. Both are taken. So that no field can borrow from its neighbour, an
 * unescaped item may have a colon in no field but `merchantReference`: then there is one way to read the line.
 *
 * **Platform webhooks** carry the signature in the header `hmacsignature`: base64 of HMAC-SHA256 over the exact bytes of the body.
 *
 * A signature is good when
 *
 * 1. a key is set, else nothing is believed;
 * 2. it is there, and base64 of 32 bytes;
 * 3. it is right by one of the keys, compared in constant time: signatures of events that were queued before a key was replaced are by the old one.
 *
 * @see {@link https://docs.adyen.com/development-resources/webhooks/verify-hmac-signatures | Adyen: Verify HMAC signatures}
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Secret } from '@im/core';

/** The fields that a signature covers. */
export interface SignedFields {
  readonly pspReference: string;
  readonly originalReference?: string | undefined;
  readonly merchantAccountCode: string;
  readonly merchantReference?: string | undefined;
  readonly amount?: { readonly value: number; readonly currency: string } | undefined;
  readonly eventCode: string;
  readonly success: string;
}

const fieldsOf = (item: SignedFields): readonly string[] => [
  item.pspReference,
  item.originalReference ?? '',
  item.merchantAccountCode,
  item.merchantReference ?? '',
  item.amount === undefined ? '' : String(item.amount.value),
  item.amount?.currency ?? '',
  item.eventCode,
  item.success,
];
const freeText = 3;

/** Fields with what separates them escaped. */
export function joinEscaped(fields: readonly string[]): string {
  return fields.map((field) => field.replace(/[\\:]/g, '\\$&')).join(':');
}

/** Every line that Adyen may have signed for this item. */
function linesOf(item: SignedFields): readonly string[] {
  const fields = fieldsOf(item);
  const escaped = joinEscaped(fields);
  const isPlain = fields.every((field, index) => index === freeText || !field.includes(':'));
  return isPlain ? [fields.join(':'), escaped] : [escaped];
}

const hmac = (key: Secret, signed: string | Uint8Array) =>
  createHmac('sha256', Buffer.from(key.reveal(), 'hex')).update(signed).digest();

/** Whether `signature` is good for any of the lines by any of the keys. */
export function isSigned(
  signed: readonly (string | Uint8Array)[],
  signature: string | undefined,
  keys: readonly Secret[],
): boolean {
  if (signature === undefined || !/^[A-Za-z\d+/]{43}=$/.test(signature)) return false;
  const given = Buffer.from(signature, 'base64');
  let found = false;
  for (const key of keys)
    for (const line of signed) {
      const expected = hmac(key, line);
      if (given.byteLength === expected.byteLength && timingSafeEqual(given, expected)) found = true;
    }
  return found;
}

/** Whether an item of a standard webhook is signed by one of the keys. */
export const isItemSigned = (
  item: SignedFields,
  signature: string | undefined,
  keys: readonly Secret[],
): boolean => isSigned(linesOf(item), signature, keys);

/** Signs an item as Adyen does, for fakes and tests. @param hexKey as the Customer Area shows it */
export function signItem(item: SignedFields, hexKey: string): string {
  return createHmac('sha256', Buffer.from(hexKey, 'hex')).update(fieldsOf(item).join(':')).digest('base64');
}

/** Signs the body of a platform webhook. @param hexKey as the Customer Area shows it */
export function signBody(body: Uint8Array | string, hexKey: string): string {
  return createHmac('sha256', Buffer.from(hexKey, 'hex')).update(body).digest('base64');
}
