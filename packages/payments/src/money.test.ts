import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Currency, currencyExponents, isCurrency } from './currencies.ts';
import {
  addMoney,
  compareMoney,
  equalMoney,
  formatMoney,
  isMoney,
  type Money,
  money,
  moneyFromJson,
  parseMoney,
  subtractMoney,
} from './money.ts';
import { multiplyMoney, type Rounding, splitMoney } from './money-shares.ts';

const codes = Object.keys(currencyExponents) as Currency[];
const currencies = fc.constantFrom(...codes);
const amounts = fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n });
const monies = fc.tuple(amounts, currencies).map(([minor, currency]) => money(minor, currency));
const refused = (says: RegExp) =>
  expect.objectContaining({ code: 'invalid_argument', message: expect.stringMatching(says) });
const roundings: readonly Rounding[] = ['half_even', 'half_up', 'down', 'up', 'floor', 'ceiling'];

describe('currencies of ISO 4217', () => {
  it('have the exponents 0, 2, 3 and 4, each where the standard says', () => {
    const of = (code: Currency) => currencyExponents[code];
    expect([of('JPY'), of('ISK'), of('EUR'), of('HUF'), of('KWD'), of('TND'), of('CLF'), of('UYW')]).toEqual([
      0, 0, 2, 2, 3, 3, 4, 4,
    ]);
    expect([codes.length, new Set(Object.values(currencyExponents))]).toEqual([167, new Set([0, 2, 3, 4])]);
  });

  it('have the exponents that ICU shows, but for those whose minor unit nobody uses', () => {
    // Shown without decimals by ICU (CLDR `supplementalData`), with them in list one of the standard.
    const unused = 'AFN ALL COP HUF IDR IQD IRR KPW LAK LBP MGA MMK PKR RSD SLE SOS SYP TZS UZS YER'.split(
      ' ',
    );
    const shown = (currency: string) =>
      new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits;
    const differing = codes.filter((code) => shown(code) !== currencyExponents[code]);
    expect(differing.filter((code) => !unused.includes(code))).toEqual([]);
    for (const code of differing) expect(shown(code), code).toBe(0);
  });

  it('are told from what only looks like one', () => {
    for (const odd of ['eur', 'EURO', 'XXX', 'XAU', '', 'toString', '__proto__', 978, undefined])
      expect(isCurrency(odd), String(odd)).toBe(false);
  });
});

describe('money', () => {
  it('is a whole number of minor units, and nothing else', () => {
    expect(() => money(12.5 as never, 'EUR')).toThrow(refused(/bigint, not the number 12.5/));
    expect(() => money(1n, 'EURO' as never)).toThrow(refused(/no currency/));
    expect(Object.isFrozen(money(1n, 'EUR'))).toBe(true);
    expect(isMoney({ minor: 1n, currency: 'EUR' })).toBe(false);
  });

  it.each([
    ['12.50', 'EUR', 1250n],
    ['12.5', 'EUR', 1250n],
    ['12', 'EUR', 1200n],
    ['1250', 'JPY', 1250n],
    ['0.005', 'KWD', 5n],
    ['1.2345', 'CLF', 12345n],
    ['-0.01', 'USD', -1n],
  ] as const)('reads %s %s exactly', (text, currency, minor) => {
    expect(parseMoney(text, currency).minor).toBe(minor);
  });

  it.each([
    '12.505',
    '1,250.00',
    '1e3',
    '',
    '.5',
    '5.',
    ' 1',
    '1\n',
    '+1',
    '--1',
    '١٢',
    '0x10',
    'NaN',
    '1 EUR',
  ])('refuses to read %j as EUR', (text) => {
    expect(() => parseMoney(text, 'EUR')).toThrow(refused(/money: /));
  });

  it('comes back from text and from JSON as it was, whatever its size', () => {
    fc.assert(
      fc.property(monies, (one) => {
        expect(equalMoney(parseMoney(formatMoney(one), one.currency), one)).toBe(true);
        expect(equalMoney(moneyFromJson(JSON.parse(JSON.stringify(one))), one)).toBe(true);
      }),
    );
  });

  it('refuses JSON in which the amount is a number', () => {
    for (const json of [
      { minor: 5, currency: 'EUR' },
      { minor: '5.0', currency: 'EUR' },
      { minor: '5' },
      null,
      'x',
    ])
      expect(() => moneyFromJson(json)).toThrow(refused(/money: /));
  });

  it('adds, subtracts and compares like whole numbers, and only within one currency', () => {
    fc.assert(
      fc.property(amounts, amounts, currencies, (a, b, code) => {
        const [one, other] = [money(a, code), money(b, code)];
        expect(subtractMoney(addMoney(one, other), other)).toEqual(one);
        expect(Math.sign(compareMoney(one, other))).toBe(a < b ? -1 : a > b ? 1 : 0);
      }),
    );
    const [euro, yen] = [money(1n, 'EUR') as Money, money(1n, 'JPY') as Money];
    for (const reckon of [addMoney, subtractMoney, compareMoney])
      expect(() => reckon(euro, yen)).toThrow(refused(/EUR and JPY cannot be reckoned together/));
    expect(equalMoney(euro, yen)).toBe(false);
  });
});

describe('parts of money', () => {
  it('add up to the whole, differ from the exact share by less than one unit, and never lose order', () => {
    const ratios = fc.array(fc.bigInt({ min: 0n, max: 10n ** 9n }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(monies, ratios, (one, parts) => {
        const sum = parts.reduce((all, ratio) => all + ratio, 0n);
        fc.pre(sum > 0n);
        const split = splitMoney(one, parts);
        expect(split.reduce((all, { minor }) => all + minor, 0n)).toBe(one.minor);
        split.forEach(({ minor }, index) => {
          const off = minor * sum - one.minor * (parts[index] ?? 0n);
          expect(off < sum && -off < sum).toBe(true);
          if (parts[index] === 0n) expect(minor).toBe(0n);
        });
      }),
    );
  });

  it('give what is left to the largest remainder, and of equal ones to the earlier', () => {
    const minors = (minor: bigint, ratios: bigint[]) =>
      splitMoney(money(minor, 'EUR'), ratios).map((one) => one.minor);
    expect(minors(100n, [1n, 1n, 1n])).toEqual([34n, 33n, 33n]);
    expect(minors(-100n, [1n, 1n, 1n])).toEqual([-34n, -33n, -33n]);
    expect(minors(10n, [1n, 2n, 4n])).toEqual([1n, 3n, 6n]);
    expect(minors(1n, [0n, 1n, 1n])).toEqual([0n, 1n, 0n]);
    for (const ratios of [[], [0n], [1n, -1n], [2n, -1n]])
      expect(() => minors(1n, ratios)).toThrow(refused(/ratios/));
  });

  it.each([
    ['half_even', [2n, 4n, -2n, 1n, -1n]],
    ['half_up', [3n, 4n, -3n, 1n, -1n]],
    ['down', [2n, 3n, -2n, 0n, 0n]],
    ['up', [3n, 4n, -3n, 1n, -1n]],
    ['floor', [2n, 3n, -3n, 0n, -1n]],
    ['ceiling', [3n, 4n, -2n, 1n, 0n]],
  ] as const)('are rounded %s as the rule says', (rule, expected) => {
    const fractions = [
      [5n, 2n],
      [7n, 2n],
      [-5n, 2n],
      [2n, 3n],
      [2n, -3n],
    ] as const;
    const results = fractions.map(
      ([numerator, denominator]) => multiplyMoney(money(1n, 'EUR'), { numerator, denominator }, rule).minor,
    );
    expect(results).toEqual(expected);
  });

  it('are less than one unit away from the exact product by every rule, and half a unit by the half rules', () => {
    fc.assert(
      fc.property(
        amounts,
        amounts,
        fc.bigInt({ min: 1n, max: 10n ** 9n }),
        fc.constantFrom(...roundings),
        (a, numerator, denominator, rule) => {
          const { minor } = multiplyMoney(money(a, 'KWD'), { numerator, denominator }, rule);
          const off = minor * denominator - a * numerator;
          const distance = off < 0n ? -off : off;
          expect(rule.startsWith('half') ? distance * 2n <= denominator : distance < denominator).toBe(true);
        },
      ),
    );
    expect(() => multiplyMoney(money(1n, 'EUR'), { numerator: 1n, denominator: 0n }, 'down')).toThrow(
      refused(/zero/),
    );
    expect(() => multiplyMoney(money(1n, 'EUR'), { numerator: 1n, denominator: 2n }, 'x' as never)).toThrow(
      refused(/rule/),
    );
  });
});
