/**
 * What answers and webhooks told of payments, for drivers of vendors that cannot be asked (`facts.lookup`). It is kept in the integration's
 * state, so that every process knows what one was told. A driver tells it of an answer before it gives the answer on, and of a verified event
 * before `verify` resolves.
 */
import type { StateStore } from '@im/core';
import type { PaymentQuery } from './driver.ts';
import { parseJsonWithMoney } from './money-json.ts';
import type { DriverPayment } from './payment.ts';
import { mergeStatus } from './states.ts';

/** Payments as they were told. `Told` may hold more than the port needs, as plain JSON and money. */
export interface ToldPayments<Told extends DriverPayment = DriverPayment> {
  find(query: PaymentQuery): Promise<Told | undefined>;
  /**
   * Writes what is known now. `change` gets what was known before, and is called again when another process wrote in between; what it throws
   * is thrown, and nothing is written.
   */
  tell(id: string, change: (known: Told | undefined) => Told): Promise<Told>;
}

/** Opens them in a state, which may hold other things too. */
export function toldPayments<Told extends DriverPayment = DriverPayment>(
  state: StateStore,
): ToldPayments<Told> {
  const read = async (id: string) => {
    const stored = await state.get(`told/${id}`);
    // What is read is what `tell` wrote.
    return stored && { payment: parseJsonWithMoney(stored.value) as Told, version: stored.version };
  };
  return {
    find: async ({ id, reference }) => {
      const known = id ?? (await state.get(`told-by/${reference}`))?.value;
      return known === undefined ? undefined : (await read(known))?.payment;
    },
    tell: async (id, change) => {
      for (;;) {
        const known = await read(id);
        const payment = change(known?.payment);
        // The name before the payment: where there is a payment, it is found by its reference.
        if (known === undefined) await state.set(`told-by/${payment.reference}`, id);
        const version = await state.compareAndSet(`told/${id}`, known?.version, JSON.stringify(payment));
        if (version !== undefined) return payment;
      }
    },
  };
}

/** The later of two whole tellings of one payment: more has moved, or its status is further. Of two that contradict each other the new one. */
export function laterPayment<Told extends DriverPayment>(known: Told | undefined, told: Told): Told {
  if (known === undefined) return told;
  const more = progress(told) - progress(known);
  if (more !== 0) return more > 0 ? told : known;
  return mergeStatus(known.status, told.status) === known.status ? known : told;
}

/** Grows with every movement, and with every one that comes to its end. */
function progress({ captures, refunds }: DriverPayment): number {
  return [...captures, ...refunds].reduce((sum, { status }) => sum + (status === 'pending' ? 1 : 2), 0);
}
