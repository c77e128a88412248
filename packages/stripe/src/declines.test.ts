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

  it('advises to authenticate where the issuer asks for that', () => {
    expect(readDecline(stripeDeclines, 'authentication_required')).toMatchObject({
      category: 'authentication_required',
      retry: 'authenticate',
    });
  });
});
