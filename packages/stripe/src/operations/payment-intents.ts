import { type Call, keyed, pages, read } from '@im/core';
import type { Stripe } from 'stripe';
import { type Connection, identified, type Listed, notes, type On } from './shared.ts';

const write = 'PaymentIntents: write';
const reads = 'PaymentIntents: read';

/** Payments. A payment of which a part is unclear is asked for again by its id: the API is consistent for reads by id. */
export const paymentIntentOperations = ({ send, list, search }: Connection) => ({
  /** Begins a payment, and with `confirm` makes it. A decline is an error with the status 402; the intent stays. */
  createPaymentIntent: keyed(
    (params: On<Stripe.PaymentIntentCreateParams>, call: Call) =>
      send(call, 'payment_intent', params, (stripe, rest, options) =>
        stripe.paymentIntents.create(rest, options),
      ),
    notes('payment_intents/create', write),
  ),

  /** A payment by its id. */
  retrievePaymentIntent: read(
    (id: string, params: On<Stripe.PaymentIntentRetrieveParams> | undefined, call: Call) =>
      send(call, 'payment_intent', params, (stripe, rest, options) =>
        stripe.paymentIntents.retrieve(identified(id), rest, options),
      ),
    notes('payment_intents/retrieve', reads),
  ),

  /** Changes a payment that is not made yet. */
  updatePaymentIntent: keyed(
    (id: string, params: On<Stripe.PaymentIntentUpdateParams>, call: Call) =>
      send(call, 'payment_intent', params, (stripe, rest, options) =>
        stripe.paymentIntents.update(identified(id), rest, options),
      ),
    notes('payment_intents/update', write),
  ),

  /** Makes a payment, or tries once more. A decline is an error with the status 402. */
  confirmPaymentIntent: keyed(
    (id: string, params: On<Stripe.PaymentIntentConfirmParams> | undefined, call: Call) =>
      send(call, 'payment_intent', params, (stripe, rest, options) =>
        stripe.paymentIntents.confirm(identified(id), rest, options),
      ),
    notes('payment_intents/confirm', write),
  ),

  /** Takes what was authorized, or a part of it; unless `final_capture` is false, the rest is let go. */
  capturePaymentIntent: keyed(
    (id: string, params: On<Stripe.PaymentIntentCaptureParams> | undefined, call: Call) =>
      send(call, 'payment_intent', params, (stripe, rest, options) =>
        stripe.paymentIntents.capture(identified(id), rest, options),
      ),
    notes('payment_intents/capture', write),
  ),

  /** Ends a payment that has not succeeded; what was authorized is let go. */
  cancelPaymentIntent: keyed(
    (id: string, params: On<Stripe.PaymentIntentCancelParams> | undefined, call: Call) =>
      send(call, 'payment_intent', params, (stripe, rest, options) =>
        stripe.paymentIntents.cancel(identified(id), rest, options),
      ),
    notes('payment_intents/cancel', write),
  ),

  /** Payments, newest first. */
  listPaymentIntents: pages(
    read(
      (params: Listed<Stripe.PaymentIntentListParams> | undefined, call: Call) =>
        list(call, params, (stripe, rest, options) => stripe.paymentIntents.list(rest, options)),
      notes('payment_intents/list', reads),
    ),
  ),

  /** Payments by a query, as `metadata['order']:'1'`. What is new is found after a minute or so, in outages after an hour. */
  searchPaymentIntents: pages(
    read(
      (params: Listed<Stripe.PaymentIntentSearchParams>, call: Call) =>
        search(call, params, (stripe, rest, options) => stripe.paymentIntents.search(rest, options)),
      notes('payment_intents/search', reads),
    ),
  ),
});
