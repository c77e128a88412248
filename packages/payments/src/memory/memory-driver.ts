/** The driver of the embedded processor: the whole contract in this process, for tests, examples and the sandbox. It moves no real money. */
import { type Clock, memoryState, Secret, type StateStore, systemClock } from '@im/core';
import type { PaymentAbility } from '../abilities.ts';
import type { Currency } from '../currencies.ts';
import type { DriverCall, PaymentDriver, PaymentFacts } from '../driver.ts';
import type { DriverPayment } from '../payment.ts';
import { laterPayment, toldPayments } from '../told-payments.ts';
import { memoryDeclines } from './memory-errors.ts';
import { memoryWebhooks } from './memory-webhooks.ts';
import { createMemoryProcessor, type MemoryApi, type MemoryProcessor, memoryKeyTtlMs } from './processor.ts';

/** Settings of the embedded processor and its driver. */
export interface MemoryDriverOptions {
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Whether it remembers idempotency keys, for a day. Default true. */
  readonly keys?: boolean | undefined;
  /** Whether captures and refunds carry our reference. Default true. */
  readonly references?: boolean | undefined;
  /** By what it can be asked. Default `reference`. Where it cannot, the driver gives what it was told. */
  readonly lookup?: PaymentFacts['lookup'] | undefined;
  /** Where the driver keeps what it was told. Default: the memory of this process. */
  readonly state?: StateStore | undefined;
  /** Secrets of the webhook endpoint, the newest first; it signs with the first. Default: one that is made up. */
  readonly secrets?: readonly Secret[] | undefined;
  /** Currencies that it takes. Default: all. */
  readonly currencies?: PaymentFacts['currencies'] | undefined;
  /** Steps of its amounts. Default: one minor unit. */
  readonly stepMinor?: Partial<Readonly<Record<Currency, bigint>>> | undefined;
  /** A processor that stands somewhere else. Default: one of its own. */
  readonly api?: MemoryApi | undefined;
}

/** The driver, and the processor behind it. */
export interface MemoryDriver extends PaymentDriver<PaymentAbility, MemoryProcessor> {
  /** Its own processor; with `api` nothing is asked of that one. */
  readonly native: () => MemoryProcessor;
  readonly webhooks: NonNullable<PaymentDriver['webhooks']>;
}

const abilities = {
  manualCapture: true,
  partialCapture: true,
  multiCapture: true,
  partialRefund: true,
  mandates: true,
  vault: true,
  disputes: true,
  payouts: true,
  settlements: true,
  listing: true,
  webhooks: true,
} as const;

/** Makes one, with books of its own. */
export function memoryDriver(options: MemoryDriverOptions = {}): MemoryDriver {
  const { clock = systemClock, lookup = 'reference' } = options;
  const secrets = options.secrets ?? [new Secret('memory-webhook-secret')];
  const processor = createMemoryProcessor({ ...options, clock, secrets });
  const api = options.api ?? processor.api;
  const told = toldPayments(options.state ?? memoryState(clock));

  const tell = async (payment: DriverPayment): Promise<DriverPayment> =>
    lookup === 'reference' ? payment : told.tell(payment.id, (known) => laterPayment(known, payment));
  const unlessAborted = async <Answer>({ signal }: DriverCall, work: () => Promise<Answer>) => {
    signal.throwIfAborted();
    return work();
  };
  const move = (call: DriverCall, work: () => Promise<DriverPayment>) =>
    unlessAborted(call, async () => tell(await work()));

  return {
    name: 'memory',
    abilities,
    facts: factsOf(options, lookup),
    create: (create, call) => move(call, () => api.create(create, call.idempotencyKey)),
    confirm: (id, confirm, call) => move(call, () => api.confirm(id, confirm, call.idempotencyKey)),
    capture: (id, capture, call) => move(call, () => api.capture(id, capture, call.idempotencyKey)),
    void: (id, reference, call) => move(call, () => api.void(id, reference, call.idempotencyKey)),
    refund: (id, refund, call) => move(call, () => api.refund(id, refund, call.idempotencyKey)),
    find: (query, call) =>
      unlessAborted(call, () =>
        lookup === 'none' || (lookup === 'id' && query.id === undefined) ? told.find(query) : api.find(query),
      ),
    vault: {
      createCustomer: ({ reference }, call) => unlessAborted(call, () => api.createCustomer(reference)),
      listMethods: (customer, cursor, call) => unlessAborted(call, () => api.listMethods(customer, cursor)),
      deleteMethod: (id, call) => unlessAborted(call, () => api.deleteMethod(id)),
    },
    disputes: (cursor, call) => unlessAborted(call, () => api.disputes(cursor)),
    payouts: (cursor, call) => unlessAborted(call, () => api.payouts(cursor)),
    settlements: (payout, cursor, call) => unlessAborted(call, () => api.settlements(payout, cursor)),
    listing: (range, cursor, call) => unlessAborted(call, () => api.listing(range, cursor)),
    webhooks: memoryWebhooks(secrets, tell),
    native: () => processor,
  };
}

function factsOf(
  { keys = true, references = true, currencies = 'all', stepMinor }: MemoryDriverOptions,
  lookup: PaymentFacts['lookup'],
): PaymentFacts {
  return {
    methods: ['token'],
    currencies,
    maxMinor: { JPY: 9_999_999n, other: 10n ** 12n },
    stepMinor,
    maxReferenceBytes: 64,
    ...(keys && { keyTtlMs: memoryKeyTtlMs }),
    references,
    lookup,
    settleMs: 30_000,
    declines: memoryDeclines,
  };
}
