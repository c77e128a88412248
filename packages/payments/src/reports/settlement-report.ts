/** The report on a payout: what the processor says it consists of, against the payments and our own records of them. It moves no money. */
import { errorCode } from '@im/core';
import { type GatewayContext, placeOf, run, signalOf } from '../context.ts';
import type { DriverCall, Payout, SettlementLine } from '../driver.ts';
import type { GatewayCall } from '../gateway.types.ts';
import { settlementLines } from '../lists.ts';
import { addMoney, equalMoney, type Money, money, subtractMoney } from '../money.ts';
import type { DriverPayment } from '../payment.ts';
import { recordedPayment } from '../recorded.ts';

/**
 * What does not agree. `sum`: the lines do not add up to the payout. `unknown_payment`: nobody here asked for the payment. `unknown_movement`: the
 * payment has no such capture or refund. `amount`: it has, of another amount.
 */
export type SettlementDifferenceKind = 'sum' | 'unknown_payment' | 'unknown_movement' | 'amount';

/** One line that does not agree; without a line: all of them together. */
export interface SettlementDifference {
  readonly kind: SettlementDifferenceKind;
  readonly line?: SettlementLine | undefined;
  readonly says: string;
}

/** What became of a payout. */
export interface SettlementReport {
  readonly gateway: string;
  readonly payout: Payout;
  readonly lines: number;
  /** Lines about payments that agree with the payment and with our records. */
  readonly agreed: number;
  readonly differences: readonly SettlementDifference[];
  /** In the payout's currency. */
  readonly gross: Money;
  readonly fee: Money;
  readonly net: Money;
}

/** Compares what a payout consists of. */
export async function reportSettlement(
  context: GatewayContext,
  payout: Payout,
  call: GatewayCall | undefined,
): Promise<SettlementReport> {
  const place = placeOf(context, 'settlementReport');
  return run(place, signalOf(call), async (driverCall) => {
    const lines = await settlementLines(context, payout.id, call).toArray();
    const payments = new Map<string, Promise<Found>>();
    const differences: SettlementDifference[] = [];
    let agreed = 0;
    for (const line of lines) {
      if (line.payment === undefined || (line.kind !== 'payment' && line.kind !== 'refund')) continue;
      const found = payments.get(line.payment) ?? find(context, line.payment, driverCall);
      payments.set(line.payment, found);
      const difference = differenceOf(line, await found);
      if (difference === undefined) agreed += 1;
      else differences.push({ line, ...difference });
    }
    const none = money(0n, payout.amount.currency);
    const sum = (part: 'gross' | 'fee' | 'net') =>
      lines.reduce<Money>((total, line) => addMoney(total, line[part]), none);
    const net = sum('net');
    if (!equalMoney(net, payout.amount))
      differences.push({
        kind: 'sum',
        says: `the lines are ${net.minor} and the payout ${payout.amount.minor}`,
      });
    return {
      gateway: context.name,
      payout,
      lines: lines.length,
      agreed,
      differences,
      gross: sum('gross'),
      fee: sum('fee'),
      net,
    };
  });
}

interface Found {
  /** As the processor has it. */
  readonly payment: DriverPayment | undefined;
  readonly isOurs: boolean;
}

async function find(context: GatewayContext, id: string, call: DriverCall): Promise<Found> {
  call.signal.throwIfAborted();
  const payment = await context.driver.find({ id }, call).catch((error: unknown) => {
    if (errorCode(error) === 'not_found') return undefined;
    throw error;
  });
  const recorded = payment && (await recordedPayment(context, payment.reference));
  return { payment, isOurs: recorded?.payment.payment === id };
}

function differenceOf(
  { kind, movement, gross, original = gross, payment: id }: SettlementLine,
  { payment, isOurs }: Found,
): Omit<SettlementDifference, 'line'> | undefined {
  if (payment === undefined || !isOurs)
    return { kind: 'unknown_payment', says: `nobody here asked for payment ${JSON.stringify(id)}` };
  // Without its name a line can only be held to what is there in all.
  const named = (kind === 'payment' ? payment.captures : payment.refunds).filter(
    (one) => one.status !== 'failed' && (movement === undefined || one.id === movement),
  );
  if (named.length === 0)
    return { kind: 'unknown_movement', says: `the payment has no ${kind} ${JSON.stringify(movement ?? '')}` };
  const zero = money(0n, original.currency);
  const moved = kind === 'payment' ? original : subtractMoney(zero, original);
  if (named.some(({ amount }) => equalMoney(amount, moved))) return undefined;
  return {
    kind: 'amount',
    says: `the line is of ${moved.minor} ${moved.currency}, and the payment has no such ${kind}`,
  };
}
