/** Killed at the awaits of authorize, capture, refund, void and confirm, requests to PayPal among them: nothing twice, nothing lost. */
import { type Clock, createIntegration, memoryState, type StateStore, systemClock } from '@im/core';
import { createPaymentGateway, type Money, money } from '@im/payments';
import { type Booked, type CrashHarness, type Gate, openGate, runCrashTest } from '@im/payments/crash';
import { createVirtualClock } from '@im/testing';
import { describe, expect, it } from 'vitest';
import { paypalTraits } from './driver/facts.ts';
import { paypalDriver } from './driver/paypal-driver.ts';
import type { Order } from './fake/account.ts';
import { testMethods } from './fake/methods.ts';
import { startFake } from './fake/start-fake.ts';
import { paypal } from './paypal.ts';

/** In CI every await, and real processes; elsewhere some awaits, in this process. */
const isThorough = process.env.CI === 'true';
const { settleMs } = paypalTraits.facts;
const eur = (minor: bigint) => money(minor, 'EUR');

/** A fake behind a gate. */
async function openWorld(gate: Gate) {
  const clock = createVirtualClock();
  const fake = await startFake({ clock, furnished: false, record: false });
  const { url, close } = await openGate(fake.url, gate);
  return {
    clock,
    fake,
    options: { ...fake.options(), baseUrl: `${url}/api/`, tokenUrl: `${url}/v1/oauth2/token` },
    async close() {
      await close();
      await fake[Symbol.asyncDispose]();
    },
  };
}

/** A life that ends at the n-th await: nothing resolves from then on. */
function createLife(end: number) {
  let diesAt = end;
  const { promise: dead, resolve: die } = Promise.withResolvers<'dead'>();
  let points = 0;
  const pass = async () => {
    points += 1;
    if (points === diesAt) die('dead');
    if (points >= diesAt) await new Promise<never>(() => {});
  };
  const gate: Gate = async (_what, work) => {
    await pass();
    const answer = await work();
    await pass();
    return answer;
  };
  const members = ['get', 'set', 'compareAndSet', 'delete', 'increment'] as const;
  const gated = (state: StateStore): StateStore => ({
    ...state,
    ...Object.fromEntries(
      members.map((name) => [
        name,
        (...args: readonly unknown[]) =>
          gate(name, () => (state[name] as (...given: readonly unknown[]) => Promise<unknown>)(...args)),
      ]),
    ),
  });
  const survive = () => {
    diesAt = Number.POSITIVE_INFINITY;
  };
  return { dead, gate, gated, survive, points: () => points };
}

/** Authorizes 100, takes 60 and 30, and gives 75 back, which is more than any capture has. */
async function serve(
  gateway: ReturnType<
    typeof createPaymentGateway<
      'manualCapture' | 'multiCapture' | 'partialCapture' | 'partialRefund',
      unknown
    >
  >,
) {
  const { id } = await gateway.authorize({
    reference: 'order',
    amount: eur(10_000n),
    method: testMethods.card,
  });
  await gateway.capture(id, { reference: 'first', amount: eur(6_000n), more: true });
  await gateway.capture(id, { reference: 'second', amount: eur(3_000n) });
  return gateway.refund(id, { reference: 'back', amount: eur(7_500n) });
}

/** Serves the order to its end, dying once on the way. @returns how many awaits the last life had */
async function live(diesAt: number): Promise<number> {
  let life = createLife(diesAt);
  const world = await openWorld((what, work) => life.gate(what, work));
  const { clock, fake, options } = world;
  const state = memoryState(clock);
  // Nothing of a life waits, and a timer that guards a request must not go off while a socket, or the machine, is busy.
  const shopClock: Clock = {
    now: () => clock.now(),
    schedule: (delayMs, work, how) => systemClock.schedule(delayMs * 20, work, how),
  };
  try {
    for (const end of [diesAt, Number.POSITIVE_INFINITY]) {
      life = createLife(end);
      const client = createIntegration(paypal, { clock: shopClock, options, state: life.gated(state) });
      const gateway = createPaymentGateway(paypalDriver(client), {
        clock,
        state: life.gated(state),
        onAlert: ({ says }) => {
          throw new Error(says);
        },
      });
      const served = await Promise.race([serve(gateway), life.dead]);
      const points = life.points();
      // Whoever is served may look on in peace.
      if (served !== 'dead') life.survive();
      if (served !== 'dead') {
        const where = `killed at ${diesAt}`;
        const [line, ...more] = fake.ledger();
        expect(line, where).toMatchObject({ captured: 9_000n, refunded: 7_500n, captures: 2, refunds: 2 });
        expect(more, where).toEqual([]);
        expect(served.refunds, where).toMatchObject([{ reference: 'back', amount: eur(7_500n) }]);
        expect(await gateway.reconcile(), where).toEqual([]);
        await client[Symbol.asyncDispose]();
        return points;
      }
      void client[Symbol.asyncDispose]();
      await clock.advance(settleMs + 1);
    }
    throw new Error('the last life has no end');
  } finally {
    await world.close();
  }
}

/** The fake's books, read without the driver. */
function toBooked({ id, units, amount, authorizations, captures }: Order): Booked {
  const sum = (parts: readonly { readonly amount: Money }[]) =>
    money(
      parts.reduce((all, part) => all + part.amount.minor, 0n),
      amount.currency,
    );
  const refunds = captures.flatMap((capture) => capture.refunds);
  const [captured, refunded] = [sum(captures), sum(refunds)];
  const isVoided = authorizations.some(({ status }) => status === 'VOIDED');
  const taken = refunded.minor === 0n ? 'captured' : 'partially_refunded';
  return {
    reference: String(units[0]?.custom_id),
    payment: id,
    amount,
    status: captured.minor > 0n ? taken : isVoided ? 'voided' : 'authorized',
    captured,
    refunded,
    captures: captures.length,
    refunds: refunds.length,
  };
}

const harness: CrashHarness = {
  name: 'PayPal',
  shop: new URL('./__tests__/crash-shop.ts', import.meta.url),
  execArgv: ['--conditions=@im/source'],
  abilities: paypalTraits.abilities,
  settleMs,
  async open(gate) {
    const { clock, fake, options, close } = await openWorld(gate);
    const { orders } = fake.account().books;
    return {
      config: options,
      tokens: { succeeds: testMethods.card, threeDSecure: testMethods.cardThreeDSecure },
      now: () => clock.now(),
      advance: (ms) => clock.advance(ms),
      finish: async (id) => {
        if (orders.get(id)?.status === 'PAYER_ACTION_REQUIRED') fake.decide(id);
        return { token: id, PayerID: 'AGREED' };
      },
      books: async () => [...orders.values()].map(toBooked),
      close,
    };
  },
};

describe('a shop that dies', { timeout: 900_000 }, () => {
  it('authorizes, captures in parts and refunds over the captures once, wherever it dies', async () => {
    const points = await live(Number.POSITIVE_INFINITY);
    expect(points).toBeGreaterThan(100);
    for (let at = 1; at <= points; at += isThorough ? 1 : 7) await live(at);
  });

  it.runIf(isThorough)('moves money once, and loses nothing, as a process that is killed', async () => {
    const report = await runCrashTest(harness, { kills: 100, ordersAtOnce: 10 });
    const { kills, awaits, processes, twice, lost, wrong } = report;
    console.log(
      `${kills} of ${awaits} awaits killed, in ${processes} processes: ${twice.length} twice, ${lost.length} lost`,
    );
    expect([twice, lost, wrong]).toEqual([[], [], []]);
    expect(kills).toBeGreaterThanOrEqual(100);
    const steps = ['authorize', 'capture', 'confirm', 'create', 'refund', 'void'];
    expect(Object.keys(report.killsBy)).toEqual(expect.arrayContaining(steps));
  });
});
