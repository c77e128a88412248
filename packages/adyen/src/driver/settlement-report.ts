/**
 * The settlement details report: one batch of what Adyen settled, as CSV with a line of names. Amounts are in major units with a point; `GC` is the
 * payment's currency, `NC` the one that is paid out. What the merchant's bank gets is a line of its own, `MerchantPayout`; all the others of its currency
 * add up to it. The direction of an amount is the column that it stands in.
 *
 * @see {@link https://docs.adyen.com/reporting/settlement-reconciliation/transaction-level/settlement-details-report | Adyen: Settlement details report}
 */
import {
  type Currency,
  isCurrency,
  type Money,
  money,
  type Payout,
  parseMoney,
  type SettlementLine,
} from '@im/payments';
import { parse } from 'csv-parse/sync';
import { refusal } from './refuse.ts';

/** Columns that are read, as the report names them. */
const columns = [
  'Psp Reference',
  'Merchant Reference',
  'Creation Date',
  'TimeZone',
  'Type',
  'Modification Reference',
  'Gross Currency',
  'Gross Debit (GC)',
  'Gross Credit (GC)',
  'Net Currency',
  'Net Debit (NC)',
  'Net Credit (NC)',
  'Commission (NC)',
  'Markup (NC)',
  'Scheme Fees (NC)',
  'Interchange (NC)',
  'Batch Number',
] as const;
type Row = Readonly<Record<(typeof columns)[number], string>>;

const payoutType = 'MerchantPayout';
const kinds: Readonly<Record<string, SettlementLine['kind']>> = {
  Settled: 'payment',
  Refunded: 'refund',
  RefundedReversed: 'refund',
  Chargeback: 'dispute',
  SecondChargeback: 'dispute',
  ChargebackReversed: 'dispute',
  Fee: 'fee',
  PaymentCost: 'fee',
  InvoiceDeduction: 'fee',
  MiscCosts: 'fee',
};

/** One payout of a batch: a batch has one for each currency. */
export interface SettledBatch {
  readonly payout: Payout;
  readonly lines: readonly SettlementLine[];
}

/** Reads a report. @throws IntegrationError `internal` for one that is not what Adyen describes */
export function readSettlementReport(bytes: Uint8Array): readonly SettledBatch[] {
  const rows = parseRows(bytes);
  return rows
    .filter((row) => row.Type === payoutType)
    .map((row): SettledBatch => {
      const currency = currencyOf(row['Net Currency']);
      const id = payoutId(row);
      const lines = rows.filter((one) => one.Type !== payoutType && payoutId(one) === id);
      return {
        payout: {
          id,
          // Paid out is what leaves the balance.
          amount: reportMoney(row['Net Debit (NC)'], currency),
          status: 'paid',
          arrivesAt: instantOf(row),
        },
        lines: lines.map((one, index) => toLine(one, `${id}-${index + 1}`)),
      };
    });
}

const payoutId = (row: Row) => `batch-${row['Batch Number']}-${row['Net Currency']}`;

function parseRows(bytes: Uint8Array): readonly Row[] {
  let rows: readonly Row[];
  try {
    rows = parse(Buffer.from(bytes), {
      columns: true,
      bom: true,
      skip_empty_lines: true,
      trim: true,
    }) as Row[];
  } catch (error) {
    throw strange(error instanceof Error ? error.message : 'no CSV');
  }
  const [first] = rows;
  const missing = first === undefined ? [] : columns.filter((name) => !Object.hasOwn(first, name));
  if (missing.length > 0) throw strange(`no column ${missing.join(', ')}`);
  return rows;
}

function toLine(row: Row, id: string): SettlementLine {
  const currency = currencyOf(row['Net Currency']);
  const net = signed(row['Net Debit (NC)'], row['Net Credit (NC)'], currency);
  const isSame = row['Gross Currency'] === row['Net Currency'] || row['Gross Currency'] === '';
  const original = isSame
    ? undefined
    : signed(row['Gross Debit (GC)'], row['Gross Credit (GC)'], currencyOf(row['Gross Currency']));
  const own = signed(row['Gross Debit (GC)'], row['Gross Credit (GC)'], currency, isSame);
  // Fees are rounded for themselves, so that they are told by what they leave, where that can be seen.
  const hasGross = isSame && (row['Gross Debit (GC)'] !== '' || row['Gross Credit (GC)'] !== '');
  const gross = hasGross ? own : money(net.minor + feesOf(row, currency), currency);
  return {
    id,
    kind: kinds[row.Type] ?? 'adjustment',
    ...(row['Psp Reference'] !== '' && { payment: row['Psp Reference'] }),
    ...(row['Merchant Reference'] !== '' && { reference: row['Merchant Reference'] }),
    ...(row['Modification Reference'] !== '' && { movement: row['Modification Reference'] }),
    gross,
    fee: money(gross.minor - net.minor, currency),
    net,
    ...(original !== undefined && { original }),
  };
}

function feesOf(row: Row, currency: Currency): bigint {
  const names = ['Commission (NC)', 'Markup (NC)', 'Scheme Fees (NC)', 'Interchange (NC)'] as const;
  return names.reduce((all, name) => all + reportMoney(row[name], currency, true).minor, 0n);
}

function signed(debit: string, credit: string, currency: Currency, isWanted = true): Money {
  if (!isWanted) return money(0n, currency);
  return money(reportMoney(credit, currency).minor - reportMoney(debit, currency).minor, currency);
}

/** Reports may have more decimals than the currency; they are zeros, but in fees. */
function reportMoney(text: string, currency: Currency, rounds = false): Money {
  if (text === '') return money(0n, currency);
  const [, sign = '', whole = '', decimals = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
  if (whole === '') throw strange(`the amount ${JSON.stringify(text.slice(0, 30))}`);
  const one = parseMoney('0', currency);
  const places = String(parseMoney('1', currency).minor).length - 1;
  const rest = decimals.slice(places);
  if (!rounds && /[1-9]/.test(rest)) throw strange(`more decimals than ${currency} has`);
  const minor =
    BigInt(whole + decimals.slice(0, places).padEnd(places, '0')) + (/^[5-9]/.test(rest) ? 1n : 0n);
  return money(one.minor + (sign === '-' ? -minor : minor), currency);
}

function currencyOf(code: string): Currency {
  if (!isCurrency(code)) throw strange(`the currency ${JSON.stringify(code.slice(0, 8))}`);
  return code;
}

/** Hours from UTC of the zones that accounts are set to. */
const zones: Readonly<Record<string, number>> = {
  UTC: 0,
  GMT: 0,
  BST: 1,
  CET: 1,
  CEST: 2,
  EET: 2,
  EEST: 3,
  EST: -5,
  EDT: -4,
  CST: -6,
  CDT: -5,
  MST: -7,
  MDT: -6,
  PST: -8,
  PDT: -7,
  BRT: -3,
  IST: 5.5,
  SGT: 8,
  HKT: 8,
  JST: 9,
  AEST: 10,
  AEDT: 11,
  NZST: 12,
  NZDT: 13,
};

function instantOf(row: Row): number {
  const local = Date.parse(`${row['Creation Date'].replace(' ', 'T')}Z`);
  if (Number.isNaN(local)) throw strange(`the date ${JSON.stringify(row['Creation Date'].slice(0, 30))}`);
  return local - (zones[row.TimeZone] ?? 0) * 3_600_000;
}

function strange(what: string) {
  return refusal(
    'internal',
    'report',
    `a settlement report has ${what}`,
    'compare it with Adyen’s description',
  );
}
