import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasCardNumber, refuseCardData } from './card-guard.ts';
import { money } from './money.ts';

/** Numbers that processors publish for tests. */
const published = [
  '4111111111111111',
  '4242424242424242',
  '4222222222222',
  '5555555555554444',
  '2223003122003222',
  '2720991111111113',
  '378282246310005',
  '371449635398431',
  '6011111111111117',
  '30569309025904',
  '3530111333300000',
  '3566002020360505',
  '6205500000000000004',
  '6759649826438453',
];
const guard = (value: unknown) => () => refuseCardData(value, 'memory', 'create');
const refused = expect.objectContaining({ code: 'invalid_argument', reason: 'card_data' });

describe('the guard against card data', () => {
  it.each(published)('finds the published test number %s alone, in text and with separators', (number) => {
    const grouped = (separator: string) => number.replace(/(.{4})(?=.)/g, `$1${separator}`);
    const full = number.replace(/\d/g, (digit) => String.fromCodePoint(0xff10 + Number(digit)));
    const arabic = number.replace(/\d/g, (digit) => String.fromCodePoint(0x0660 + Number(digit)));
    const texts = [
      number,
      `card ${number}.`,
      `x${number}y`,
      ...[' ', '-', '.', '/', '_', ' - ', '\u00a0', '\u200b', '\u2011', '\n'].map(grouped),
      `12 ${number}`,
      `${number} 0926 123`,
      full,
      arabic,
      number.split('').join(' '),
    ];
    for (const text of texts) expect(hasCardNumber(text), JSON.stringify(text)).toBe(true);
  });

  it('finds a number wherever it hides: in a list, a name, a number, deep inside', () => {
    for (const value of [
      { description: 'pay 4111 1111 1111 1111' },
      { metadata: { '4111111111111111': 'x' } },
      { list: [{ deep: ['4111-1111-1111-1111'] }] },
      { n: 4111111111111111 },
      { n: 4111111111111111n },
      { amount: { minor: '4111111111111111' } },
      '4111111111111111',
    ])
      expect(guard(value)).toThrow(refused);
  });

  it('refuses security codes by the names they go by', () => {
    for (const value of [
      { cvc: '123' },
      { card: { CVV2: 1 } },
      { security_code: '1' },
      { card_number: 'x' },
      { note: 'cvv: 123' },
      { note: 'CVC is 1234' },
    ])
      expect(guard(value)).toThrow(refused);
  });

  it('quotes nothing of what it refuses', () => {
    expect.assertions(2);
    try {
      guard({ note: 'card 4111111111111111 cvc 987' })();
    } catch (error) {
      expect(String(error)).toContain('(note)');
      expect(JSON.stringify([String(error), error])).not.toMatch(/4111|987/);
    }
  });

  it('lets pass what is none: wrong check digits, amounts, instants, ids, telephone numbers', () => {
    for (const text of [
      '4111111111111112',
      '1893456000000',
      'order-2031-000123',
      'pi_3OqK2eLkdIwHu7ix',
      '+49 30 901820',
      '978-3-16-148410-0',
      'a1b2c3d4e5f6a7b8',
    ])
      expect(hasCardNumber(text), text).toBe(false);
    expect(guard({ amount: money(4111111111111111n, 'EUR'), reference: 'A-1' })).not.toThrow();
  });

  it('lets ids pass that were made up at random, and finds what stands beside them', () => {
    for (let count = 0; count < 5_000; count += 1) {
      const uuid = randomUUID();
      for (const id of [uuid, uuid.toUpperCase(), uuid.replaceAll('-', ''), `order_${uuid}`])
        expect(hasCardNumber(id), id).toBe(false);
    }
    for (const id of ['271504bd-a584-4815-8930-372fcfe48d65', '3774923c8546ab4815893037210fcfe4'])
      for (const text of [
        `${id} 4111111111111111`,
        `4111-1111-1111-1111-${id}`,
        `4111 1111 ${id} 4111 1111 1111 1111`,
      ])
        expect(hasCardNumber(text), text).toBe(true);
  });

  it('takes no number for an id: of digits alone, in the shape of one, or from a magnetic stripe', () => {
    for (const text of [
      '41111111-1111-1111-1111-111111111111',
      '4111111111111111D25121011000012345678F',
      '4111111111111111 ab12cd34ef56ab12cd34ef56',
    ])
      expect(hasCardNumber(text), text).toBe(true);
  });

  it('is not slow on any text', () => {
    const digits = '4'.repeat(100_000);
    const start = performance.now();
    hasCardNumber(digits);
    hasCardNumber('4 '.repeat(20_000));
    expect(performance.now() - start).toBeLessThan(2_000);
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => typeof hasCardNumber(text) === 'boolean'));
  });
});
