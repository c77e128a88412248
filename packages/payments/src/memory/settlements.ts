/** What the embedded processor pays out: captures less refunds, less its fee of 1.5 % of what was captured, cut to the minor unit. */
import type { Clock } from '@im/core';
import type { Payout, SettlementLine } from '../driver.ts';
import { addMoney, type Money, money, subtractMoney } from '../money.ts';
import { multiplyMoney } from '../money-shares.ts';
import type { DriverPayment, Movement } from '../payment.ts';
import type { Ledger } from './ledger.ts';
import { memoryError } from './memory-errors.ts';

/** Payouts so far. */
export interface Settlements {
  readonly payouts: readonly Payout[];
  lines(payout: string): readonly SettlementLine[];
  payOut(payments: readonly string[]): string;
}

const feeRate = { numerator: 15n, denominator: 1_000n };

/** Over the books. */
export function createSettlements(ledger: Ledger, clock: Clock): Settlements {
  const payouts: Payout[] = [];
  const linesOf = new Map<string, readonly SettlementLine[]>();
  const settled = new Set<string>();

  const newLines = (id: string): readonly SettlementLine[] => {
    const payment = ledger.find({ id });
    if (payment === undefined) throw memoryError('no_payment');
    return [
      ...payment.captures.map((capture) => lineOf(payment, 'payment', capture)),
      ...payment.refunds.map((refund) => lineOf(payment, 'refund', refund)),
    ].filter((line) => !settled.has(line.id));
  };

  return {
    payouts,
    lines: (payout) => {
      const lines = linesOf.get(payout);
      if (lines === undefined) throw memoryError('no_payout');
      return lines;
    },
    payOut: (payments) => {
      const lines = payments.flatMap(newLines);
      const [first] = lines;
      if (first === undefined) throw memoryError('nothing_to_pay');
      const id = `mem_payout_${payouts.length + 1}`;
      const amount = lines.reduce((sum, { net }) => addMoney(sum, net), money(0n, first.net.currency));
      for (const line of lines) settled.add(line.id);
      linesOf.set(id, lines);
      payouts.push({ id, amount, status: 'paid', arrivesAt: clock.now() });
      return id;
    },
  };
}

function lineOf(
  { id, reference }: DriverPayment,
  kind: 'payment' | 'refund',
  movement: Movement,
): SettlementLine {
  const none: Money = money(0n, movement.amount.currency);
  const gross = kind === 'payment' ? movement.amount : subtractMoney(none, movement.amount);
  const fee = kind === 'payment' ? multiplyMoney(gross, feeRate, 'down') : none;
  return {
    id: `mem_line_${movement.id}`,
    kind,
    payment: id,
    reference,
    movement: movement.id,
    gross,
    fee,
    net: subtractMoney(gross, fee),
  };
}
