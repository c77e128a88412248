/** Finds payments, at PayPal and in what was told of them, and writes down what is seen. */
import { errorCode, IntegrationError, type IntegrationErrorFields, isIntegrationError } from '@im/core';
import type { DriverCall, DriverPayment, MovingCall } from '@im/payments';
import type { PaypalClient } from '../operations/all.ts';
import type { Order } from '../wire/orders.ts';
import { callMs } from './facts.ts';
import { toTold } from './to-payment.ts';
import { createTold, mergeTold, type Told, type ToldPayment } from './told.ts';

/** What the client gets of a call that only looks. */
export const looking = ({ signal }: DriverCall) => ({ signal, timeoutMs: callMs });
/** What the client gets of a call that moves money. */
export const moving = ({ signal, idempotencyKey }: MovingCall) => ({
  signal,
  timeoutMs: callMs,
  idempotencyKey,
});

/** A refusal of the driver's own; PayPal has done nothing. */
export function refusal(says: string, fields: Omit<IntegrationErrorFields, 'provider'>): IntegrationError {
  return new IntegrationError(says, { ...fields, provider: 'paypal' });
}

/** What the payment's status or amounts forbid. */
export const forbidden = (says: string, remedy: string) =>
  refusal(says, { code: 'failed_precondition', remedy });

/** PayPal's name of a refusal, where it surely did nothing and the name is one of these. */
export function refusedBy(error: unknown, names: ReadonlySet<string>): string | undefined {
  if (!isIntegrationError(error) || error.effect !== 'none') return undefined;
  return error.reason !== undefined && names.has(error.reason) ? error.reason : undefined;
}

/** What fails once something has moved leaves it unknown what did. */
export async function afterwards<Value>({ signal }: DriverCall, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (cause) {
    if (signal.aborted) throw cause;
    const fields = isIntegrationError(cause) ? { ...cause } : { code: errorCode(cause) };
    throw new IntegrationError(
      'PayPal has done it, or a part of it, and what followed failed',
      { ...fields, provider: 'paypal', effect: 'unknown', remedy: 'call again with the same reference' },
      { cause },
    );
  }
}

/** Ids of orders. Payments that PayPal refused as a whole have ids of ours, in small letters. */
const orderId = /^[A-Z0-9]{1,36}$/;

export function createKeeper(client: PaypalClient) {
  let opened: Promise<Told> | undefined;
  const told = (): Promise<Told> => {
    opened ??= client.openMemory().then(createTold, (error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };

  /** What was done is written down also when nobody waits for it any more. */
  const tell = async (payment: ToldPayment): Promise<DriverPayment> =>
    bare(await (await told()).tell(payment));

  const orderOf = async (id: string, call: DriverCall): Promise<Order | undefined> => {
    if (!orderId.test(id)) return undefined;
    try {
      return await client.getOrder(id, looking(call));
    } catch (error) {
      if (isIntegrationError(error) && error.code === 'not_found') return undefined;
      throw error;
    }
  };

  /** An answer as a payment, written down with what else is known of it. A minimal answer is asked for again. */
  const see = async (
    order: Order,
    call: DriverCall,
    more: Partial<ToldPayment> = {},
  ): Promise<DriverPayment> => {
    const payment = toTold(order) ?? toTold(await client.getOrder(order.id, looking(call)));
    if (payment === undefined)
      throw refusal('PayPal answered with an order that has no amount', {
        code: 'internal',
        effect: 'unknown',
        reason: 'unexpected_body',
      });
    return tell({ ...payment, ...more });
  };

  const find = async (id: string, call: DriverCall): Promise<DriverPayment | undefined> => {
    const order = await orderOf(id, call);
    if (order !== undefined && toTold(order) !== undefined) return see(order, call);
    const gone = await (await told()).findGone({ id });
    return gone === undefined ? undefined : bare(gone);
  };

  return {
    tell,
    see,

    /** As it is now, or as it was told where PayPal has it no more. */
    find,

    /** The same by our reference, which must have been told before. */
    async findBy(reference: string, call: DriverCall): Promise<DriverPayment | undefined> {
      call.signal.throwIfAborted();
      const known = await (await told()).find({ reference });
      return known === undefined ? undefined : find(known.id, call);
    },

    /**
     * A payment that goes on: its order, and what is known of it altogether.
     *
     * @throws {@link IntegrationError} `failed_precondition` where PayPal has no such order
     */
    async need(
      id: string,
      call: DriverCall,
    ): Promise<{ readonly order: Order; readonly payment: ToldPayment }> {
      const order = await orderOf(id, call);
      const shown = order && toTold(order);
      if (order === undefined || shown === undefined)
        throw forbidden('PayPal has no such order any more', 'begin a new payment with another reference');
      return { order, payment: mergeTold(await (await told()).find({ id }), shown) };
    },

    /** Lets nobody else move money of the payment meanwhile. */
    async hold<Value>(id: string, call: MovingCall, work: () => Promise<Value>): Promise<Value> {
      const { hold, release } = await told();
      const holder = call.idempotencyKey;
      call.signal.throwIfAborted();
      if (!(await hold(id, holder)))
        throw refusal('another operation of this payment is under way', {
          code: 'unavailable',
          reason: 'in_progress',
          remedy: 'call again',
        });
      try {
        return await work();
      } finally {
        // Where this fails, the hold ends by itself.
        await release(id, holder).catch(() => undefined);
      }
    },
  };
}

export type Keeper = ReturnType<typeof createKeeper>;

/** Without what only the driver wants to know. */
function bare({
  method: _method,
  firstToldAt: _firstToldAt,
  seen: _seen,
  ...payment
}: ToldPayment): DriverPayment {
  return payment;
}
