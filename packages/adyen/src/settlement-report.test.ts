import { describe, expect, test } from 'vitest';
import { readSettlementReport } from './driver/settlement-report.ts';

const header =
  'Company Account,Merchant Account,Psp Reference,Merchant Reference,Payment Method,Creation Date,TimeZone,Type,Modification Reference,Gross Currency,Gross Debit (GC),Gross Credit (GC),Exchange Rate,Net Currency,Net Debit (NC),Net Credit (NC),Commission (NC),Markup (NC),Scheme Fees (NC),Interchange (NC),Batch Number';
const line = (more: Readonly<Record<string, string>>) => {
  const row: Record<string, string> = {
    'Creation Date': '2029-12-31 14:00:00',
    TimeZone: 'CET',
    'Net Currency': 'EUR',
    'Batch Number': '7',
    ...more,
  };
  return header
    .split(',')
    .map((name) => row[name] ?? '')
    .join(',');
};
const report = (...lines: readonly string[]) =>
  new TextEncoder().encode(`\ufeff${[header, ...lines].join('\r\n')}\r\n`);
const payout = (net: string, more: Readonly<Record<string, string>> = {}) =>
  line({ Type: 'MerchantPayout', 'Net Debit (NC)': net, ...more });

describe('a settlement report', () => {
  const settled = {
    Type: 'Settled',
    'Psp Reference': 'P1',
    'Merchant Reference': '"order, 1"',
    'Modification Reference': 'C1',
  };

  test('is a payout, and lines that add up to it', () => {
    const [batch, ...more] = readSettlementReport(
      report(
        line({
          ...settled,
          'Gross Currency': 'EUR',
          'Gross Credit (GC)': '100.00',
          'Net Credit (NC)': '98.50',
          'Commission (NC)': '0.10',
          'Interchange (NC)': '1.40',
        }),
        line({
          Type: 'Refunded',
          'Psp Reference': 'P1',
          'Modification Reference': 'R1',
          'Gross Currency': 'EUR',
          'Gross Debit (GC)': '10.00',
          'Net Debit (NC)': '10.00',
        }),
        line({ Type: 'Fee', 'Modification Reference': 'Transaction Fees', 'Net Debit (NC)': '0.25' }),
        line({ Type: 'Balancetransfer', 'Net Credit (NC)': '1.75' }),
        payout('90.00'),
      ),
    );
    expect(more).toEqual([]);
    expect(batch?.payout).toMatchObject({
      id: 'batch-7-EUR',
      amount: { minor: 9_000n },
      status: 'paid',
      arrivesAt: Date.UTC(2029, 11, 31, 13),
    });
    expect(batch?.lines).toMatchObject([
      {
        kind: 'payment',
        payment: 'P1',
        reference: 'order, 1',
        movement: 'C1',
        gross: { minor: 10_000n },
        fee: { minor: 150n },
        net: { minor: 9_850n },
      },
      {
        kind: 'refund',
        movement: 'R1',
        gross: { minor: -1_000n },
        fee: { minor: 0n },
        net: { minor: -1_000n },
      },
      { kind: 'fee', gross: { minor: -25n }, fee: { minor: 0n }, net: { minor: -25n } },
      { kind: 'adjustment', net: { minor: 175n } },
    ]);
    expect(batch?.lines.reduce((all, { net }) => all + net.minor, 0n)).toBe(9_000n);
  });

  test('of another currency says what was moved in it', () => {
    const [batch] = readSettlementReport(
      report(
        line({
          ...settled,
          'Gross Currency': 'KWD',
          'Gross Credit (GC)': '12.345',
          'Net Credit (NC)': '36.00',
          'Markup (NC)': '0.505',
          'Scheme Fees (NC)': '0.494',
        }),
        line({
          Type: 'Chargeback',
          'Psp Reference': 'P2',
          'Gross Currency': 'KWD',
          'Gross Debit (GC)': '1.000',
          'Net Debit (NC)': '3.00',
        }),
        payout('33.00'),
      ),
    );
    expect(batch?.lines).toMatchObject([
      {
        original: { minor: 12_345n, currency: 'KWD' },
        gross: { minor: 3_700n, currency: 'EUR' },
        fee: { minor: 100n },
        net: { minor: 3_600n },
      },
      { kind: 'dispute', original: { minor: -1_000n }, net: { minor: -300n } },
    ]);
  });

  test('has a payout for each currency', () => {
    const usd = { 'Net Currency': 'USD' };
    const batches = readSettlementReport(
      report(
        line({ ...settled, 'Net Credit (NC)': '5.00' }),
        payout('5.00'),
        line({ ...settled, ...usd, 'Net Credit (NC)': '7.00' }),
        payout('7.00', usd),
      ),
    );
    expect(batches.map(({ payout: { id }, lines }) => [id, lines.length])).toEqual([
      ['batch-7-EUR', 1],
      ['batch-7-USD', 1],
    ]);
  });

  test('without a payout gives none', () => {
    expect(readSettlementReport(report(line({ ...settled, 'Net Credit (NC)': '5.00' })))).toEqual([]);
    expect(readSettlementReport(new Uint8Array())).toEqual([]);
  });

  test.each([
    [
      'a column that is missing',
      new TextEncoder().encode('Psp Reference,Type\nP1,Settled\n'),
      /no column Merchant Reference/,
    ],
    ['rows of another length', new TextEncoder().encode(`${header}\nP1\n`), /Invalid Record Length/],
    ['a quote that does not end', new TextEncoder().encode(`${header}\n"P1`), /Quote/],
    ['an amount that is none', report(payout('ninety')), /the amount "ninety"/],
    ['a fraction of a cent', report(payout('90.001')), /more decimals/],
    [
      'a currency that nobody knows',
      report(payout('90.00', { 'Net Currency': 'XYZ' })),
      /the currency "XYZ"/,
    ],
    [
      'a date that is none',
      report(payout('90.00', { 'Creation Date': 'yesterday' })),
      /the date "yesterday"/,
    ],
  ])('is refused with %s', (_, bytes, says) => {
    expect(() => readSettlementReport(bytes)).toThrow(says);
  });
});
