/** An embedded processor: the whole contract in this process, for tests, examples and the sandbox. It moves no real money. */
import { type Clock, memoryState, Secret, type StateStore, systemClock } from '@im/core';
import type { PaymentAbility } from '../abilities.ts';
import type {
  Dispute,
  DriverCall,
  MovingCall,
  PaymentDriver,
  PaymentEvent,
  PaymentFacts,
  Payout,
  SavedMethod,
} from '../driver.ts';
import type { DriverPayment } from '../payment.ts';
import { laterPayment, toldPayments } from '../told-payments.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { memoryDeclines, memoryError } from './memory-errors.ts';
import { memoryWebhooks, signMemoryWebhook } from './memory-webhooks.ts';

/** Settings of the embedded processor. */
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
}

/** Where an answer gets lost. `request`: the processor never saw it. `answer`: it did it, and nobody heard. */
export type LostPart = 'request' | 'answer';

/** The processor's side, for tests: its books, and what goes wrong with it. */
export interface MemoryProcessor {
  readonly ledger: Ledger;
  /** Cuts the connection of the next `times` calls of this operation (default 1). */
  lose(operation: MovingOperation, part: LostPart, times?: number): void;
  /** Signs an event of `ledger.events`. Fits `deliverWebhooks` of `@im/testing`. */
  sign(event: PaymentEvent, nowMs: number): ReturnType<typeof signMemoryWebhook>;
  /** What `disputes` and `payouts` list. */
  readonly disputes: Dispute[];
  readonly payouts: Payout[];
  /** Saved methods by customer. */
  readonly methods: Map<string, SavedMethod[]>;
}

/** Operations that move money. */
export type MovingOperation = 'create' | 'confirm' | 'capture' | 'void' | 'refund';

/** The driver, and the processor behind it. */
export interface MemoryDriver extends PaymentDriver<PaymentAbility, MemoryProcessor> {
  readonly native: () => MemoryProcessor;
  readonly webhooks: NonNullable<PaymentDriver['webhooks']>;
}

const dayMs = 86_400_000;
const pageSize = 2;
const abilities = {
  manualCapture: true,
  partialCapture: true,
  multiCapture: true,
  partialRefund: true,
  mandates: true,
  vault: true,
  disputes: true,
  payouts: true,
  webhooks: true,
} as const;

/** Makes one, with books of its own. */
export function memoryDriver(options: MemoryDriverOptions = {}): MemoryDriver {
  const { clock = systemClock, keys = true, references = true, lookup = 'reference' } = options;
  const secrets = options.secrets ?? [new Secret('memory-webhook-secret')];
  const ledger = createLedger(clock);
  const told = toldPayments(options.state ?? memoryState(clock));
  const remembered = new Map<
    string,
    { readonly asked: string; readonly answer: DriverPayment; readonly at: number }
  >();
  const customers = new Map<string, { readonly id: string; readonly reference: string }>();
  const losses: { readonly operation: MovingOperation; readonly part: LostPart }[] = [];

  const shown = (payment: DriverPayment): DriverPayment => {
    if (references) return payment;
    const bare = ({ reference: _, ...movement }: DriverPayment['captures'][number]) => movement;
    return { ...payment, captures: payment.captures.map(bare), refunds: payment.refunds.map(bare) };
  };
  const tell = async (payment: DriverPayment): Promise<DriverPayment> =>
    lookup === 'reference' ? payment : told.tell(payment.id, (known) => laterPayment(known, payment));
  const move = async (
    operation: MovingOperation,
    asked: string,
    { signal, idempotencyKey }: MovingCall,
    work: () => DriverPayment,
  ): Promise<DriverPayment> => {
    signal.throwIfAborted();
    await Promise.resolve();
    const index = losses.findIndex((loss) => loss.operation === operation);
    const [loss] = index < 0 ? [] : losses.splice(index, 1);
    if (loss?.part === 'request') throw memoryError('lost');
    const known = keys ? remembered.get(idempotencyKey) : undefined;
    const isKnown = known !== undefined && clock.now() - known.at < dayMs;
    if (isKnown && known.asked !== asked) throw memoryError('key_reused');
    const answer = isKnown ? known.answer : work();
    if (keys && !isKnown) remembered.set(idempotencyKey, { asked, answer, at: clock.now() });
    if (loss?.part === 'answer') throw memoryError('lost');
    return tell(shown(answer));
  };
  const page = async <Item>(items: readonly Item[], cursor: string | undefined, { signal }: DriverCall) => {
    signal.throwIfAborted();
    const start = Number(cursor ?? 0);
    const next = start + pageSize < items.length ? String(start + pageSize) : undefined;
    return { items: items.slice(start, start + pageSize), next };
  };
  const processor: MemoryProcessor = {
    ledger,
    lose: (operation, part, times = 1) =>
      losses.push(...Array.from({ length: times }, () => ({ operation, part }))),
    sign: (event, nowMs) => {
      const object = ledger.at(event);
      return signMemoryWebhook(
        { ...event, object: object && shown(object) },
        nowMs,
        secrets[0] ?? new Secret('unset'),
      );
    },
    disputes: [],
    payouts: [],
    methods: new Map(),
  };

  return {
    name: 'memory',
    abilities,
    facts: {
      methods: ['token'],
      currencies: 'all',
      maxMinor: { JPY: 9_999_999n, other: 10n ** 12n },
      maxReferenceBytes: 64,
      ...(keys && { keyTtlMs: dayMs }),
      references,
      lookup,
      settleMs: 30_000,
      declines: memoryDeclines,
    },
    create: (create, call) => move('create', JSON.stringify(create), call, () => ledger.create(create)),
    confirm: (id, confirm, call) =>
      move('confirm', JSON.stringify([id, confirm]), call, () => ledger.confirm(id, confirm)),
    capture: (id, capture, call) =>
      move('capture', JSON.stringify([id, capture]), call, () => ledger.capture(id, capture)),
    void: (id, reference, call) => move('void', JSON.stringify([id, reference]), call, () => ledger.void(id)),
    refund: (id, refund, call) =>
      move('refund', JSON.stringify([id, refund]), call, () => ledger.refund(id, refund)),
    find: async (query, { signal }) => {
      signal.throwIfAborted();
      if (lookup === 'none' || (lookup === 'id' && query.id === undefined)) return told.find(query);
      const payment = ledger.find(query);
      return payment && shown(payment);
    },
    vault: {
      createCustomer: async ({ reference }, { signal }) => {
        signal.throwIfAborted();
        const customer = customers.get(reference) ?? { id: `mem_customer_${customers.size + 1}`, reference };
        customers.set(reference, customer);
        return customer;
      },
      listMethods: (customer, cursor, call) => page(processor.methods.get(customer) ?? [], cursor, call),
      deleteMethod: async (id, { signal }) => {
        signal.throwIfAborted();
        for (const [customer, methods] of processor.methods)
          processor.methods.set(
            customer,
            methods.filter((method) => method.id !== id),
          );
      },
    },
    disputes: (cursor, call) => page(processor.disputes, cursor, call),
    payouts: (cursor, call) => page(processor.payouts, cursor, call),
    webhooks: memoryWebhooks(secrets, tell),
    native: () => processor,
  };
}
