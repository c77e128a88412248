/** How payments begin and go on: an order, and what pays it. */
import {
  allows,
  type DriverConfirm,
  type DriverCreate,
  type DriverPayment,
  equalMoney,
  type MovingCall,
  money,
} from '@im/payments';
import { actionIssues, declineIssues } from '../issues.ts';
import type { PaypalClient } from '../operations/all.ts';
import type { PaymentSource } from '../operations/order-input.ts';
import type { Order } from '../wire/orders.ts';
import { afterwards, forbidden, type Keeper, looking, moving, refusal, refusedBy } from './keeper.ts';
import type { Sources } from './sources.ts';
import { toPayment } from './to-payment.ts';
import type { ToldPayment } from './told.ts';

/** What says that nothing was made, and why. */
const refusals = new Set([...declineIssues, ...actionIssues]);
/** Characters of a description at PayPal. */
const descriptionLength = 127;

const otherPayment = () =>
  refusal('this reference, or this key, stands for another payment', {
    code: 'invalid_argument',
    reason: 'reference_reused',
    remedy: 'give each payment a reference of its own',
  });

export function createCreation(client: PaypalClient, keeper: Keeper, sources: Sources) {
  /** What is to be charged. Absent: that is chosen later. */
  const sourceOf = async (create: DriverCreate, call: MovingCall): Promise<PaymentSource | undefined> => {
    const { confirm, mandate, returnUrl } = create;
    if (!confirm) return undefined;
    const isMandate = typeof mandate === 'object';
    const method = isMandate ? mandate.id : create.method;
    return method === undefined
      ? sources.onPage(create)
      : sources.saved({ method, returnUrl, isMandate }, call);
  };

  /** A payment that PayPal refused as a whole: it has no order, so it goes by an id of ours. */
  const refused = ({ reference, amount, customer }: DriverCreate, call: MovingCall, declineCode: string) => {
    const none = money(0n, amount.currency);
    const nothing = { captured: none, refunded: none, captures: [], refunds: [] };
    const id = `refused-${call.idempotencyKey.toLowerCase()}`;
    return keeper.tell({ id, reference, status: 'failed', amount, ...nothing, declineCode, customer });
  };

  /** Charges or holds what is approved, or the saved method. */
  const pay = async (
    order: Order,
    source: PaymentSource | undefined,
    call: MovingCall,
  ): Promise<DriverPayment> => {
    const send = order.intent === 'AUTHORIZE' ? client.authorizeOrder : client.captureOrder;
    let paid: Order;
    try {
      paid = await send(order.id, source, moving(call));
    } catch (error) {
      const code = refusedBy(error, refusals);
      if (code === undefined) throw error;
      const { order: seen, payment } = await keeper.need(order.id, call);
      const goesOn = actionIssues.has(code) && payment.nextAction !== undefined;
      return goesOn
        ? keeper.see(seen, call)
        : keeper.tell({ ...payment, status: 'failed', declineCode: code });
    }
    return afterwards(call, () => keeper.see(paid, call));
  };

  return {
    async create(create: DriverCreate, call: MovingCall): Promise<DriverPayment> {
      const { reference, amount, description, customer, method } = create;
      const known = await keeper.findBy(reference, call);
      if (known !== undefined) {
        if (!equalMoney(known.amount, amount)) throw otherPayment();
        return known;
      }
      const paymentSource = await sourceOf(create, call);
      let order: Order;
      try {
        order = await client.createOrder(
          {
            intent: create.capture === 'manual' ? 'AUTHORIZE' : 'CAPTURE',
            purchaseUnits: [
              {
                amount,
                customId: reference,
                invoiceId: reference,
                description: description?.slice(0, descriptionLength),
              },
            ],
            paymentSource,
          },
          moving(call),
        );
      } catch (error) {
        const code = refusedBy(error, refusals);
        if (code === undefined) throw error;
        return refused(create, call, code);
      }
      const made = toPayment(order);
      // For a key that it knows PayPal gives what the key made, whatever is asked now.
      if (made !== undefined && (made.reference !== reference || !equalMoney(made.amount, amount)))
        throw otherPayment();
      const more: Partial<ToldPayment> = {
        ...(customer !== undefined && { customer }),
        ...(method !== undefined && { method: create.confirm ? undefined : method }),
        // A saved method can be charged again, once the customer has agreed to that.
        ...(method !== undefined && create.mandate === 'set_up' && { mandate: method }),
      };
      return afterwards(call, () => keeper.see(order, call, more));
    },

    async confirm(id: string, confirm: DriverConfirm, call: MovingCall): Promise<DriverPayment> {
      const { returnUrl, returned } = confirm;
      if (returned?.token !== undefined && returned.token !== id)
        throw refusal('the customer came back from another payment', {
          code: 'invalid_argument',
          reason: 'other_payment',
          remedy: 'confirm the payment that the parameter token names',
        });
      return keeper.hold(id, call, async () => {
        const { order, payment } = await keeper.need(id, call);
        if (!allows('confirm', payment.status))
          throw forbidden(`the payment is ${payment.status}`, 'confirm only what waits for that');
        // The customer has agreed, by what PayPal says or by the parameter that it adds then.
        if (order.status === 'APPROVED' || returned?.PayerID !== undefined)
          return pay(order, undefined, call);
        const method = confirm.method ?? payment.method;
        if (method !== undefined)
          return pay(order, await sources.saved({ method, returnUrl, isMandate: false }, call), call);
        if (order.status === 'PAYER_ACTION_REQUIRED') return keeper.see(order, call);
        return keeper.see(await client.confirmOrder(id, sources.onPage({ returnUrl }), looking(call)), call);
      });
    },
  };
}
