/** Money: a whole number of minor units beside its currency. No number of JavaScript ever holds an amount. */
import { IntegrationError } from '@im/core';
import { type Currency, currencyExponents, isCurrency } from './currencies.ts';

/** An amount. Frozen; made by {@link money} and its like, which check it. */
export interface Money<Code extends Currency = Currency> {
  /** Minor units: 1250n is 12.50 EUR, and 1250 JPY. May be negative in sums; a gateway moves positive amounts only. */
  readonly minor: bigint;
  readonly currency: Code;
  /** What `JSON.stringify` writes; {@link moneyFromJson} reads it. */
  toJSON(): MoneyJson;
}

/** An amount in JSON: minor units as a decimal string, since a number of JSON may lose digits. */
export interface MoneyJson {
  readonly minor: string;
  readonly currency: string;
}

const methods = {
  toJSON(this: Money): MoneyJson {
    return { minor: String(this.minor), currency: this.currency };
  },
};

/**
 * An amount of minor units.
 *
 * @throws {@link IntegrationError} `invalid_argument` for an unknown currency, or minor units that are no bigint
 */
export function money<Code extends Currency>(minor: bigint, currency: Code): Money<Code> {
  checkCurrency(currency);
  if (typeof minor !== 'bigint')
    throw moneyError(
      `minor units must be a bigint, not ${typeof minor === 'number' ? `the number ${minor}` : typeof minor}`,
      'write 1250n, or parse the decimal text',
    );
  const made = Object.create(methods, {
    minor: { value: minor, enumerable: true },
    currency: { value: currency, enumerable: true },
  }) as Money<Code>;
  return Object.freeze(made);
}

/** What {@link parseMoney} reads: sign, whole digits, and as many decimals as the currency has, or fewer. */
const decimal = /^(-?)(\d{1,30})(?:\.(\d{1,30}))?$/;

/**
 * Reads `12.50`: plain ASCII digits, a point, no grouping, no exponent. Fewer decimals than the currency has are filled up; more are
 * refused, also when they are zeros, since whoever wrote them had another currency in mind.
 *
 * @throws {@link IntegrationError} `invalid_argument`
 */
export function parseMoney<Code extends Currency>(text: string, currency: Code): Money<Code> {
  checkCurrency(currency);
  const exponent = currencyExponents[currency];
  const [, sign, whole, decimals = ''] = (typeof text === 'string' && decimal.exec(text)) || [];
  if (whole === undefined)
    throw moneyError(`${shown(text)} is no amount`, 'write it in digits with a point: 12.50');
  if (decimals.length > exponent)
    throw moneyError(
      `${shown(text)} has more decimals than ${currency}, which has ${exponent}`,
      'round it first, by a rule of yours',
    );
  const minor = BigInt(whole + decimals.padEnd(exponent, '0'));
  return money(sign === '-' ? -minor : minor, currency);
}

/** The amount as decimal text with all decimals of its currency, `12.50`: the inverse of {@link parseMoney}. For people, use `Intl.NumberFormat`. */
export function formatMoney({ minor, currency }: Money): string {
  const exponent = currencyExponents[currency];
  const digits = String(minor < 0n ? -minor : minor).padStart(exponent + 1, '0');
  const whole = digits.slice(0, digits.length - exponent);
  return `${minor < 0n ? '-' : ''}${whole}${exponent === 0 ? '' : `.${digits.slice(-exponent)}`}`;
}

/**
 * Reads what `JSON.stringify` wrote.
 *
 * @throws {@link IntegrationError} `invalid_argument` for anything else
 */
export function moneyFromJson(json: unknown): Money {
  const { minor, currency } = (typeof json === 'object' && json !== null ? json : {}) as Partial<MoneyJson>;
  if (typeof minor !== 'string' || !/^-?\d{1,40}$/.test(minor))
    throw moneyError('minor units in JSON must be a decimal string', 'write what toJSON gives');
  checkCurrency(currency);
  return money(BigInt(minor), currency);
}

/** Whether `value` was made by {@link money}: a look-alike was never checked. */
export function isMoney(value: unknown): value is Money {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === methods;
}

/** @throws {@link IntegrationError} `invalid_argument` unless the currencies are the same */
export function addMoney<Code extends Currency>(one: Money<Code>, other: Money<Code>): Money<Code> {
  checkSame(one, other);
  return money(one.minor + other.minor, one.currency);
}

/** @throws {@link IntegrationError} `invalid_argument` unless the currencies are the same */
export function subtractMoney<Code extends Currency>(one: Money<Code>, other: Money<Code>): Money<Code> {
  checkSame(one, other);
  return money(one.minor - other.minor, one.currency);
}

/**
 * Negative, zero or positive, as `Array.sort` wants it.
 *
 * @throws {@link IntegrationError} `invalid_argument` unless the currencies are the same
 */
export function compareMoney<Code extends Currency>(one: Money<Code>, other: Money<Code>): -1 | 0 | 1 {
  checkSame(one, other);
  return one.minor < other.minor ? -1 : one.minor > other.minor ? 1 : 0;
}

/** Same amount of the same currency. Never throws. */
export function equalMoney(one: Money, other: Money): boolean {
  return one.minor === other.minor && one.currency === other.currency;
}

/** An error about an amount. */
export function moneyError(says: string, remedy: string): IntegrationError {
  return new IntegrationError(`money: ${says}`, { code: 'invalid_argument', remedy, reason: 'money' });
}

/** Refuses what is no currency. */
export function checkCurrency(code: unknown): asserts code is Currency {
  if (!isCurrency(code))
    throw moneyError(`${shown(code)} is no currency of ISO 4217`, 'use its three letters in upper case: EUR');
}

function checkSame(one: Money, other: Money): void {
  if (one.currency !== other.currency)
    throw moneyError(
      `${one.currency} and ${other.currency} cannot be reckoned together`,
      'convert one of them first',
    );
}

function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : typeof value;
}
