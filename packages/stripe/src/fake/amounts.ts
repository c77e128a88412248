/** Which amounts Stripe takes: https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts */
import { type Currency, isCurrency } from '@im/payments';
import { stripeCurrencies } from '../currencies.ts';
import type { Input } from './input.ts';
import { invalid } from './refusals.ts';

/** Least amounts, in the settlement currency. The fake settles each currency in itself. */
const least: Partial<Readonly<Record<Currency, number>>> = {
  ...{
    USD: 50,
    AED: 200,
    AUD: 50,
    BGN: 100,
    BRL: 50,
    CAD: 50,
    CHF: 50,
    CZK: 1_500,
    DKK: 250,
    EUR: 50,
    GBP: 30,
  },
  ...{ HKD: 400, HUF: 17_500, INR: 50, JPY: 50, MXN: 1_000, MYR: 200, NOK: 300, NZD: 50, PLN: 200, RON: 200 },
  ...{ SEK: 300, SGD: 50, THB: 1_000 },
};

/** Most digits of an amount: by currency, else eight. */
const digits: Partial<Readonly<Record<Currency, number>>> = {
  COP: 12,
  HUF: 12,
  IDR: 12,
  INR: 9,
  JPY: 10,
  LBP: 14,
};

const wholeOnly: ReadonlySet<Currency> = new Set(['ISK', 'UGX']);
const threeDecimals: ReadonlySet<Currency> = new Set(['BHD', 'JOD', 'KWD', 'OMR', 'TND']);

/** The amount and currency of a new payment. @throws an answer of 400 */
export function amountOf(input: Input): { readonly amount: number; readonly currency: string } {
  input.needed('amount');
  const amount = input.integer('amount') ?? 0;
  const currency = input.needed('currency').toLowerCase();
  const code = currency.toUpperCase();
  if (!isCurrency(code) || !stripeCurrencies.includes(code))
    throw invalid(`Invalid currency: ${currency}. Stripe currently supports these currencies: usd, eur, …`, {
      param: 'currency',
    });
  if (amount < 1)
    throw invalid('This value must be greater than or equal to 1.', {
      code: 'parameter_invalid_integer',
      param: 'amount',
    });
  if (String(amount).length > (digits[code] ?? 8))
    throw invalid(`Amount must be no more than ${code === 'USD' ? '$999,999.99' : 'what is allowed'}`, {
      code: 'amount_too_large',
      param: 'amount',
    });
  if (amount < (least[code] ?? 50) && !threeDecimals.has(code))
    throw invalid(`Amount must be at least ${least[code] ?? 50} ${currency}`, {
      code: 'amount_too_small',
      param: 'amount',
    });
  if (wholeOnly.has(code) && amount % 100 !== 0)
    throw invalid(
      `Invalid amount. Currency ${code} has become effectively zero-decimal and charged amounts must be evenly divisible by 100.`,
      { code: 'invalid_charge_amount', param: 'amount' },
    );
  if (threeDecimals.has(code) && amount % 10 !== 0)
    throw invalid(`Invalid amount. The last digit of an amount of ${code} must be 0.`, {
      code: 'invalid_charge_amount',
      param: 'amount',
    });
  return { amount, currency };
}
