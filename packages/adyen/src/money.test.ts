import { currencyExponents, formatMoney, money } from '@im/payments';
import { describe, expect, test } from 'vitest';
import { adyenCurrencies, fromWireAmount, isReadable, maxMinor, toWireAmount } from './money.ts';

describe('amounts (https://docs.adyen.com/development-resources/currency-codes)', () => {
  test.each([
    [money(1_250n, 'EUR'), 1_250],
    [money(1_250n, 'JPY'), 1_250],
    [money(1_250n, 'KWD'), 1_250],
    // Adyen counts centavos and aurar that ISO 4217 does not have any more …
    [money(1_250n, 'CLP'), 125_000],
    [money(1_250n, 'ISK'), 125_000],
    // … and none in these, where the standard does.
    [money(125_000n, 'CVE'), 1_250],
    [money(125_000n, 'IDR'), 1_250],
  ])('%o is written as %i, and read back', (amount, value) => {
    const wire = { currency: amount.currency, value };
    expect(toWireAmount(amount)).toEqual(wire);
    expect(fromWireAmount(wire)).toEqual(amount);
  });

  test('every currency of the list survives both ways', () => {
    expect(adyenCurrencies).toHaveLength(136);
    for (const currency of adyenCurrencies) {
      const amount = money(987_600n, currency);
      expect(formatMoney(fromWireAmount(toWireAmount(amount)))).toBe(formatMoney(amount));
      expect(currencyExponents[currency]).toBeDefined();
    }
  });

  test('what Adyen cannot express is refused', () => {
    expect(() => toWireAmount(money(150n, 'IDR'))).toThrow(/multiples of 100/);
    expect(() => toWireAmount(money(2n ** 53n, 'EUR'))).toThrow(/too large/);
    expect(() => toWireAmount(money((maxMinor.CLP ?? 0n) + 1n, 'CLP'))).toThrow(/too large/);
    expect(toWireAmount(money(maxMinor.other, 'EUR')).value).toBe(Number.MAX_SAFE_INTEGER);
  });

  test('what nobody can read as money is no amount', () => {
    for (const wire of [
      { currency: 'CNH', value: 100 },
      { currency: 'CLP', value: 150 },
    ]) {
      expect(() => fromWireAmount(wire)).toThrow();
      expect(isReadable(wire)).toBe(false);
    }
  });
});
