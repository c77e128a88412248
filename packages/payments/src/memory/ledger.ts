/** The embedded processor's books: payments, and the rules by which their money moves. Every change is one instant. */
import type { Clock } from '@im/core';
import type {
  DriverCapture,
  DriverConfirm,
  DriverCreate,
  DriverRefund,
  PaymentEvent,
  PaymentQuery,
  TimeRange,
} from '../driver.ts';
import { addMoney, compareMoney, type Money, money, subtractMoney } from '../money.ts';
import type { DriverPayment, Movement } from '../payment.ts';
import { allows, type PaymentAction } from '../states.ts';
import { memoryError } from './memory-errors.ts';

/** What each test token does, as vendors' test cards do. */
export const memoryTokens = {
  succeeds: 'tok_succeeds',
  threeDSecure: 'tok_3ds',
  redirect: 'tok_redirect',
  slow: 'tok_slow',
  noFunds: 'tok_declined_funds',
  stolen: 'tok_declined_stolen',
  unheardOf: 'tok_declined_unheard_of',
} as const;

const declinePrefix = 'tok_declined_with_';
/** A token that is declined with this code. */
export const memoryDeclinedWith = (code: string): string => `${declinePrefix}${code}`;

const declineCodes: Readonly<Record<string, string>> = {
  [memoryTokens.noFunds]: 'insufficient_funds',
  [memoryTokens.stolen]: 'stolen_card',
  [memoryTokens.unheardOf]: 'code_of_next_year',
};
const declineCodeOf = (method: string): string | undefined =>
  method.startsWith(declinePrefix) ? method.slice(declinePrefix.length) : declineCodes[method];
const authorizationMs = 7 * 86_400_000;

interface Entry {
  readonly createdAt: number;
  payment: DriverPayment;
  readonly create: DriverCreate;
  method: string | undefined;
}

/** The books. */
export interface Ledger {
  create(create: DriverCreate): DriverPayment;
  confirm(id: string, confirm: DriverConfirm): DriverPayment;
  capture(id: string, capture: DriverCapture): DriverPayment;
  void(id: string): DriverPayment;
  refund(id: string, refund: DriverRefund): DriverPayment;
  find(query: PaymentQuery): DriverPayment | undefined;
  /** All payments, in order of creation. */
  readonly payments: readonly DriverPayment[];
  /** Those that were created in this time, in order. */
  createdIn(range: TimeRange): readonly DriverPayment[];
  /** What happened, in order, one event a change. */
  readonly events: readonly PaymentEvent[];
  /** The payment as it was just after the event. */
  at(event: PaymentEvent): DriverPayment | undefined;
  /** What the world does to a payment: its customer finishes or gives up, a slow one is done, a pending refund fails. */
  finish(id: string, outcome: 'succeeds' | 'fails'): DriverPayment;
}

/** Opens empty books. */
export function createLedger(clock: Clock): Ledger {
  const entries = new Map<string, Entry>();
  const events: PaymentEvent[] = [];
  const mandates = new Set<string>();
  const snapshots = new Map<string, DriverPayment>();
  let count = 0;
  const nextId = (kind: string) => {
    count += 1;
    return `mem_${kind}_${count}`;
  };
  const entryOf = (id: string): Entry => {
    const entry = entries.get(id);
    if (entry === undefined) throw memoryError('no_payment');
    if (entry.payment.expiresAt !== undefined && entry.payment.expiresAt <= clock.now())
      if (allows('void', entry.payment.status)) change(entry, { status: 'expired' });
    return entry;
  };
  const change = (entry: Entry, to: Partial<DriverPayment>): DriverPayment => {
    entry.payment = Object.freeze({ ...entry.payment, ...to });
    const { id, status, amount } = entry.payment;
    const event = { id: nextId('event'), type: `payment.${status}`, payment: { id }, amount };
    events.push(event);
    snapshots.set(event.id, entry.payment);
    return entry.payment;
  };
  const allowed = (id: string, action: PaymentAction): Entry => {
    const entry = entryOf(id);
    if (!allows(action, entry.payment.status))
      throw memoryError(entry.payment.status === 'expired' ? 'expired' : 'status');
    return entry;
  };
  const authorize = (entry: Entry): DriverPayment => {
    const { create, payment } = entry;
    const mandate = create.mandate === 'set_up' ? { mandate: nextId('mandate') } : {};
    if (mandate.mandate !== undefined) mandates.add(mandate.mandate);
    if (create.capture === 'manual')
      return change(entry, {
        status: 'authorized',
        nextAction: undefined,
        expiresAt: clock.now() + authorizationMs,
        ...mandate,
      });
    const captures = [
      {
        id: nextId('capture'),
        reference: create.reference,
        amount: payment.amount,
        status: 'succeeded' as const,
      },
    ];
    return change(entry, {
      status: 'captured',
      nextAction: undefined,
      captured: payment.amount,
      captures,
      ...mandate,
    });
  };
  const begin = (entry: Entry): DriverPayment => {
    const { method } = entry;
    const { id } = entry.payment;
    const code = method && declineCodeOf(method);
    if (code) return change(entry, { status: 'failed', declineCode: code });
    if (method === undefined || method === memoryTokens.redirect)
      return change(entry, {
        status: 'requires_action',
        nextAction: { kind: 'redirect', url: `https://bank.test/pay/${id}` },
      });
    if (method === memoryTokens.threeDSecure)
      return change(entry, {
        status: 'requires_action',
        nextAction: { kind: 'three_d_secure', url: `https://bank.test/3ds/${id}` },
      });
    if (method === memoryTokens.slow)
      return change(entry, { status: 'processing', nextAction: { kind: 'wait_for_webhook' } });
    return authorize(entry);
  };

  return {
    get payments() {
      return [...entries.values()].map(({ payment }) => payment);
    },
    createdIn: ({ from, to }) =>
      [...entries.values()]
        .filter(({ createdAt }) => createdAt >= from && createdAt < to)
        .map(({ payment: { id } }) => entryOf(id).payment),
    events,
    at: ({ id }) => snapshots.get(id),
    create(create) {
      const none = money(0n, create.amount.currency);
      const { reference, amount, customer, method, mandate } = create;
      if (typeof mandate === 'object' && !mandates.has(mandate.id)) throw memoryError('mandate');
      const id = nextId('payment');
      const payment = {
        id,
        reference,
        amount,
        customer,
        status: 'created',
        captured: none,
        refunded: none,
        captures: [],
        refunds: [],
      } as const;
      const entry: Entry = {
        createdAt: clock.now(),
        payment,
        create,
        method: typeof mandate === 'object' ? memoryTokens.succeeds : method,
      };
      entries.set(id, entry);
      return create.confirm ? begin(entry) : change(entry, {});
    },
    confirm(id, { method, returned }) {
      const entry = allowed(id, 'confirm');
      if (method !== undefined) entry.method = method;
      if (entry.payment.status === 'created') return begin(entry);
      if (returned?.result === 'refused')
        return change(entry, {
          status: 'failed',
          nextAction: undefined,
          declineCode: 'authentication_failed',
        });
      return returned?.result === 'ok' ? authorize(entry) : entry.payment;
    },
    capture(id, { reference, amount, final }) {
      const entry = allowed(id, 'capture');
      const captured = within(entry.payment.captured, amount, entry.payment.amount);
      const isAll = final || compareMoney(captured, entry.payment.amount) === 0;
      const capture: Movement = { id: nextId('capture'), reference, amount, status: 'succeeded' };
      return change(entry, {
        status: isAll ? 'captured' : 'partially_captured',
        captured,
        captures: [...entry.payment.captures, capture],
      });
    },
    void: (id) => change(allowed(id, 'void'), { status: 'voided', nextAction: undefined }),
    refund(id, { reference, amount }) {
      const entry = allowed(id, 'refund');
      const refunded = within(entry.payment.refunded, amount, entry.payment.captured);
      const isAll = compareMoney(refunded, entry.payment.captured) === 0;
      const refund: Movement = { id: nextId('refund'), reference, amount, status: 'succeeded' };
      return change(entry, {
        status: isAll ? 'refunded' : 'partially_refunded',
        refunded,
        refunds: [...entry.payment.refunds, refund],
      });
    },
    find({ id, reference }) {
      if (id !== undefined) return entries.has(id) ? entryOf(id).payment : undefined;
      const entry = [...entries.values()].find(({ payment }) => payment.reference === reference);
      return entry && entryOf(entry.payment.id).payment;
    },
    finish(id, outcome) {
      const entry = entryOf(id);
      if (entry.payment.status !== 'processing' && entry.payment.status !== 'requires_action')
        throw memoryError('status');
      if (outcome === 'succeeds') return authorize(entry);
      return change(entry, { status: 'failed', nextAction: undefined, declineCode: 'generic_decline' });
    },
  };
}

/** The sum, unless it is above the limit. */
function within(sum: Money, more: Money, limit: Money): Money {
  if (more.currency !== limit.currency) throw memoryError('currency');
  if (compareMoney(more, subtractMoney(limit, sum)) > 0 || more.minor <= 0n) throw memoryError('amount');
  return addMoney(sum, more);
}
