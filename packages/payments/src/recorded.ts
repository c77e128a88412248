/** Our own payments of a time, from the journal. Nobody is asked. */
import { createPages, type Page, type Pages } from '@im/core';
import { type GatewayContext, placeOf, run, signalOf } from './context.ts';
import { dayAfter, dayOf, linesOfDay, readLine } from './day-lines.ts';
import type { TimeRange } from './driver.ts';
import type { ListOptions } from './gateway.types.ts';
import { readSeen } from './integrity.ts';
import { type OperationRecord, readRecord } from './journal.ts';
import { type Money, money, moneyFromJson } from './money.ts';
import type { PaymentStatus } from './states.ts';

/** A payment as it stands in our own records. */
export interface RecordedPayment {
  readonly reference: string;
  /** The vendor's id, where it is known. */
  readonly payment?: string | undefined;
  readonly amount: Money;
  /** `made`: the vendor has it. `unknown`: it is being sent, or its answer was lost. `not_made`: it was refused, given up, or is surely not there. */
  readonly outcome: 'made' | 'unknown' | 'not_made';
  /** As it was last seen. Absent: it never was. */
  readonly status?: PaymentStatus | undefined;
  readonly captured: Money;
  readonly refunded: Money;
  /** When it was begun, milliseconds since 1970. */
  readonly begunAt: number;
}

const pageSize = 100;
const outcomes: Readonly<Record<OperationRecord['state'], RecordedPayment['outcome']>> = {
  done: 'made',
  sending: 'unknown',
  unknown: 'unknown',
  absent: 'not_made',
  refused: 'not_made',
  abandoned: 'not_made',
};

/** Our payments that were begun in this time, in order. */
export function recordedPayments(
  context: GatewayContext,
  range: TimeRange,
  list: ListOptions = {},
): Pages<RecordedPayment> {
  const place = placeOf(context, 'recorded');
  return createPages<RecordedPayment>(
    (cursor, most) =>
      run(place, signalOf(list), () => pageOf(context, range, Math.min(pageSize, most), cursor)),
    list,
    { provider: context.driver.name, operation: 'recorded' },
  );
}

/** A cursor is the first line of its page: `2030-01-31/101`. */
async function pageOf(
  context: GatewayContext,
  range: TimeRange,
  size: number,
  cursor = `${dayOf(range.from)}/1`,
): Promise<Page<RecordedPayment>> {
  const [day = '', position = ''] = cursor.split('/');
  const first = Number(position);
  const last = Math.min(first + size - 1, await linesOfDay(context, day));
  const positions = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
  const found = await Promise.all(positions.map((each) => paymentOnLine(context, day, each)));
  const items = found
    .flatMap((payment) => payment ?? [])
    .filter(({ begunAt }) => begunAt >= range.from && begunAt < range.to);
  if (positions.length === size) return { items, next: `${day}/${last + 1}` };
  const after = dayAfter(day);
  return { items, next: after.from < range.to ? `${after.day}/1` : undefined };
}

async function paymentOnLine(context: GatewayContext, day: string, position: number) {
  const noted = await readLine(context, day, position);
  const recorded = noted && (await recordedPayment(context, noted.reference));
  return recorded?.line === noted?.line ? recorded?.payment : undefined;
}

/** Our own record of one payment, and its line. `undefined`: it was never begun. */
export async function recordedPayment(
  context: GatewayContext,
  reference: string,
): Promise<{ readonly payment: RecordedPayment; readonly line: string | undefined } | undefined> {
  const { record } = (await readRecord(context, 'create', reference)) ?? {};
  // What was given up without ever being begun has no amount.
  if (record?.minor === undefined) return undefined;
  const amount = moneyFromJson({ minor: record.minor, currency: record.currency });
  const seen = record.payment === undefined ? undefined : await readSeen(context, record.payment);
  const sum = (minor = '0') => money(BigInt(minor), amount.currency);
  const payment = {
    reference,
    payment: record.payment,
    amount,
    outcome: outcomes[record.state],
    status: seen?.status,
    captured: sum(seen?.captured),
    refunded: sum(seen?.refunded),
    begunAt: record.firstAt,
  };
  return { payment, line: record.line };
}
