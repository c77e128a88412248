import { readDecline } from '@im/payments';
import { describe, expect, it } from 'vitest';
import { documentedDeclineCodes, hiddenDeclineCodes } from './__fixtures__/decline-codes.ts';
import { stripeDeclines } from './declines.ts';

describe('the decline table', () => {
  it.each(documentedDeclineCodes)('knows %s', (code) => {
    expect(readDecline(stripeDeclines, code)).toMatchObject({ code, mapped: true });
  });

  // https://docs.stripe.com/declines/codes: customers must not be told.
  it.each(hiddenDeclineCodes)('does not tell the customer of %s', (code) => {
    const { messageKey, retry } = readDecline(stripeDeclines, code);
    expect(messageKey).toBe('payment.declined');
    expect(retry).toBe('never');
  });

  it.each([
    ['incorrect_cvc', 'payment.declined.cvc'],
    ['incorrect_zip', 'payment.declined.address'],
    ['offline_pin_required', 'payment.declined.pin'],
    ['card_not_supported', 'payment.declined.method'],
    ['insufficient_funds', 'payment.declined.funds'],
    ['do_not_honor', 'payment.declined'],
  ])('tells the customer of %s: %s', (code, messageKey) => {
    expect(readDecline(stripeDeclines, code)).toMatchObject({ messageKey });
  });

  it('advises to authenticate where the issuer asks for that', () => {
    expect(readDecline(stripeDeclines, 'authentication_required')).toMatchObject({
      category: 'authentication_required',
      retry: 'authenticate',
    });
  });
});
