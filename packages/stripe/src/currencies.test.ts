import { errorCode } from '@im/core';
import { currencyExponents, money } from '@im/payments';
import { describe, expect, it } from 'vitest';
import { fromStripeAmount, mostOf, stepOf, stripeCurrencies, toStripeAmount } from './currencies.ts';

describe('amounts of Stripe', () => {
  // https://docs.stripe.com/currencies
  it.each([
    ['two decimals', money(1_999n, 'EUR'), 1_999],
    ['no decimals', money(500n, 'JPY'), 500],
    ['no decimals at Stripe, two in ISO 4217', money(50_000n, 'MGA'), 500],
    ['no decimals in ISO 4217, two at Stripe', money(5n, 'ISK'), 500],
    ['no decimals in ISO 4217, two at Stripe', money(5n, 'UGX'), 500],
    ['two decimals, and whole forints for payouts only', money(1_045n, 'HUF'), 1_045],
    ['three decimals of which the last is 0', money(5_120n, 'KWD'), 5_120],
  ] as const)('are of %s', (_, amount, units) => {
    expect(toStripeAmount(amount)).toEqual({ amount: units, currency: amount.currency.toLowerCase() });
    expect(fromStripeAmount(units, amount.currency.toLowerCase())).toEqual(amount);
  });

  it('come back as they went, in each currency, at the smallest step and at the most', () => {
    for (const currency of stripeCurrencies)
      for (const minor of [stepOf(currency), 7n * stepOf(currency), mostOf(currency)]) {
        const { amount } = toStripeAmount(money(minor, currency));
        expect(fromStripeAmount(amount, currency), currency).toEqual(money(minor, currency));
      }
  });

  it.each([money(5_123n, 'KWD'), money(50_001n, 'MGA')])(
    'that Stripe does not take are refused by their currency: %o',
    (amount) => {
      expect(() => toStripeAmount(amount)).toThrow(amount.currency);
    },
  );

  it.each([
    [0.5, 'eur'],
    [Number.NaN, 'eur'],
    [100, 'usdc'],
    [150, 'isk'],
  ])('that are none are refused: %d %s', (amount, currency) => {
    let error: unknown;
    try {
      fromStripeAmount(amount, currency);
    } catch (thrown) {
      error = thrown;
    }
    expect(errorCode(error)).toBe('internal');
  });

  it('have a most of eight digits, of nine in rupees, of ten in yen, and of twelve and more elsewhere', () => {
    expect([mostOf('USD'), mostOf('INR'), mostOf('JPY'), mostOf('IDR'), mostOf('HUF')]).toEqual([
      99_999_999n,
      999_999_999n,
      9_999_999_999n,
      999_999_999_999n,
      999_999_999_999n,
    ]);
    expect(mostOf('ISK')).toBe(999_999n);
    expect(mostOf('KWD')).toBe(99_999_990n);
  });

  it('are of currencies of ISO 4217, each named once', () => {
    expect(new Set(stripeCurrencies).size).toBe(stripeCurrencies.length);
    for (const currency of stripeCurrencies) expect(currencyExponents).toHaveProperty(currency);
    expect(stripeCurrencies.length).toBeGreaterThan(130);
  });
});
