/**
 * Amounts as Stripe writes them: whole numbers of a minor unit that is not always the one of ISO 4217.
 *
 * @see {@link https://docs.stripe.com/currencies | Stripe: Supported currencies}
 */
import { IntegrationError } from '@im/core';
import { type Currency, currencyExponents, isCurrency, type Money, money } from '@im/payments';

/** Decimals of an amount of Stripe's, where they are not 2. */
const stripeExponents: Partial<Readonly<Record<Currency, number>>> = {
  ...Object.fromEntries(
    // "Zero-decimal currencies". MGA has two decimals in ISO 4217, which nobody uses.
    [
      'BIF',
      'CLP',
      'DJF',
      'GNF',
      'JPY',
      'KMF',
      'KRW',
      'MGA',
      'PYG',
      'RWF',
      'VND',
      'VUV',
      'XAF',
      'XOF',
      'XPF',
    ].map((code) => [code, 0]),
  ),
  // "Three-decimal currencies".
  ...Object.fromEntries(['BHD', 'JOD', 'KWD', 'OMR', 'TND'].map((code) => [code, 3])),
};

/** Amounts must be whole multiples of so many of Stripe's units: "Special cases", and the last digit of three decimals. */
const stripeSteps: Partial<Readonly<Record<Currency, bigint>>> = {
  ISK: 100n,
  UGX: 100n,
  BHD: 10n,
  JOD: 10n,
  KWD: 10n,
  OMR: 10n,
  TND: 10n,
};

/** Currencies in which Stripe takes cards. */
export const stripeCurrencies: readonly Currency[] = (
  'AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BHD BIF BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CVE CZK DJF DKK DOP DZD ' +
  'EGP ETB EUR FJD FKP GBP GEL GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR ISK JMD JOD JPY KES KGS KHR KMF KRW KWD KYD KZT LAK LBP LKR ' +
  'LRD LSL MAD MDL MGA MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR ' +
  'SBD SCR SEK SGD SHP SLE SOS SRD SZL THB TJS TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VND VUV WST XAF XCD XCG XOF XPF YER ZAR ZMW'
)
  .split(' ')
  .filter(isCurrency);

/** Largest amounts by the number of digits, in Stripe's units: "Minimum and maximum charge amounts". */
const mostDigits = 99_999_999n;
const stripeMost: Partial<Readonly<Record<Currency, bigint>>> = {
  COP: 999_999_999_999n,
  HUF: 999_999_999_999n,
  IDR: 999_999_999_999n,
  INR: 999_999_999n,
  JPY: 9_999_999_999n,
  LBP: 99_999_999_999_999n,
};

function exponentOf(currency: Currency): number {
  return stripeExponents[currency] ?? 2;
}

/** How many of Stripe's units one minor unit of ISO 4217 is, as a fraction. */
function scaleOf(currency: Currency): { readonly up: bigint; readonly down: bigint } {
  const more = exponentOf(currency) - currencyExponents[currency];
  return { up: 10n ** BigInt(Math.max(more, 0)), down: 10n ** BigInt(Math.max(-more, 0)) };
}

/** Smallest step of an amount that Stripe takes, in minor units of ISO 4217; 1 for most. */
export function stepOf(currency: Currency): bigint {
  const { up, down } = scaleOf(currency);
  const step = ((stripeSteps[currency] ?? 1n) * down) / up;
  return step > 0n ? step : 1n;
}

/** Largest amount in minor units of ISO 4217. */
export function mostOf(currency: Currency): bigint {
  const { up, down } = scaleOf(currency);
  const most = ((stripeMost[currency] ?? mostDigits) * down) / up;
  return most - (most % stepOf(currency));
}

/**
 * The amount for a request.
 *
 * @throws {@link IntegrationError} `invalid_argument` where Stripe takes no such fraction
 */
export function toStripeAmount({ minor, currency }: Money): {
  readonly amount: number;
  readonly currency: string;
} {
  const step = stepOf(currency);
  if (minor % step !== 0n)
    throw new IntegrationError(
      `Stripe takes ${currency} in whole multiples of ${step} minor units, and not ${minor}`,
      {
        code: 'invalid_argument',
        provider: 'stripe',
        reason: 'amount',
        remedy: 'round the amount first',
      },
    );
  const { up, down } = scaleOf(currency);
  return { amount: Number((minor * up) / down), currency: currency.toLowerCase() };
}

/**
 * The amount of an answer.
 *
 * @throws {@link IntegrationError} `internal` for what is no amount, none of a currency of ISO 4217, or none of its whole minor units
 */
export function fromStripeAmount(amount: number, code: string): Money {
  const currency = code.toUpperCase();
  if (Number.isSafeInteger(amount) && isCurrency(currency)) {
    const { up, down } = scaleOf(currency);
    const scaled = BigInt(amount) * down;
    if (scaled % up === 0n) return money(scaled / up, currency);
  }
  throw new IntegrationError('Stripe answered with an amount that is none of its currency', {
    code: 'internal',
    provider: 'stripe',
    reason: 'unexpected_body',
  });
}
