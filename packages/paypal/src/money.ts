/**
 * Amounts as PayPal writes them: a decimal string beside a currency code. HUF, JPY and TWD have no decimals at PayPal, whatever ISO 4217 says of
 * their minor units; all others that it takes have two: https://developer.paypal.com/api/rest/reference/currency-codes/
 */
import { VendorError } from '@im/core';
import { type Currency, currencyExponents, isCurrency, type Money, money } from '@im/payments';

/** Currencies that PayPal takes payments in. BRL, CNY and MYR for accounts of their own country only. */
export const paypalCurrencies = [
  'AUD',
  'BRL',
  'CAD',
  'CHF',
  'CNY',
  'CZK',
  'DKK',
  'EUR',
  'GBP',
  'HKD',
  'HUF',
  'ILS',
  'JPY',
  'MXN',
  'MYR',
  'NOK',
  'NZD',
  'PHP',
  'PLN',
  'SEK',
  'SGD',
  'THB',
  'TWD',
  'USD',
] as const satisfies readonly Currency[];

const withoutDecimals: ReadonlySet<Currency> = new Set(['HUF', 'JPY', 'TWD']);

/** The largest amount in minor units: 999999999999999.99, by the issue `MAX_VALUE_EXCEEDED`. */
export const paypalMaxMinor = { JPY: 999_999_999_999_999n, other: 99_999_999_999_999_999n } as const;

/** `12.50`, with as many decimals as PayPal takes. @throws VendorError `invalid_argument` where that would lose some of it */
export function toDecimal({ minor, currency }: Money): string {
  const exponent = currencyExponents[currency];
  const decimals = withoutDecimals.has(currency) ? 0 : exponent;
  const unit = 10n ** BigInt(exponent - decimals);
  if (minor % unit !== 0n)
    throw new VendorError({
      sent: false,
      code: 'invalid_argument',
      reason: 'DECIMALS_NOT_SUPPORTED',
      says: `PayPal takes ${currency} in whole units only`,
    });
  const units = minor / unit;
  const digits = String(units < 0n ? -units : units).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  return `${units < 0n ? '-' : ''}${whole}${decimals === 0 ? '' : `.${digits.slice(-decimals)}`}`;
}

/** Reads PayPal's decimals, zeros at the end included. `undefined`: no amount, or finer than a minor unit. */
export function fromDecimal(value: string, currency: string): Money | undefined {
  const [, sign, whole = '', decimals = ''] = /^(-?)(\d{0,30})(?:\.(\d{1,30}))?$/.exec(value) ?? [];
  if (sign === undefined || whole + decimals === '' || !isCurrency(currency)) return undefined;
  const exponent = currencyExponents[currency];
  if (/[1-9]/.test(decimals.slice(exponent))) return undefined;
  const minor = BigInt(whole + decimals.slice(0, exponent).padEnd(exponent, '0'));
  return money(sign === '-' ? -minor : minor, currency);
}
