import { type Call, keyed, pages, read } from '@im/core';
import type { Stripe } from 'stripe';
import { type Connection, identified, type Listed, notes, type On } from './shared.ts';

const write = 'PaymentMethods: write';
const reads = 'PaymentMethods: read';

/** Payment methods. They are made by Stripe's own form in the browser, so that no card number comes here. */
export const paymentMethodOperations = ({ send, list }: Connection) => ({
  retrievePaymentMethod: read(
    (id: string, params: On<Stripe.PaymentMethodRetrieveParams> | undefined, call: Call) =>
      send(call, 'payment_method', params, (stripe, rest, options) =>
        stripe.paymentMethods.retrieve(identified(id), rest, options),
      ),
    notes('payment_methods/retrieve', reads),
  ),

  updatePaymentMethod: keyed(
    (id: string, params: On<Stripe.PaymentMethodUpdateParams>, call: Call) =>
      send(call, 'payment_method', params, (stripe, rest, options) =>
        stripe.paymentMethods.update(identified(id), rest, options),
      ),
    notes('payment_methods/update', write),
  ),

  /** Keeps a method with a customer. */
  attachPaymentMethod: keyed(
    (id: string, params: On<Stripe.PaymentMethodAttachParams>, call: Call) =>
      send(call, 'payment_method', params, (stripe, rest, options) =>
        stripe.paymentMethods.attach(identified(id), rest, options),
      ),
    notes('payment_methods/attach', write),
  ),

  /** Takes a method away from its customer, for good: it cannot be used or attached again. */
  detachPaymentMethod: keyed(
    (id: string, params: On<Stripe.PaymentMethodDetachParams> | undefined, call: Call) =>
      send(call, 'payment_method', params, (stripe, rest, options) =>
        stripe.paymentMethods.detach(identified(id), rest, options),
      ),
    notes('payment_methods/detach', write),
  ),

  /** Methods of a customer, newest first. */
  listPaymentMethods: pages(
    read(
      (customer: string, params: Listed<Stripe.CustomerListPaymentMethodsParams> | undefined, call: Call) =>
        list(call, params, (stripe, rest, options) =>
          stripe.customers.listPaymentMethods(identified(customer), rest, options),
        ),
      notes('payment_methods/customer_list', reads),
    ),
  ),
});
