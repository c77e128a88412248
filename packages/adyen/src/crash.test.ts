/** Killed at every await of authorize, capture, refund and void, and begun again: the fake's books hold each of them once. */
import { type Clock, createIntegration, memoryState, scopedState } from '@im/core';
import { createPaymentGateway, money, type PaymentGateway } from '@im/payments';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mortal } from './__tests__/mortal.ts';
import { methodOf, visa, webhookOf } from './__tests__/payment-harness.ts';
import { adyen } from './adyen.ts';
import type { AdyenClient } from './connect.ts';
import { adyenDriver } from './driver/driver.ts';
import type { AdyenAbility } from './driver/traits.ts';
import { type AdyenFake, startFake } from './testing.ts';

/** Nothing waits here: a clock that is moved, and whose timers never come due, costs no turn of the event loop. */
let now = Date.UTC(2030, 0, 1);
const clock: Clock = { now: () => now, schedule: () => () => {} };
let fake: AdyenFake;
let lives = 0;
beforeAll(async () => {
  fake = await startFake({ clock, record: false });
});
afterAll(async () => fake[Symbol.asyncDispose]());

const cents = (minor: bigint) => money(minor, 'EUR');

/** What a shop does with one order. Each step has a reference of its own, so that the whole can be begun again at any time. */
async function serveOrder(gateway: PaymentGateway<AdyenAbility>, order: string): Promise<void> {
  const create = { amount: cents(10_000n), method: methodOf(visa) };
  const { id } = await gateway.authorize({ reference: order, ...create });
  await gateway.capture(id, { reference: `${order}/first`, amount: cents(6_000n), more: true });
  await gateway.capture(id, { reference: `${order}/second`, amount: cents(3_000n) });
  await gateway.refund(id, { reference: `${order}/back`, amount: cents(2_500n) });
  const other = await gateway.authorize({ reference: `${order}/other`, ...create });
  await gateway.void(other.id, { reference: `${order}/void` });
}

/** How somebody comes back to an order that was left half-way. */
type Return = 'as if nothing had happened' | 'after reconciling' | 'after the webhooks';

/** Serves the order over lives that end at these points, and one that does not. @returns points of that one */
async function live(order: string, deaths: readonly number[], how: Return): Promise<number> {
  const store = memoryState(clock);
  // Books of thousands of payments are slow to read.
  lives += 1;
  const tenant = `tenant_${Math.floor(lives / 20)}`;
  const before = fake.ledger(tenant).length;
  const told = fake.events(tenant).length;
  for (const diesAt of [...deaths, Number.POSITIVE_INFINITY]) {
    const life = mortal(diesAt);
    const client = createIntegration(adyen, {
      clock,
      state: life.state(scopedState(store, 'integration')),
      options: fake.options(tenant),
      resilience: { retry: false },
    });
    const driver = life.driver(adyenDriver(client as unknown as AdyenClient));
    const gateway = createPaymentGateway(driver, {
      state: life.state(scopedState(store, 'gateway')),
      clock,
      onAlert: ({ says }) => {
        throw new Error(says);
      },
    });
    const work = async () => {
      if (how === 'after reconciling') await gateway.reconcile();
      if (how === 'after the webhooks')
        for (const item of fake.events(tenant).slice(told))
          await driver.webhooks?.verify(webhookOf(fake, [item], clock.now(), tenant), clock.now());
      await serveOrder(gateway, order);
    };
    await Promise.race([work(), life.dead]);
    await client[Symbol.asyncDispose]();
    now += 121_000;
    if (diesAt !== Number.POSITIVE_INFINITY) continue;
    const where = `${order}, died at ${deaths.join(', ')}, ${how}`;
    expect(
      fake
        .ledger(tenant)
        .slice(before)
        .map(({ reference, status, captured, refunded, captures, refunds }) => [
          reference,
          status,
          captured,
          refunded,
          captures,
          refunds,
        ]),
      where,
    ).toEqual([
      [order, 'authorised', 9_000, 2_500, 2, 1],
      [`${order}/other`, 'cancelled', 0, 0, 0, 0],
    ]);
    expect(await gateway.reconcile().catch(String), where).toEqual([]);
    return life.points;
  }
  throw new Error('the last life has no end');
}

describe('a process that dies', { timeout: 120_000 }, () => {
  test.each([
    ['as if nothing had happened', 1],
    // What somebody finds who looks first differs at few points: every third will do.
    ['after reconciling', 3],
    ['after the webhooks', 3],
  ] as const)(
    'at any await charges, captures, refunds and lets go once: begun again %s',
    async (how, step) => {
      const points = await live('whole', [], how);
      expect(points).toBeGreaterThan(200);
      for (let diesAt = 1; diesAt <= points; diesAt += step)
        await live(`${how.slice(-4)}-${diesAt}`, [diesAt], how);
    },
  );

  test('many times in a row, each time somewhere else', async () => {
    let seed = 11;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return 1 + ((seed >>> 8) % below);
    };
    const ways: readonly Return[] = ['as if nothing had happened', 'after reconciling', 'after the webhooks'];
    for (let round = 0; round < 40; round += 1) {
      const deaths = Array.from({ length: 1 + random(4) }, () => random(80));
      await live(`often-${round}`, deaths, ways[round % ways.length] ?? 'after reconciling');
    }
  });
});
