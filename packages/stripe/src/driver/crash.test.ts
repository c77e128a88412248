/** The process dies at every await of an order, and is started again: nothing is charged, captured or given back twice, and nothing is lost. */
import { memoryState } from '@im/core';
import { createPaymentGateway, money, type PaymentDriver } from '@im/payments';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mortal } from '../__tests__/mortal.ts';
import { openDriver } from '../__tests__/payments.ts';
import { referenceKey } from './reference.ts';
import { stripeTraits } from './traits.ts';

type Shop = PaymentDriver<keyof typeof stripeTraits.abilities>;
const euro = (minor: bigint) => money(minor, 'EUR');
const afterMs = stripeTraits.facts.settleMs + 1_000;

let opened: Awaited<ReturnType<typeof openDriver>>;
beforeAll(async () => {
  opened = await openDriver();
});
afterAll(() => opened.close());

interface Story {
  /** Points at which the process dies, one a life. */
  readonly deaths: readonly number[];
  readonly withReconcile?: boolean;
  /** A second payment is authorized and let go. */
  readonly withVoid?: boolean;
}

/** Lives through one order. @returns the points of the last life, which came to its end */
async function live(order: string, { deaths, withReconcile, withVoid }: Story): Promise<number> {
  const { driver, clock } = opened;
  const state = memoryState(clock);
  for (const diesAt of [...deaths, Number.POSITIVE_INFINITY]) {
    const life = mortal(driver, state, diesAt);
    const gateway = createPaymentGateway(life.driver as Shop, {
      state: life.state,
      clock,
      onAlert: ({ says }) => {
        throw new Error(says);
      },
    });
    const serve = async () => {
      if (withReconcile === true) await gateway.reconcile();
      const held = { reference: order, amount: euro(10_000n), method: 'pm_card_visa' };
      const { id } = await gateway.authorize(held);
      await gateway.capture(id, { reference: `${order}/taken`, amount: euro(9_000n) });
      await gateway.refund(id, { reference: `${order}/back`, amount: euro(2_500n) });
      if (withVoid !== true) return;
      const other = await gateway.authorize({ ...held, reference: `${order}/other` });
      await gateway.void(other.id, { reference: `${order}/void` });
    };
    await Promise.race([serve(), life.dead]);
    await clock.advance(afterMs);
    if (diesAt === Number.POSITIVE_INFINITY) {
      expect(await gateway.reconcile(), `${order}: nothing is left open`).toEqual([]);
      return life.points();
    }
  }
  throw new Error('the last life has no end');
}

/** What Stripe's books hold of an order. */
function booksOf(order: string) {
  return opened.fake
    .ledger()
    .filter(({ metadata }) => metadata[referenceKey]?.split('/')[0] === order)
    .map(({ metadata, status, charges, captured, refunds }) => [
      metadata[referenceKey],
      status,
      charges,
      captured,
      refunds.map(({ amount }) => amount),
    ]);
}

describe('a shop whose process dies', { timeout: 120_000 }, () => {
  it('charges, captures and refunds once, at whichever await it dies', async () => {
    const points = await live('whole', { deaths: [] });
    expect(points).toBeGreaterThan(80);
    for (let diesAt = 1; diesAt <= points; diesAt += 1) {
      const order = `died-at-${diesAt}`;
      await live(order, { deaths: [diesAt], withReconcile: diesAt % 3 === 0 });
      expect(booksOf(order), order).toEqual([[order, 'succeeded', 1, 9_000, [2_500]]]);
    }
  });

  it.each([[[3, 7, 20, 40]], [[41, 41, 41]], [[60, 12, 5, 33, 18]], [[90, 70]]])(
    'does so over several lives, which end at %j, and lets go once',
    async (deaths) => {
      const order = `lives-${deaths.join('-')}`;
      await live(order, { deaths, withReconcile: deaths.length % 2 === 0, withVoid: true });
      expect(booksOf(order)).toEqual([
        [order, 'succeeded', 1, 9_000, [2_500]],
        [`${order}/other`, 'canceled', 1, 0, []],
      ]);
    },
  );
});
