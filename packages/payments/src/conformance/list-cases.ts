/** Disputes, payouts, what a payout consists of, and payments by time. */
import assert from 'node:assert/strict';
import type { SettlementLine } from '../driver.ts';
import { addMoney, type Money, subtractMoney } from '../money.ts';
import { captured, cents, driverCall, hundred, isAmount, refuses } from './help.ts';
import { expectAll, moreThanAPage } from './pages.ts';
import type { CaseContext, PaymentCase } from './types.ts';

/** So many captured payments that a list of them needs a second page. */
async function manyCaptured(context: CaseContext, name: string): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let left = moreThanAPage(context); left > 0; left -= 1)
    ids.push((await captured(context, `${name}-${left}`)).id);
  return ids;
}
const sumOf = (lines: readonly SettlementLine[], amount: (line: SettlementLine) => Money) =>
  lines.map(amount).reduce(addMoney, cents(0n));

export const listCases: readonly PaymentCase[] = [
  {
    id: 'PM-070',
    title: 'lists disputes with payment, amount, status and the day until which to answer, over pages',
    needs: ['disputes'],
    hooks: ['openDispute'],
    async run(context) {
      const { gateway, driver, clock, openDispute } = context;
      assert.deepEqual(await gateway.disputes().toArray(), []);
      const payments = await manyCaptured(context, 'disputed');
      const ids: string[] = [];
      for (const [index, payment] of payments.entries())
        ids.push((await openDispute?.(payment, cents(5_000n + BigInt(index)))) as string);
      const listed = await expectAll(
        ids,
        (cursor) => driver.disputes?.(cursor, driverCall()),
        gateway.disputes(),
      );
      for (const [index, { payment, amount, status, dueAt = 0 }] of listed.entries()) {
        assert.deepEqual([payment, status], [payments[index], 'needs_response']);
        isAmount(amount, cents(5_000n + BigInt(index)), 'disputed');
        assert.ok(dueAt > clock.now(), 'the day until which to answer is to come');
      }
    },
  },
  {
    id: 'PM-071',
    title: 'lists payouts with amount, status and day, over pages',
    needs: ['payouts'],
    hooks: ['payOut'],
    async run(context) {
      const { gateway, driver, payOut } = context;
      const ids: string[] = [];
      for (const payment of await manyCaptured(context, 'paid-out'))
        ids.push((await payOut?.([payment])) as string);
      const listed = await expectAll(
        ids,
        (cursor) => driver.payouts?.(cursor, driverCall()),
        gateway.payouts(),
      );
      for (const { amount, status, arrivesAt } of listed) {
        assert.ok(amount.minor > 0n && amount.minor <= hundred.minor, 'what was captured, less fees');
        assert.ok(['pending', 'paid'].includes(status), status);
        assert.ok(Number.isSafeInteger(arrivesAt) && arrivesAt > 0, 'the day of the payout');
      }
    },
  },
  {
    id: 'PM-072',
    title: 'lists what a payout consists of, to the minor unit, over pages',
    needs: ['payouts', 'settlements'],
    hooks: ['payOut'],
    async run(context) {
      const { gateway, driver, payOut, alerts } = context;
      const payments = await manyCaptured(context, 'settled');
      const [returned = ''] = payments;
      await gateway.refund(returned, { reference: 'settled-back' });
      const payout = (await payOut?.(payments)) as string;
      const first = await driver.settlements?.(payout, undefined, driverCall());
      assert.ok(first?.next !== undefined, 'the lines are more than a page of the harness (`pageSize`)');
      const lines = await gateway.settlements(payout).toArray();
      assert.equal(new Set(lines.map(({ id }) => id)).size, lines.length, 'each line once');
      for (const payment of payments) {
        const of = (kind: SettlementLine['kind']) =>
          lines.filter((line) => line.payment === payment && line.kind === kind);
        const gross = (kind: SettlementLine['kind']) =>
          sumOf(of(kind), ({ original, gross }) => original ?? gross);
        isAmount(gross('payment'), hundred, `what came in of ${payment}`);
        const back = payment === returned ? subtractMoney(cents(0n), hundred) : cents(0n);
        isAmount(gross('refund'), back, `what went out of ${payment}`);
        const { reference } = await gateway.retrieve({ id: payment });
        for (const line of of('payment')) assert.equal(line.reference ?? reference, reference);
      }
      const paid = (await gateway.payouts().toArray()).find(({ id }) => id === payout);
      assert.ok(paid !== undefined, 'the payout is among the payouts');
      isAmount(
        sumOf(lines, ({ net }) => net),
        paid.amount,
        'the lines together',
      );
      assert.deepEqual(alerts, []);
      await refuses('not_found', 'a payout that there is not', () => gateway.settlements('nobody').toArray());
    },
  },
  {
    id: 'PM-073',
    title: 'lists the payments that were created in a time, over pages',
    needs: ['listing'],
    async run(context) {
      const { gateway, driver, clock, advance } = context;
      const hourMs = 3_600_000;
      await captured(context, 'before');
      await advance(hourMs);
      const from = clock.now() - hourMs / 2;
      const ids = await manyCaptured(context, 'during');
      await advance(hourMs);
      const range = { from, to: clock.now() - hourMs / 2 };
      await captured(context, 'after');
      const listed = await expectAll(
        ids,
        (cursor) => driver.listing?.(range, cursor, driverCall()),
        gateway.list(range),
      );
      for (const payment of listed) isAmount(payment.captured, hundred, payment.reference);
    },
  },
];
