import { type Call, keyed, pages, read } from '@im/core';
import type { Stripe } from 'stripe';
import { type Connection, identified, type Listed, notes, type On } from './shared.ts';

const checkout = { write: 'Checkout Sessions: write', read: 'Checkout Sessions: read' };
const portal = { write: 'Customer portal: write', read: 'Customer portal: read' };

/** Pages of Stripe's own, to which the customer is sent: to pay, and to look after subscriptions. */
export const hostedPageOperations = ({ send, list }: Connection) => ({
  /** Opens a page to pay or subscribe on; send the customer to its `url`. It ends after 24 hours. */
  createCheckoutSession: keyed(
    (params: On<Stripe.Checkout.SessionCreateParams>, call: Call) =>
      send(call, 'checkout.session', params, (stripe, rest, options) =>
        stripe.checkout.sessions.create(rest, options),
      ),
    notes('checkout/sessions/create', checkout.write),
  ),

  retrieveCheckoutSession: read(
    (id: string, params: On<Stripe.Checkout.SessionRetrieveParams> | undefined, call: Call) =>
      send(call, 'checkout.session', params, (stripe, rest, options) =>
        stripe.checkout.sessions.retrieve(identified(id), rest, options),
      ),
    notes('checkout/sessions/retrieve', checkout.read),
  ),

  /** Closes the page, so that nobody can pay on it any more. */
  expireCheckoutSession: keyed(
    (id: string, params: On<Stripe.Checkout.SessionExpireParams> | undefined, call: Call) =>
      send(call, 'checkout.session', params, (stripe, rest, options) =>
        stripe.checkout.sessions.expire(identified(id), rest, options),
      ),
    notes('checkout/sessions/expire', checkout.write),
  ),

  /** Pages to pay on, newest first. */
  listCheckoutSessions: pages(
    read(
      (params: Listed<Stripe.Checkout.SessionListParams> | undefined, call: Call) =>
        list(call, params, (stripe, rest, options) => stripe.checkout.sessions.list(rest, options)),
      notes('checkout/sessions/list', checkout.read),
    ),
  ),

  /** What customers may do in the portal. */
  createPortalConfiguration: keyed(
    (params: On<Stripe.BillingPortal.ConfigurationCreateParams>, call: Call) =>
      send(call, 'billing_portal.configuration', params, (stripe, rest, options) =>
        stripe.billingPortal.configurations.create(rest, options),
      ),
    notes('customer_portal/configurations/create', portal.write),
  ),

  updatePortalConfiguration: keyed(
    (id: string, params: On<Stripe.BillingPortal.ConfigurationUpdateParams>, call: Call) =>
      send(call, 'billing_portal.configuration', params, (stripe, rest, options) =>
        stripe.billingPortal.configurations.update(identified(id), rest, options),
      ),
    notes('customer_portal/configurations/update', portal.write),
  ),

  retrievePortalConfiguration: read(
    (id: string, params: On<Stripe.BillingPortal.ConfigurationRetrieveParams> | undefined, call: Call) =>
      send(call, 'billing_portal.configuration', params, (stripe, rest, options) =>
        stripe.billingPortal.configurations.retrieve(identified(id), rest, options),
      ),
    notes('customer_portal/configurations/retrieve', portal.read),
  ),

  /** Configurations of the portal, newest first. */
  listPortalConfigurations: pages(
    read(
      (params: Listed<Stripe.BillingPortal.ConfigurationListParams> | undefined, call: Call) =>
        list(call, params, (stripe, rest, options) =>
          stripe.billingPortal.configurations.list(rest, options),
        ),
      notes('customer_portal/configurations/list', portal.read),
    ),
  ),

  /** Opens the portal for a customer; send the customer to its `url` at once: it is good for some minutes. */
  createPortalSession: keyed(
    (params: On<Stripe.BillingPortal.SessionCreateParams>, call: Call) =>
      send(call, 'billing_portal.session', params, (stripe, rest, options) =>
        stripe.billingPortal.sessions.create(rest, options),
      ),
    notes('customer_portal/sessions/create', portal.write),
  ),
});
