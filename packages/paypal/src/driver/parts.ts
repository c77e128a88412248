/** What becomes of a payment that is authorized or captured: captures, voids, refunds. */
import {
  allows,
  compareMoney,
  type DriverCapture,
  type DriverPayment,
  type DriverRefund,
  type MovingCall,
  subtractMoney,
} from '@im/payments';
import type { PaypalClient } from '../operations/all.ts';
import type { Order } from '../wire/orders.ts';
import type { Refund } from '../wire/payments.ts';
import { afterwards, forbidden, type Keeper, moving } from './keeper.ts';
import { partReference, partsDone, planRefund, wholeOf } from './refund-parts.ts';
import {
  firstAuthorization,
  openAuthorization,
  partsOf,
  withCapture,
  withRefunds,
  withVoid,
} from './to-payment.ts';

export function createParts(client: PaypalClient, keeper: Keeper) {
  const needFor = async (action: 'capture' | 'void', remedy: string, id: string, call: MovingCall) => {
    const { order, payment } = await keeper.need(id, call);
    if (!allows(action, payment.status)) throw forbidden(`the payment is ${payment.status}`, remedy);
    return { order, payment };
  };

  const refundParts = async (
    order: Order,
    { reference, amount }: DriverRefund,
    call: MovingCall,
  ): Promise<DriverPayment> => {
    const { captures } = partsOf(order);
    const refunds = order.purchaseUnits[0]?.payments?.refunds ?? [];
    const done = partsDone(refunds, reference);
    const plan = planRefund(captures, refunds, done, amount);
    if (plan === undefined)
      throw forbidden('that is more than is captured and not given back', 'refund what is left at most');
    const isWhole = done.length === 0 && plan.length === 1;
    const sent: Refund[] = [];
    for (const { capture, amount: part, number } of plan) {
      const send = () =>
        client.refundCapture(
          capture,
          {
            amount: part,
            invoiceId: partReference(reference, number),
            customId: isWhole ? undefined : wholeOf(amount),
          },
          { ...moving(call), idempotencyKey: `${call.idempotencyKey}-${number}` },
        );
      sent.push(number === 1 ? await send() : await afterwards(call, send));
    }
    return afterwards(call, () => keeper.see(withRefunds(order, sent), call));
  };

  return {
    capture: (id: string, { reference, amount, final }: DriverCapture, call: MovingCall) =>
      keeper.hold(id, call, async () => {
        const { order, payment } = await keeper.need(id, call);
        // A capture of this name is there already: its answer was lost, and PayPal has forgotten the key.
        if (payment.captures.some((one) => one.reference === reference && one.status !== 'failed'))
          return keeper.see(order, call);
        const open = openAuthorization(partsOf(order));
        if (open === undefined || !allows('capture', payment.status))
          throw forbidden(`the payment is ${payment.status}`, 'capture only what is authorized');
        const left = subtractMoney(payment.amount, payment.captured);
        if (compareMoney(amount, left) > 0)
          throw forbidden('that is more than is left of the authorization', 'capture what is left at most');
        const finalCapture = final || compareMoney(amount, left) === 0;
        const capture = await client.captureAuthorization(
          open.id,
          { amount, invoiceId: reference, finalCapture },
          moving(call),
        );
        return afterwards(call, () => keeper.see(withCapture(order, capture, finalCapture), call));
      }),

    async void(id: string, call: MovingCall): Promise<DriverPayment> {
      const remedy = 'void only what nothing is captured of';
      const { order } = await needFor('void', remedy, id, call);
      const first = firstAuthorization(partsOf(order));
      if (first !== undefined) {
        const voided = await client.voidAuthorization(first.id, moving(call));
        return afterwards(call, () => keeper.see(withVoid(order, voided), call));
      }
      // PayPal cannot take an order back that nobody has paid. It expires, and until then we do not pay it.
      return keeper.hold(id, call, async () => {
        const { payment } = await needFor('void', remedy, id, call);
        return keeper.tell({ ...payment, status: 'voided', nextAction: undefined });
      });
    },

    async refund(id: string, refund: DriverRefund, call: MovingCall): Promise<DriverPayment> {
      const { order } = await keeper.need(id, call);
      if (partsOf(order).captures.length < 2) return refundParts(order, refund, call);
      // Of several captures two refunds at once could each get a part of what they need.
      return keeper.hold(id, call, async () =>
        refundParts((await keeper.need(id, call)).order, refund, call),
      );
    },
  };
}
