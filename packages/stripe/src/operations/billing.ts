import { type Call, idempotent, keyed, pages, read } from '@im/core';
import type { Stripe } from 'stripe';
import { type Connection, identified, isGoneAlready, type Listed, notes, type On } from './shared.ts';

const subscriptions = { write: 'Subscriptions: write', read: 'Subscriptions: read' };
const invoices = { write: 'Invoices: write', read: 'Invoices: read' };

/** What is paid for again and again. */
export const billingOperations = ({ send, list }: Connection) => ({
  createProduct: keyed(
    (params: On<Stripe.ProductCreateParams>, call: Call) =>
      send(call, 'product', params, (stripe, rest, options) => stripe.products.create(rest, options)),
    notes('products/create', 'Products: write'),
  ),

  /** Products, newest first. */
  listProducts: pages(
    read(
      (params: Listed<Stripe.ProductListParams> | undefined, call: Call) =>
        list(call, params, (stripe, rest, options) => stripe.products.list(rest, options)),
      notes('products/list', 'Products: read'),
    ),
  ),

  createPrice: keyed(
    (params: On<Stripe.PriceCreateParams>, call: Call) =>
      send(call, 'price', params, (stripe, rest, options) => stripe.prices.create(rest, options)),
    notes('prices/create', 'Prices: write'),
  ),

  /** Prices, newest first. */
  listPrices: pages(
    read(
      (params: Listed<Stripe.PriceListParams> | undefined, call: Call) =>
        list(call, params, (stripe, rest, options) => stripe.prices.list(rest, options)),
      notes('prices/list', 'Prices: read'),
    ),
  ),

  createSubscription: keyed(
    (params: On<Stripe.SubscriptionCreateParams>, call: Call) =>
      send(call, 'subscription', params, (stripe, rest, options) =>
        stripe.subscriptions.create(rest, options),
      ),
    notes('subscriptions/create', subscriptions.write),
  ),

  retrieveSubscription: read(
    (id: string, params: On<Stripe.SubscriptionRetrieveParams> | undefined, call: Call) =>
      send(call, 'subscription', params, (stripe, rest, options) =>
        stripe.subscriptions.retrieve(identified(id), rest, options),
      ),
    notes('subscriptions/retrieve', subscriptions.read),
  ),

  updateSubscription: keyed(
    (id: string, params: On<Stripe.SubscriptionUpdateParams>, call: Call) =>
      send(call, 'subscription', params, (stripe, rest, options) =>
        stripe.subscriptions.update(identified(id), rest, options),
      ),
    notes('subscriptions/update', subscriptions.write),
  ),

  /** Ends a subscription at once. At the end of what is paid: `updateSubscription` with `cancel_at_period_end`. */
  cancelSubscription: idempotent(
    async (
      id: string,
      params: On<Stripe.SubscriptionCancelParams> | undefined,
      call: Call,
    ): Promise<Stripe.Subscription> => {
      try {
        return await send(call, 'subscription', params, (stripe, rest, options) =>
          stripe.subscriptions.cancel(identified(id), rest, options),
        );
      } catch (error) {
        // A subscription that has ended is there only to be read.
        if (!isGoneAlready(error, call)) throw error;
        const { stripeAccount } = params ?? {};
        return send(
          call,
          'subscription',
          { ...(stripeAccount !== undefined && { stripeAccount }) },
          (stripe, _, options) => stripe.subscriptions.retrieve(identified(id), {}, options),
        );
      }
    },
    notes('subscriptions/cancel', subscriptions.write),
  ),

  /** Goes on with a subscription that is `paused`. */
  resumeSubscription: keyed(
    (id: string, params: On<Stripe.SubscriptionResumeParams> | undefined, call: Call) =>
      send(call, 'subscription', params, (stripe, rest, options) =>
        stripe.subscriptions.resume(identified(id), rest, options),
      ),
    notes('subscriptions/resume', subscriptions.write),
  ),

  /** Subscriptions that have not ended, newest first; others by `status`. */
  listSubscriptions: pages(
    read(
      (params: Listed<Stripe.SubscriptionListParams> | undefined, call: Call) =>
        list(call, params, (stripe, rest, options) => stripe.subscriptions.list(rest, options)),
      notes('subscriptions/list', subscriptions.read),
    ),
  ),

  retrieveInvoice: read(
    (id: string, params: On<Stripe.InvoiceRetrieveParams> | undefined, call: Call) =>
      send(call, 'invoice', params, (stripe, rest, options) =>
        stripe.invoices.retrieve(identified(id), rest, options),
      ),
    notes('invoices/retrieve', invoices.read),
  ),

  /** Tries to collect an open invoice now. A decline is an error with the status 402. */
  payInvoice: keyed(
    (id: string, params: On<Stripe.InvoicePayParams> | undefined, call: Call) =>
      send(call, 'invoice', params, (stripe, rest, options) =>
        stripe.invoices.pay(identified(id), rest, options),
      ),
    notes('invoices/pay', invoices.write),
  ),

  /** Invoices, newest first. */
  listInvoices: pages(
    read(
      (params: Listed<Stripe.InvoiceListParams> | undefined, call: Call) =>
        list(call, params, (stripe, rest, options) => stripe.invoices.list(rest, options)),
      notes('invoices/list', invoices.read),
    ),
  ),
});
