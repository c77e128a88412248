/**
 * What the driver keeps of payments in the integration's own state: PayPal cannot be asked for an order by our reference, and an order that it refused
 * is nowhere.
 */
import { type DriverPayment, laterPayment, type PaymentQuery, toldPayments } from '@im/payments';
import type { Memory } from '../operations/memory.ts';
import { settleMs } from './facts.ts';

/** A payment as the driver knows it, with what PayPal does not keep for it. */
export interface ToldPayment extends DriverPayment {
  /** Saved method that was named, and is not charged yet. */
  readonly method?: string | undefined;
  /** Grows with every movement of money at PayPal, and with every one that comes to its end. Absent: 0. */
  readonly seen?: number | undefined;
  /** When it was first told of, milliseconds since 1970. Written by `tell`. */
  readonly firstToldAt?: number | undefined;
}

/** Milliseconds for which a payment is held at most: longer than what is done meanwhile may take. */
const holdMs = settleMs;
/** An order that nobody has approved is gone after so long; before that, what is not there is not there yet. */
const orderMs = 3 * 3_600_000;
const held = (payment: string) => `held/${payment}`;

/** Opens what is kept. */
export function createTold({ state, clock }: Memory) {
  const told = toldPayments<ToldPayment>(state);
  return {
    /** As answers and webhooks told of it. */
    find: (query: PaymentQuery): Promise<ToldPayment | undefined> => told.find(query),

    /** The same of a payment that PayPal does not know any more: one that nobody has approved in time is `expired`. */
    async findGone(query: PaymentQuery): Promise<ToldPayment | undefined> {
      const found = await told.find(query);
      return isOver(found, clock.now()) ? expired(found) : found;
    },

    /** Writes down what is known of a payment; what is older than what is there takes nothing back. */
    tell: (payment: ToldPayment): Promise<ToldPayment> =>
      told.tell(payment.id, (known) => mergeTold(known, { ...payment, firstToldAt: clock.now() })),

    /**
     * Keeps others from moving money of the same payment, for 150 seconds or until `release`. The same holder may do so again. PayPal itself would
     * let two captures at once exceed what was asked for, by up to 15 %.
     *
     * @returns whether it is held now
     */
    async hold(payment: string, holder: string): Promise<boolean> {
      const taken = await state.compareAndSet(held(payment), undefined, holder, { ttlMs: holdMs });
      return taken !== undefined || (await state.get(held(payment)))?.value === holder;
    },

    /** Lets others go on. */
    async release(payment: string, holder: string): Promise<void> {
      const found = await state.get(held(payment));
      if (found?.value === holder) await state.delete(held(payment), found.version);
    },
  };
}

export type Told = ReturnType<typeof createTold>;

/** The later of the two, with what only one of them knows. */
export function mergeTold(known: ToldPayment | undefined, told: ToldPayment): ToldPayment {
  if (known === undefined) return told;
  const more = (told.seen ?? 0) - (known.seen ?? 0);
  // What is one refund of ours can be several at PayPal, so that ours are no measure.
  const later = more === 0 ? laterPayment(known, told) : more > 0 ? told : known;
  return {
    ...later,
    customer: later.customer ?? known.customer ?? told.customer,
    mandate: later.mandate ?? known.mandate ?? told.mandate,
    method: told.method ?? known.method,
    firstToldAt: known.firstToldAt,
  };
}

const isOver = (told: ToldPayment | undefined, now: number): told is ToldPayment =>
  (told?.status === 'created' || told?.status === 'requires_action') &&
  now >= (told.firstToldAt ?? now) + orderMs;

const expired = (told: ToldPayment): ToldPayment => ({ ...told, status: 'expired', nextAction: undefined });
