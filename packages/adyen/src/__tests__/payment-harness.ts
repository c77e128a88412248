/** The driver over the fake, as the port's suite and the tests open it. */
import { createIntegration, memoryState, type StateStore } from '@im/core';
import type { RawWebhook } from '@im/payments';
import type { OpenProcessor, PaymentHarness } from '@im/payments/testing';
import { createVirtualClock, type VirtualClock } from '@im/testing';
import { adyen } from '../adyen.ts';
import type { AdyenClient } from '../connect.ts';
import { adyenDriver } from '../driver/driver.ts';
import { adyenTraits } from '../driver/traits.ts';
import { toWireAmount } from '../money.ts';
import type { AdyenOptions } from '../options.ts';
import { refusals } from '../refusals.ts';
import { type AdyenFake, encryptCard, type FakeItem, startFake, type TestCard } from '../testing.ts';

/** Everything around one driver. */
export interface Bench {
  readonly clock: VirtualClock;
  readonly fake: AdyenFake;
  readonly state: StateStore;
  readonly client: AdyenClient;
  readonly driver: ReturnType<typeof adyenDriver>;
  /** A driver as another process has it: the same processor, the same state. */
  another(): ReturnType<typeof adyenDriver>;
  /** Hands items to the driver's webhooks. */
  tell(items: readonly FakeItem[]): Promise<void>;
  close(): Promise<void>;
}

/** Card data as the shop gets it. */
export const methodOf = (card: TestCard | string, holderName?: string): string =>
  JSON.stringify(
    encryptCard(
      typeof card === 'string' ? { number: card, ...(holderName !== undefined && { holderName }) } : card,
    ),
  );

export const visa = '4111111111111111';
export const threeDSecure = '4917610000000000';

/** Repetitions are off: what a lost answer does is seen. */
export async function openBench(
  options: Partial<AdyenOptions> = {},
  given: { readonly clock?: VirtualClock; readonly state?: (clock: VirtualClock) => StateStore } = {},
): Promise<Bench> {
  const clock = given.clock ?? createVirtualClock();
  const fake = await startFake({ clock });
  const state = given.state?.(clock) ?? memoryState(clock);
  const clients: AsyncDisposable[] = [];
  const connect = () => {
    const client = createIntegration(adyen, {
      clock,
      state,
      options: { ...fake.options(), ...options },
      resilience: { retry: false, breaker: false },
    });
    clients.push(client);
    return client as unknown as AdyenClient;
  };
  const client = connect();
  const driver = adyenDriver(client);
  return {
    clock,
    fake,
    state,
    client,
    driver,
    another: () => adyenDriver(connect()),
    tell: async (items) => {
      for (const item of items)
        await driver.webhooks?.verify(webhookOf(fake, [item], clock.now()), clock.now());
    },
    close: async () => {
      for (const one of clients) await one[Symbol.asyncDispose]();
      await fake[Symbol.asyncDispose]();
    },
  };
}

/** Works with a bench of its own, and closes it. */
export async function withBench(
  work: (bench: Bench) => Promise<void>,
  options: Partial<AdyenOptions> = {},
): Promise<void> {
  const bench = await openBench(options);
  try {
    await work(bench);
  } finally {
    await bench.close();
  }
}

/** Credentials of the endpoint, where one has them. */
const credentials = { user: 'adyen', password: 'password of the endpoint' };

/** Items as they arrive. */
export function webhookOf(
  fake: AdyenFake,
  items: readonly FakeItem[],
  nowMs: number,
  tenant?: string,
): RawWebhook {
  const { body, headers } = fake.sign(items, tenant, { nowMs, ...credentials });
  return { body, headers };
}

const eventId = ({ eventCode, pspReference, success }: FakeItem) => `${eventCode}:${pspReference}:${success}`;
const paths = { create: /\/payments$/, capture: /\/captures$/, refund: /\/refunds$/ } as const;

function processorOf(bench: Bench): OpenProcessor {
  const { clock, fake, driver } = bench;
  const known = new Map<string, FakeItem>();
  const since = (count: number) => fake.events().slice(count);
  return {
    driver: driver as unknown as OpenProcessor['driver'],
    traits: adyenTraits,
    pageSize: 50,
    clock,
    advance: (ms) => clock.advance(ms),
    tokens: {
      succeeds: methodOf(visa),
      declined: methodOf(visa, 'NOT_ENOUGH_BALANCE'),
      unmapped: methodOf(visa, 'UNHEARD_OF'),
      threeDSecure: methodOf(threeDSecure),
    },
    count: async (reference) => fake.ledger().filter((line) => line.reference === reference).length,
    lose: (operation, part) =>
      fake.inject({
        fault: { kind: 'cut', when: part === 'request' ? 'before' : 'after' },
        method: 'POST',
        path: paths[operation],
      }),
    decline: async (code) => {
      const [, raw] = /^raw:(.+)$/.exec(code) ?? [];
      fake.account().rawResponse = raw === undefined ? undefined : `${raw} : in the scheme’s words`;
      const reason = raw === undefined ? refusals[code]?.reason : 'Refused';
      return reason === undefined ? undefined : { method: methodOf(visa, reason.toUpperCase()) };
    },
    saveMethod: async (customer) => `${fake.store(customer)}@${customer}`,
    openDispute: async (payment, amount) => {
      const told = fake.events().length;
      const dispute = fake.dispute(payment, toWireAmount(amount).value);
      await bench.tell(since(told));
      return dispute;
    },
    payOut: async (payments) => {
      const told = fake.events().length;
      const [, batch] = /batch_(\d+)/.exec(fake.settle(payments)) ?? [];
      await bench.tell(since(told));
      return `batch-${batch}-EUR`;
    },
    finish: async (payment) => fake.shopper(payment, 'approve'),
    events: async () =>
      fake.events().map((item) => {
        known.set(eventId(item), item);
        return { id: eventId(item), type: item.eventCode };
      }),
    sign: (event, nowMs) => webhookOf(fake, [known.get(event.id) as FakeItem], nowMs),
    close: bench.close,
  };
}

/** For `describePaymentGateway`. */
export const paymentHarness: PaymentHarness = {
  open: async ({ withoutSecrets = false } = {}) =>
    processorOf(
      await openBench({
        // Adyen signs the items and no header; of a webhook without headers the credentials are missing.
        webhookUser: credentials.user,
        webhookPassword: credentials.password,
        webhookMaxAgeMs: 300_000,
        ...(withoutSecrets && { hmacKeys: [] }),
      }),
    ),
};
