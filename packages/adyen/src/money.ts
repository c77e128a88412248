/**
 * Amounts as Adyen writes them: whole numbers of a minor unit that is not always the one of ISO 4217.
 *
 * @see {@link https://docs.adyen.com/development-resources/currency-codes | Adyen: Currency codes and minor units}
 */
import { VendorError } from '@im/core';
import { type Currency, currencyExponents, isCurrency, type Money, money } from '@im/payments';
import { z } from 'zod';

/** Decimals of the currencies that Adyen marks as different from the standard. */
const adyenExponents: Partial<Readonly<Record<Currency, number>>> = { CLP: 2, CVE: 0, IDR: 0, ISK: 2 };

/** Currencies that Adyen lists, but for those that ISO 4217 does not have (CNH, VEF). */
export const adyenCurrencies: readonly Currency[] = (
  'AED ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BHD BMD BND BOB BRL BSD BWP BYN BZD CAD CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ' +
  'ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD ISK JMD JOD JPY KES KGS KHR KMF KRW KWD KYD KZT LAK LBP LKR ' +
  'LYD MAD MDL MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR ' +
  'SEK SGD SHP SLE SOS SRD STN SVC SZL THB TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VND VUV WST XAF XCD XOF XPF YER ZAR ZMW'
)
  .split(' ')
  .filter(isCurrency);

/** An amount in JSON. Numbers are exact up to 2^53. */
export const wireAmount = z.object({ currency: z.string(), value: z.int() });
/** An amount in Adyen's spelling. */
export type WireAmount = z.output<typeof wireAmount>;

const shift = (currency: Currency): number =>
  (adyenExponents[currency] ?? currencyExponents[currency]) - currencyExponents[currency];

/** Largest value that JSON carries exactly; Adyen names no limit of its own. */
const largestValue = BigInt(Number.MAX_SAFE_INTEGER);

/** Largest amounts in minor units of ISO 4217. */
export const maxMinor: Partial<Record<Currency, bigint>> & { readonly other: bigint } = {
  CLP: largestValue / 100n,
  ISK: largestValue / 100n,
  other: largestValue,
};

/** Minor units of ISO 4217 of which amounts are multiples: Adyen has no smaller ones. */
export const stepMinor: Partial<Readonly<Record<Currency, bigint>>> = { CVE: 100n, IDR: 100n };

/** @throws VendorError `invalid_argument` for what Adyen cannot express */
export function toWireAmount({ minor, currency }: Money): WireAmount {
  const by = shift(currency);
  const factor = 10n ** BigInt(Math.abs(by));
  if (by < 0 && minor % factor !== 0n)
    throw invalidAmount(`amounts in ${currency} are multiples of ${factor} minor units`);
  const value = by < 0 ? minor / factor : minor * factor;
  if (value > largestValue || value < -largestValue) throw invalidAmount('the amount is too large');
  return { currency, value: Number(value) };
}

/**
 * @throws VendorError `internal` for a currency that nobody knows, or a fraction of a minor unit: both would be guesses about money
 */
export function fromWireAmount({ currency, value }: WireAmount): Money {
  if (!isCurrency(currency)) throw strangeAmount(`an amount in ${JSON.stringify(currency.slice(0, 8))}`);
  const by = shift(currency);
  const factor = 10n ** BigInt(Math.abs(by));
  if (by > 0 && BigInt(value) % factor !== 0n)
    throw strangeAmount(`a fraction of a minor unit of ${currency}`);
  return money(by < 0 ? BigInt(value) * factor : BigInt(value) / factor, currency);
}

/** Whether {@link fromWireAmount} can read it. */
export function isReadable({ currency, value }: WireAmount): boolean {
  if (!isCurrency(currency)) return false;
  const by = shift(currency);
  return by <= 0 || BigInt(value) % 10n ** BigInt(by) === 0n;
}

function invalidAmount(says: string): VendorError {
  return new VendorError({ code: 'invalid_argument', reason: 'amount', says, sent: false });
}

function strangeAmount(what: string): VendorError {
  return new VendorError({
    code: 'internal',
    reason: 'amount',
    says: `Adyen answered with ${what}`,
    sent: true,
  });
}
