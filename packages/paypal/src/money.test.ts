import { currencyExponents, money } from '@im/payments';
import { createRandom } from '@im/testing';
import { expect, it } from 'vitest';
import { fromDecimal, paypalCurrencies, paypalMaxMinor, toDecimal } from './money.ts';

it.each([
  [money(1_250n, 'EUR'), '12.50'],
  [money(5n, 'USD'), '0.05'],
  [money(0n, 'USD'), '0.00'],
  [money(-199n, 'USD'), '-1.99'],
  [money(5_001n, 'JPY'), '5001'],
  // HUF and TWD have two decimals by ISO 4217, and none at PayPal.
  [money(150_000n, 'HUF'), '1500'],
  [money(-2_000n, 'TWD'), '-20'],
])('writes %o as %s', (amount, text) => {
  expect(toDecimal(amount)).toBe(text);
  expect(fromDecimal(text, amount.currency)).toEqual(amount);
});

it('refuses what PayPal cannot have rather than to lose some of it', () => {
  expect(() => toDecimal(money(150_050n, 'HUF'))).toThrow('PayPal takes HUF in whole units only');
  expect(() => toDecimal(money(1n, 'TWD'))).toThrow('PayPal takes TWD in whole units only');
});

it.each([
  ['12.5', 'EUR', 1_250n],
  ['12', 'EUR', 1_200n],
  ['12.5000', 'EUR', 1_250n],
  ['.5', 'EUR', 50n],
  ['1500.00', 'HUF', 150_000n],
  ['5001.00', 'JPY', 5_001n],
])('reads %s %s', (text, currency, minor) => {
  expect(fromDecimal(text, currency)?.minor).toBe(minor);
});

it.each([
  ['', 'EUR'],
  ['.', 'EUR'],
  ['-', 'EUR'],
  ['1,5', 'EUR'],
  ['1e3', 'EUR'],
  [' 1', 'EUR'],
  ['0x1', 'EUR'],
  ['1.005', 'EUR'],
  ['1.5', 'JPY'],
  ['1.00', 'XYZ'],
])('takes %o %s for no amount', (text, currency) => {
  expect(fromDecimal(text, currency)).toBeUndefined();
});

it('gives every amount of every currency back as it was', () => {
  const random = createRandom();
  for (const currency of paypalCurrencies)
    for (let count = 0; count < 50; count += 1) {
      const steps = BigInt(Math.floor(random() * 10 ** (1 + Math.floor(random() * 14))));
      const unit = currency === 'HUF' || currency === 'TWD' ? 100n : 1n;
      const amount = money(steps * unit, currency);
      expect(fromDecimal(toDecimal(amount), currency)).toEqual(amount);
    }
});

it('knows the largest amounts that PayPal writes', () => {
  for (const currency of paypalCurrencies) {
    const most = currency === 'JPY' ? paypalMaxMinor.JPY : paypalMaxMinor.other;
    expect(most.toString().length).toBe(15 + (currency === 'JPY' ? 0 : currencyExponents[currency]));
  }
});
