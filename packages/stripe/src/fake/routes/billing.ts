import type { Stripe } from 'stripe';
import { createPrice, createProduct } from '../catalogue.ts';
import { createCheckout, expireCheckout } from '../checkout.ts';
import { word } from '../ids.ts';
import { payInvoice, subscriptionOf } from '../invoices.ts';
import { pageOf } from '../lists.ts';
import { createPortalConfiguration, createPortalSession, updatePortalConfiguration } from '../portal.ts';
import { missing } from '../refusals.ts';
import { cancelSubscription, resumeSubscription, updateSubscription } from '../subscription-changes.ts';
import { createSubscription } from '../subscription-create.ts';
import { wasPaid } from '../subscription-periods.ts';
import { listing, one, type Routes } from './route.ts';

const subscriptions = { write: 'Subscriptions: write', read: 'Subscriptions: read' };
const invoices = { write: 'Invoices: write', read: 'Invoices: read' };
const checkout = { write: 'Checkout Sessions: write', read: 'Checkout Sessions: read' };
const portal = { write: 'Customer portal: write', read: 'Customer portal: read' };
const endpoints = { write: 'Webhook Endpoints: write', read: 'Webhook Endpoints: read' };

/** What is paid for again and again, pages to pay on, and what is told of it all. */
export const billingRoutes: Routes = {
  'POST /v1/products': ['Products: write', ({ account, input }) => createProduct(account, input)],
  'GET /v1/products': listing('product', 'Products: read', 'active'),
  'POST /v1/prices': ['Prices: write', ({ account, input }) => createPrice(account, input)],
  'GET /v1/prices': listing('price', 'Prices: read', 'active currency product type'),

  'POST /v1/subscriptions': [subscriptions.write, ({ account, input }) => createSubscription(account, input)],
  'GET /v1/subscriptions': [
    subscriptions.read,
    ({ account, input, path }) => {
      const status = input.text('status');
      const fits = (one: { readonly status: string; readonly ended_at: number | null }) =>
        status === undefined ? one.ended_at === null : status === 'all' || one.status === status;
      return pageOf(account.all('subscription').filter(fits), input, path, 'customer', 'status');
    },
  ],
  'GET /v1/subscriptions/:id': one('subscription', subscriptions.read),
  'POST /v1/subscriptions/:id': [
    subscriptions.write,
    ({ account, input, id }) => updateSubscription(account, account.get('subscription', id), input),
  ],
  'POST /v1/subscriptions/:id/resume': [
    subscriptions.write,
    ({ account, input, id }) => resumeSubscription(account, account.get('subscription', id), input),
  ],
  'DELETE /v1/subscriptions/:id': [
    subscriptions.write,
    ({ account, input, id }) => cancelSubscription(account, account.get('subscription', id), input),
  ],
  'GET /v1/invoices': [
    invoices.read,
    ({ account, input, path }) => {
      const of = input.text('subscription');
      const fits = (one: Stripe.Invoice) => of === undefined || subscriptionOf(account, one)?.id === of;
      const all = account.all('invoice').filter(fits);
      return pageOf(all, input, path, 'customer status collection_method', 'subscription');
    },
  ],
  'GET /v1/invoices/:id': one('invoice', invoices.read),
  'POST /v1/invoices/:id/pay': [
    invoices.write,
    ({ account, input, id }) =>
      payInvoice(account, account.get('invoice', id), input, (invoice) => wasPaid(account, invoice)),
  ],

  'POST /v1/checkout/sessions': [
    checkout.write,
    ({ account, input, base }) => createCheckout(account, input, base),
  ],
  'GET /v1/checkout/sessions': listing('checkout.session', checkout.read, 'customer payment_intent status'),
  'GET /v1/checkout/sessions/:id': one('checkout.session', checkout.read),
  'POST /v1/checkout/sessions/:id/expire': [
    checkout.write,
    ({ account, id }) => expireCheckout(account, account.get('checkout.session', id)),
  ],
  'POST /v1/billing_portal/configurations': [
    portal.write,
    ({ account, input }) => createPortalConfiguration(account, input),
  ],
  'GET /v1/billing_portal/configurations': listing(
    'billing_portal.configuration',
    portal.read,
    'active is_default',
  ),
  'GET /v1/billing_portal/configurations/:id': one('billing_portal.configuration', portal.read),
  'POST /v1/billing_portal/configurations/:id': [
    portal.write,
    ({ account, input, id }) =>
      updatePortalConfiguration(account, account.get('billing_portal.configuration', id), input),
  ],
  'POST /v1/billing_portal/sessions': [
    portal.write,
    ({ account, input }) => createPortalSession(account, input),
  ],

  'GET /v1/events': listing('event', 'Events: read', 'type'),
  'GET /v1/events/:id': one('event', 'Events: read'),
  'POST /v1/webhook_endpoints': [
    endpoints.write,
    ({ account, input }) => {
      input.only('api_version description enabled_events metadata url');
      const id = account.idFor('webhook_endpoint');
      const endpoint = account.add<'webhook_endpoint'>({
        id,
        object: 'webhook_endpoint',
        api_version: input.text('api_version') ?? null,
        application: null,
        created: account.now,
        description: input.text('description') ?? null,
        enabled_events: input.texts('enabled_events'),
        livemode: false,
        metadata: input.metadata(),
        status: 'enabled',
        url: input.needed('url'),
      });
      // Shown once.
      return { ...endpoint, secret: `whsec_${word(32, id)}` };
    },
  ],
  'GET /v1/webhook_endpoints': listing('webhook_endpoint', endpoints.read),
  'DELETE /v1/webhook_endpoints/:id': [
    endpoints.write,
    ({ account, id }) => {
      if (account.find('webhook_endpoint', id) === undefined) throw missing('webhook_endpoint', id);
      account.remove(id);
      return { id, object: 'webhook_endpoint', deleted: true };
    },
  ],
};
