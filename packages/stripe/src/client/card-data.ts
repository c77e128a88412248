/**
 * Refuses to send card data, whoever asks for it: an operation, or the SDK's own client. A request is one text, form-encoded, so that it is
 * looked at once, before it leaves.
 */
import { VendorError } from '@im/core';
import { hasCardNumber } from '@im/payments';

/** Twelve digits, perhaps with something between them: without them there is no card number in the text. */
const manyDigits = /(?:\d(?:[\s.,:;/\\_|+-]|%[0-9A-Fa-f]{2}){0,9}){12}/;
/** Bytes beyond ASCII: digits of another script, perhaps. */
const foreign = /%[89A-Fa-f][0-9A-Fa-f]/;
/** Fields that hold a number or a security code, as `card[cvc]`. */
const cardField = /(?:^|&)[^=&]*(?:card|source)[^=&]*\[(?:number|cvc)\]=/i;

/** Amounts are many digits by nature: 6 billion rupiah have twelve. */
const amounts = /(^|&)[^=&]*amount[^=&]*=-?\d+(?=&|$)/gi;

/** @throws VendorError `invalid_argument`, reason `card_data`; nothing was sent */
export function refuseCardDataIn(encoded: string): void {
  const fields = encoded.replaceAll('%5B', '[').replaceAll('%5D', ']');
  const mayHold = manyDigits.test(encoded) || foreign.test(encoded);
  if (!cardField.test(fields) && !(mayHold && hasCardNumber(decoded(encoded.replace(amounts, '$1'))))) return;
  throw new VendorError({
    sent: false,
    code: 'invalid_argument',
    reason: 'card_data',
    says: 'card data must not pass through here; let Stripe’s own form collect it, and pass the id of the payment method',
  });
}

/** Fields apart, so that the digits of two do not run together. */
function decoded(encoded: string): string {
  const text = encoded.replaceAll('+', ' ').replaceAll('&', '\n\u0000\n');
  try {
    return decodeURIComponent(text);
  } catch {
    // A lone percent sign: looked at as it is.
    return text;
  }
}
