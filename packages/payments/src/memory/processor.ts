/**
 * The embedded processor: what stands behind {@link MemoryApi}. Its books are in `ledger.ts`; here are its keys, the answers that get lost,
 * customers, disputes and payouts. Everything that crosses the interface is plain data and money, so that it can stand in another process.
 */
import { type Clock, Secret } from '@im/core';
import type {
  Dispute,
  DriverCapture,
  DriverConfirm,
  DriverCreate,
  DriverRefund,
  PaymentEvent,
  PaymentQuery,
  Payout,
  SavedMethod,
  SettlementLine,
  TimeRange,
} from '../driver.ts';
import type { Money } from '../money.ts';
import type { DriverPayment } from '../payment.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { memoryError } from './memory-errors.ts';
import { signMemoryWebhook } from './memory-webhooks.ts';
import { createSettlements } from './settlements.ts';

/** A page as it crosses the interface. */
interface MemoryPage<Item> {
  readonly items: readonly Item[];
  readonly next: string | undefined;
}

/** What the processor can be asked, as a vendor's API over its network. */
export interface MemoryApi {
  create(create: DriverCreate, key: string): Promise<DriverPayment>;
  confirm(id: string, confirm: DriverConfirm, key: string): Promise<DriverPayment>;
  capture(id: string, capture: DriverCapture, key: string): Promise<DriverPayment>;
  void(id: string, reference: string, key: string): Promise<DriverPayment>;
  refund(id: string, refund: DriverRefund, key: string): Promise<DriverPayment>;
  find(query: PaymentQuery): Promise<DriverPayment | undefined>;
  listing(range: TimeRange, cursor: string | undefined): Promise<MemoryPage<DriverPayment>>;
  createCustomer(reference: string): Promise<{ readonly id: string; readonly reference: string }>;
  listMethods(customer: string, cursor: string | undefined): Promise<MemoryPage<SavedMethod>>;
  deleteMethod(id: string): Promise<void>;
  disputes(cursor: string | undefined): Promise<MemoryPage<Dispute>>;
  payouts(cursor: string | undefined): Promise<MemoryPage<Payout>>;
  settlements(payout: string, cursor: string | undefined): Promise<MemoryPage<SettlementLine>>;
}

/** Where an answer gets lost. `request`: the processor never saw it. `answer`: it did it, and nobody heard. */
export type LostPart = 'request' | 'answer';
/** Operations that move money. */
export type MovingOperation = 'create' | 'confirm' | 'capture' | 'void' | 'refund';

/** The processor's side, for tests: its books, and what goes wrong with it. */
export interface MemoryProcessor {
  readonly api: MemoryApi;
  readonly ledger: Ledger;
  /** Cuts the connection of the next `times` calls of this operation (default 1). */
  lose(operation: MovingOperation, part: LostPart, times?: number): void;
  /** Signs an event of `ledger.events`, or one that was made up. Fits `deliverWebhooks` of `@im/testing`. */
  sign(event: PaymentEvent, nowMs: number): ReturnType<typeof signMemoryWebhook>;
  /** A customer keeps a payment method. @returns its id */
  saveMethod(customer: string, method?: Partial<SavedMethod>): string;
  /** A customer complains about a payment, or a part of it. @returns the dispute's id */
  openDispute(payment: string, dispute?: Partial<Pick<Dispute, 'amount' | 'reason' | 'dueAt'>>): string;
  /** Pays out what these payments brought and has not been paid out. @returns the payout's id */
  payOut(payments: readonly string[]): string;
}

/** Settings of the processor. */
export interface MemoryProcessorOptions {
  readonly clock: Clock;
  /** Whether it remembers idempotency keys, for a day. Default true. */
  readonly keys?: boolean | undefined;
  /** Whether captures and refunds carry our reference. Default true. */
  readonly references?: boolean | undefined;
  /** It signs its webhooks with the first. Default: one that is made up. */
  readonly secrets?: readonly Secret[] | undefined;
}

/** Milliseconds for which it remembers a key. */
export const memoryKeyTtlMs = 86_400_000;
const pageSize = 2;
const disputeMs = 14 * 86_400_000;

/** Opens one with empty books. */
export function createMemoryProcessor(options: MemoryProcessorOptions): MemoryProcessor {
  const { clock, keys = true, references = true, secrets = [] } = options;
  const ledger = createLedger(clock);
  const settlements = createSettlements(ledger, clock);
  const remembered = new Map<
    string,
    { readonly asked: string; readonly answer: DriverPayment; readonly at: number }
  >();
  const customers = new Map<string, { readonly id: string; readonly reference: string }>();
  const methods = new Map<string, SavedMethod[]>();
  const disputes: Dispute[] = [];
  const losses: { readonly operation: MovingOperation; readonly part: LostPart }[] = [];

  const shown = (payment: DriverPayment): DriverPayment => {
    if (references) return payment;
    const bare = ({ reference: _, ...movement }: DriverPayment['captures'][number]) => movement;
    return { ...payment, captures: payment.captures.map(bare), refunds: payment.refunds.map(bare) };
  };
  const move = async (
    operation: MovingOperation,
    asked: readonly unknown[],
    key: string,
    work: () => DriverPayment,
  ): Promise<DriverPayment> => {
    await Promise.resolve();
    const index = losses.findIndex((loss) => loss.operation === operation);
    const [loss] = index < 0 ? [] : losses.splice(index, 1);
    if (loss?.part === 'request') throw memoryError('lost');
    const text = JSON.stringify([operation, ...asked]);
    const known = keys ? remembered.get(key) : undefined;
    const isKnown = known !== undefined && clock.now() - known.at < memoryKeyTtlMs;
    if (isKnown && known.asked !== text) throw memoryError('key_reused');
    const answer = isKnown ? known.answer : work();
    if (keys && !isKnown) remembered.set(key, { asked: text, answer, at: clock.now() });
    if (loss?.part === 'answer') throw memoryError('lost');
    return shown(answer);
  };
  const page = async <Item>(items: readonly Item[], cursor: string | undefined) => {
    const start = Number(cursor ?? 0);
    const next = start + pageSize < items.length ? String(start + pageSize) : undefined;
    return { items: items.slice(start, start + pageSize), next };
  };

  return {
    ledger,
    api: {
      create: (create, key) => move('create', [create], key, () => ledger.create(create)),
      confirm: (id, confirm, key) => move('confirm', [id, confirm], key, () => ledger.confirm(id, confirm)),
      capture: (id, capture, key) => move('capture', [id, capture], key, () => ledger.capture(id, capture)),
      void: (id, reference, key) => move('void', [id, reference], key, () => ledger.void(id)),
      refund: (id, refund, key) => move('refund', [id, refund], key, () => ledger.refund(id, refund)),
      find: async (query) => {
        const payment = ledger.find(query);
        return payment && shown(payment);
      },
      listing: (range, cursor) => page(ledger.createdIn(range).map(shown), cursor),
      createCustomer: async (reference) => {
        const customer = customers.get(reference) ?? { id: `mem_customer_${customers.size + 1}`, reference };
        customers.set(reference, customer);
        return customer;
      },
      listMethods: (customer, cursor) => page(methods.get(customer) ?? [], cursor),
      deleteMethod: async (id) => {
        for (const [customer, saved] of methods)
          methods.set(
            customer,
            saved.filter((method) => method.id !== id),
          );
      },
      disputes: (cursor) => page(disputes, cursor),
      payouts: (cursor) => page(settlements.payouts, cursor),
      settlements: (payout, cursor) => page(settlements.lines(payout), cursor),
    },
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
    saveMethod: (customer, method) => {
      const saved = methods.get(customer) ?? [];
      const all = [...methods.values()].reduce((sum, { length }) => sum + length, 1);
      const kept = {
        id: `mem_method_${all}_${customer}`,
        kind: 'card',
        brand: 'test',
        last4: '4242',
        ...method,
      };
      methods.set(customer, [...saved, kept]);
      return kept.id;
    },
    openDispute: (payment, given) => {
      const of = ledger.find({ id: payment });
      if (of === undefined) throw memoryError('no_payment');
      const amount: Money = given?.amount ?? of.captured;
      const dispute = {
        id: `mem_dispute_${disputes.length + 1}`,
        payment,
        amount,
        status: 'needs_response',
        reason: given?.reason ?? 'fraudulent',
        dueAt: given?.dueAt ?? clock.now() + disputeMs,
      } as const;
      disputes.push(dispute);
      return dispute.id;
    },
    payOut: settlements.payOut,
  };
}
