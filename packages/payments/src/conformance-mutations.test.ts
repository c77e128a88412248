/** Every case can fail: a processor that is broken in this one way must fail these cases, and one that is not fails none. */
import { Secret } from '@im/core';
import { describe, expect, it } from 'vitest';
import { memoryHarness } from './__fixtures__/harness.ts';
import type { DriverCreate, PaymentDriver, PaymentEvent } from './driver.ts';
import type { MemoryDriver, MemoryDriverOptions } from './memory/memory-driver.ts';
import { memoryError } from './memory/memory-errors.ts';
import { memoryWebhooks } from './memory/memory-webhooks.ts';
import { money, moneyFromJson } from './money.ts';
import type { DriverPayment } from './payment.ts';
import { paymentCases, runPaymentConformance } from './testing.ts';

type Break = (driver: MemoryDriver) => Partial<PaymentDriver>;
interface Mutation {
  /** Of the processor that is broken. */
  readonly options?: MemoryDriverOptions;
  readonly change: Break;
  readonly fails: readonly string[];
}

let fresh = 0;
const newKey = () => {
  fresh += 1;
  return `fresh-${fresh}`;
};
/** What every answer says goes through `change`. */
const telling =
  (change: (payment: DriverPayment) => Partial<DriverPayment>): Break =>
  (driver) => {
    const say = (payment: DriverPayment) => ({ ...payment, ...change(payment) });
    return {
      create: async (...args) => say(await driver.create(...args)),
      confirm: async (...args) => say(await driver.confirm(...args)),
      capture: async (...args) => say(await driver.capture(...args)),
      void: async (...args) => say(await driver.void(...args)),
      refund: async (...args) => say(await driver.refund(...args)),
      find: async (...args) => {
        const payment = await driver.find(...args);
        return payment && say(payment);
      },
    };
  };
const creating =
  (change: (create: DriverCreate) => DriverCreate): Break =>
  (driver) => ({ create: (create, call) => driver.create(change(create), call) });
const hundredth = (minor: bigint, currency: string) =>
  currency === 'JPY' || currency === 'KWD' ? (minor / 100n) * 100n : minor;
const isRefusal = (error: unknown) => (error as { readonly code?: string }).code === 'failed_precondition';
const denied = (error: { readonly reason?: string }) =>
  Promise.reject(error.reason === 'lost' ? memoryError('status') : error);
/** What a processor answers that refuses nothing and does nothing. */
const lenient = (driver: MemoryDriver, id: string) => driver.native().ledger.find({ id }) as DriverPayment;

const mutations: Readonly<Record<string, Mutation>> = {
  'thinks that every currency has cents': {
    change: creating((create) => ({
      ...create,
      amount: money(hundredth(create.amount.minor, create.amount.currency), create.amount.currency),
    })),
    fails: ['PM-001'],
  },
  'finds nothing by our reference': {
    change: (driver) => ({
      find: async (query, call) => (query.reference === undefined ? driver.find(query, call) : undefined),
    }),
    fails: ['PM-002', 'PM-034'],
  },
  'finds something whatever is asked for': {
    change: (driver) => ({
      find: async (query, call) =>
        (await driver.find(query, call)) ??
        driver.create(
          {
            reference: query.reference ?? 'x',
            amount: money(1n, 'EUR'),
            capture: 'automatic',
            confirm: false,
          },
          { ...call, idempotencyKey: newKey() },
        ),
    }),
    fails: ['PM-003', 'PM-035'],
  },
  'throws when a payment is declined': {
    change: (driver) => ({
      create: async (...args) => {
        const payment = await driver.create(...args);
        if (payment.status === 'failed') throw memoryError('status');
        return payment;
      },
    }),
    fails: ['PM-004', 'PM-005'],
  },
  'says not why a payment was declined': {
    change: telling(() => ({ declineCode: undefined })),
    fails: ['PM-004', 'PM-005'],
  },
  'does not ask the customer': {
    change: creating((create) => ({
      ...create,
      method: create.method === 'tok_3ds' ? 'tok_succeeds' : create.method,
    })),
    fails: ['PM-006'],
  },
  'says not where the customer has to go': {
    change: telling(() => ({ nextAction: undefined })),
    fails: ['PM-006'],
  },
  'takes money with the authorization': {
    change: creating((create) => ({ ...create, capture: 'automatic' })),
    fails: ['PM-010', 'PM-011', 'PM-012', 'PM-013', 'PM-020', 'PM-021', 'PM-036', 'PM-040'],
  },
  'captures all, whatever is asked': {
    change: (driver) => ({
      capture: async (id, capture, call) =>
        driver.capture(
          id,
          { ...capture, amount: (await driver.find({ id }, call))?.amount ?? capture.amount, final: true },
          call,
        ),
    }),
    fails: ['PM-011', 'PM-012', 'PM-036'],
  },
  'keeps the rest of a final capture': {
    change: (driver) => ({
      capture: (id, capture, call) => driver.capture(id, { ...capture, final: false }, call),
    }),
    fails: ['PM-011'],
  },
  'ends with the first capture': {
    change: (driver) => ({
      capture: (id, capture, call) => driver.capture(id, { ...capture, final: true }, call),
    }),
    fails: ['PM-012'],
  },
  'cuts a capture that is too large': {
    change: (driver) => ({
      capture: async (id, capture, call) =>
        driver.capture(id, capture, call).catch((error: unknown) => {
          if (!isRefusal(error)) throw error;
          return lenient(driver, id);
        }),
    }),
    fails: ['PM-011', 'PM-012', 'PM-020', 'PM-021'],
  },
  'voids nothing': {
    change: (driver) => ({ void: async (id) => lenient(driver, id) }),
    fails: ['PM-013', 'PM-020', 'PM-040'],
  },
  'refunds one cent less': {
    change: (driver) => ({
      refund: (id, refund, call) =>
        driver.refund(id, { ...refund, amount: money(refund.amount.minor - 1n, 'EUR') }, call),
    }),
    fails: ['PM-014', 'PM-015', 'PM-037', 'PM-041', 'PM-050', 'PM-051', 'PM-052', 'PM-053', 'PM-054'],
  },
  'says yes to refunds that it does not make': {
    change: (driver) => ({
      refund: async (id, refund, call) =>
        driver.refund(id, refund, call).catch((error: unknown) => {
          if (!isRefusal(error)) throw error;
          return lenient(driver, id);
        }),
    }),
    fails: ['PM-015', 'PM-020', 'PM-041'],
  },
  'says not when an authorization expires': {
    change: telling(() => ({ expiresAt: undefined })),
    fails: ['PM-021'],
  },
  'says that movements carry our reference, and forgets it': {
    change: telling(({ captures, refunds }) => ({
      captures: captures.map(({ reference: _, ...capture }) => capture),
      refunds: refunds.map(({ reference: _, ...refund }) => refund),
    })),
    fails: [
      'PM-010',
      'PM-011',
      'PM-012',
      'PM-014',
      'PM-015',
      'PM-036',
      'PM-037',
      'PM-050',
      'PM-051',
      'PM-052',
      'PM-053',
      'PM-054',
    ],
  },
  'has a decline table without texts': {
    change: ({ facts }) => ({
      facts: {
        ...facts,
        declines: {
          ...facts.declines,
          rows: { ...facts.declines.rows, x: { category: 'unspecified', retry: 'never', messageKey: '' } },
        },
      },
    }),
    fails: ['PM-022'],
  },
  'does not send the key': {
    change: (driver) => ({
      create: (create, call) => driver.create(create, { ...call, idempotencyKey: newKey() }),
    }),
    fails: ['PM-032'],
  },
  'charges twice by itself': {
    change: (driver) => ({
      create: async (create, call) => {
        await driver.create(create, { ...call, idempotencyKey: newKey() });
        return driver.create(create, call);
      },
    }),
    fails: ['PM-002', 'PM-030', 'PM-031', 'PM-032', 'PM-035', 'PM-050', 'PM-051', 'PM-052'],
  },
  'says that a lost answer had no effect': {
    change: (driver) => ({
      create: (...args) => driver.create(...args).catch(denied),
      capture: (...args) => driver.capture(...args).catch(denied),
      refund: (...args) => driver.refund(...args).catch(denied),
    }),
    fails: ['PM-033', 'PM-034', 'PM-035', 'PM-036', 'PM-037'],
  },
  'forgets an abort': {
    change: (driver) => ({
      create: (create, call) => driver.create(create, { ...call, signal: new AbortController().signal }),
    }),
    fails: ['PM-042'],
  },
  'believes every webhook': {
    change: () => ({
      webhooks: {
        verify: async ({ body }) => {
          const event = JSON.parse(new TextDecoder().decode(body)) as PaymentEvent;
          return [{ ...event, amount: event.amount && moneyFromJson(event.amount) }];
        },
      },
    }),
    fails: ['PM-052', 'PM-054'],
  },
  'believes old webhooks': {
    change: ({ webhooks }) => ({
      webhooks: {
        verify: (webhook) =>
          webhooks.verify(
            webhook,
            Number(/t=(\d+)/.exec(webhook.headers['im-signature'] ?? '')?.[1]) * 1_000,
          ),
      },
    }),
    fails: ['PM-052'],
  },
  'gives each delivery an id of its own': {
    change: ({ webhooks }) => ({
      webhooks: {
        verify: async (webhook, now) =>
          (await webhooks.verify(webhook, now)).map((event) => ({ ...event, id: newKey() })),
      },
    }),
    fails: ['PM-050'],
  },
  'has no secret for its webhooks': {
    change: () => ({ webhooks: memoryWebhooks([], async () => {}) }),
    fails: ['PM-050', 'PM-051', 'PM-052'],
  },
  'takes an empty secret for one': {
    change: ({ webhooks }) => ({
      webhooks: {
        verify: (webhook, now) =>
          webhooks
            .verify(webhook, now)
            .catch((error: { readonly reason?: string }) =>
              error.reason === 'no_secret'
                ? memoryWebhooks([new Secret('unset')], async () => {}).verify(webhook, now)
                : Promise.reject(error),
            ),
      },
    }),
    fails: ['PM-054'],
  },
  'cannot be asked, and says that it can': {
    options: { lookup: 'none' },
    change: ({ facts }) => ({ facts: { ...facts, lookup: 'reference' } }),
    fails: ['PM-034'],
  },
  'cannot be asked, and takes no notice of its webhooks': {
    options: { lookup: 'none' },
    change: () => ({ webhooks: memoryWebhooks([new Secret('memory-webhook-secret')], async () => {}) }),
    fails: ['PM-039', 'PM-054'],
  },
  'cannot be asked, and takes another key for every sending': {
    options: { lookup: 'none' },
    change: (driver) => ({
      create: (create, call) => driver.create(create, { ...call, idempotencyKey: newKey() }),
    }),
    fails: ['PM-032', 'PM-033', 'PM-038'],
  },
  'tells of payments that nobody finds': {
    change: ({ webhooks }) => ({
      webhooks: {
        verify: async (webhook, now) =>
          (await webhooks.verify(webhook, now)).map((event) => ({ ...event, payment: { id: 'elsewhere' } })),
      },
    }),
    fails: ['PM-050', 'PM-051', 'PM-052'],
  },
};

/** What the portable gateway itself holds, so that no driver can break it. */
const heldByTheGateway = ['PM-053'];

describe('the conformance suite for payments', () => {
  it.each(Object.entries(mutations))('fails a processor that %s', async (_, { options, change, fails }) => {
    const { results } = await runPaymentConformance(memoryHarness(options, change));
    expect(results.filter(({ outcome }) => outcome === 'failed').map(({ id }) => id)).toEqual(
      [...fails].sort(),
    );
  });

  it('has for every case a processor that fails it, or a gateway that holds it', () => {
    const failing = new Set([...Object.values(mutations).flatMap(({ fails }) => fails), ...heldByTheGateway]);
    expect(paymentCases.map(({ id }) => id).filter((id) => !failing.has(id))).toEqual([]);
    expect(new Set(paymentCases.map(({ id }) => id)).size).toBe(paymentCases.length);
  });

  it('fails a processor that declares what nobody knows', async () => {
    const harness = memoryHarness({}, ({ abilities }) => ({
      abilities: { ...abilities, flying: true } as never,
    }));
    expect((await runPaymentConformance(harness)).passed).toBe(0);
  });

  it('asks of a processor no more than it declares', async () => {
    const undeclared = Object.fromEntries(
      ['vault', 'disputes', 'payouts', 'settlements', 'listing', 'webhooks'].map((name) => [name, undefined]),
    );
    const { failed, passed, notApplicable } = await runPaymentConformance(
      memoryHarness({}, () => ({ abilities: {}, ...undeclared })),
    );
    expect([failed, passed + notApplicable]).toEqual([0, paymentCases.length]);
    expect(notApplicable).toBeGreaterThan(8);
  });
});
