/** One sample call of each operation, in an order in which each finds what it needs. */
import { systemClock } from '@im/core';
import type { Harness, Samples } from '@im/testing';
import type { stripe } from '../stripe.ts';
import { signatureHeader, signWebhook } from '../webhook.ts';
import { Account } from './account.ts';
import { furnishedIds } from './furnish.ts';
import { sampleTenant, startFake } from './start-fake.ts';

/** Ids of things in the built-in account of `tenant`. */
export function sampleIds(tenant: string = sampleTenant) {
  return furnishedIds(new Account(tenant, 1, systemClock).id);
}

/** A webhook of now that the options of `tenant` accept. */
function sampleWebhook(tenant: string, nowMs = sampleNow) {
  const { webhookSecrets } = new Account(tenant, 1, systemClock);
  const body = Buffer.from(
    JSON.stringify({
      id: 'evt_1',
      object: 'event',
      type: 'charge.succeeded',
      created: 1_893_456_000,
      data: { object: {} },
    }),
  );
  return { body, headers: { [signatureHeader]: signWebhook(body, webhookSecrets, nowMs) } };
}

/** 2030-01-01, where virtual clocks begin. */
const sampleNow = Date.UTC(2030, 0, 1);

function samplesFor(tenant: string): Samples<typeof stripe> {
  const ids = sampleIds(tenant);
  return {
    createPaymentIntent: [
      {
        amount: 2_000,
        currency: 'eur',
        payment_method: 'pm_card_visa',
        confirm: true,
        automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
        metadata: { order: '1' },
      },
    ],
    retrievePaymentIntent: [ids.captured, { expand: ['latest_charge'] }],
    updatePaymentIntent: [ids.openToCancel, { description: 'Order 1' }],
    confirmPaymentIntent: [ids.open],
    capturePaymentIntent: [ids.authorized, { amount_to_capture: 3_000 }],
    cancelPaymentIntent: [ids.openToCancel, { cancellation_reason: 'requested_by_customer' }],
    listPaymentIntents: [{ created: { gte: 1 } }],
    searchPaymentIntents: [{ query: "status:'succeeded'" }],
    createSetupIntent: [{ payment_method: 'pm_card_visa', usage: 'off_session' }],
    retrieveSetupIntent: [ids.setup],
    updateSetupIntent: [ids.openSetup, { description: 'For later' }],
    confirmSetupIntent: [ids.openSetup],
    cancelSetupIntent: [ids.setupToCancel],
    listSetupIntents: [],
    retrieveMandate: [ids.mandate],
    createCustomer: [{ email: 'dora@example.com', metadata: { account: '1' } }],
    retrieveCustomer: [ids.customer],
    updateCustomer: [ids.customerToDelete, { name: 'Robert' }],
    listCustomers: [],
    searchCustomers: [{ query: "email~'example.com'" }],
    retrievePaymentMethod: [ids.method],
    attachPaymentMethod: ['pm_card_visa', { customer: ids.customer }],
    updatePaymentMethod: [ids.method, { billing_details: { name: 'Ada' } }],
    listPaymentMethods: [ids.customer],
    detachPaymentMethod: [ids.methodToDetach],
    createRefund: [{ payment_intent: ids.captured, amount: 100, reason: 'requested_by_customer' }],
    retrieveRefund: [ids.refund],
    cancelRefund: [ids.refundToCancel],
    listRefunds: [],
    retrieveDispute: [ids.dispute],
    updateDispute: [ids.dispute, { evidence: { uncategorized_text: 'It was delivered.' }, submit: false }],
    closeDispute: [ids.disputeToClose],
    listDisputes: [],
    retrieveCharge: [ids.charge],
    listCharges: [],
    retrieveBalance: [],
    listBalanceTransactions: [],
    createPayout: [{ amount: 100, currency: 'usd' }],
    retrievePayout: [ids.payout],
    listPayouts: [],
    createProduct: [{ name: 'New plan' }],
    listProducts: [],
    createPrice: [
      { product: ids.product, currency: 'usd', unit_amount: 900, recurring: { interval: 'month' } },
    ],
    listPrices: [],
    createSubscription: [{ customer: ids.customer, items: [{ price: ids.price }] }],
    retrieveSubscription: [ids.subscription],
    updateSubscription: [ids.subscription, { cancel_at_period_end: true }],
    cancelSubscription: [ids.subscriptionToCancel],
    resumeSubscription: [ids.pausedSubscription, { proration_behavior: 'none' }],
    listSubscriptions: [],
    retrieveInvoice: [ids.invoice],
    payInvoice: [ids.openInvoice],
    listInvoices: [],
    createCheckoutSession: [
      {
        mode: 'payment',
        line_items: [{ price: ids.price, quantity: 1 }],
        success_url: 'https://shop.test/thanks',
        cancel_url: 'https://shop.test/cart',
      },
    ],
    retrieveCheckoutSession: [ids.checkout],
    expireCheckoutSession: [ids.checkout],
    listCheckoutSessions: [],
    createPortalConfiguration: [
      {
        business_profile: { headline: 'Your subscriptions' },
        features: { invoice_history: { enabled: true } },
      },
    ],
    updatePortalConfiguration: [ids.portal, { default_return_url: 'https://shop.test/account' }],
    retrievePortalConfiguration: [ids.portal],
    listPortalConfigurations: [],
    createPortalSession: [{ customer: ids.customer, return_url: 'https://shop.test/account' }],
    retrieveEvent: [ids.event],
    listEvents: [{ type: 'payment_intent.succeeded' }],
    verifyWebhook: [sampleWebhook(tenant), sampleNow],
    createWebhookEndpoint: [{ url: 'https://shop.test/hook', enabled_events: ['payment_intent.succeeded'] }],
    listWebhookEndpoints: [],
    deleteWebhookEndpoint: [ids.endpoint],
    deleteCustomer: [ids.customerToDelete],
  };
}

/** For `describeIntegration` of `@im/testing`. */
export const harness: Harness<typeof stripe> = {
  startFake,
  samples: samplesFor(sampleTenant),
  samplesFor,
  forwards: { method: 'GET', path: 'v1/balance' },
  webhook: (tenant, nowMs) => ({
    method: 'POST',
    url: 'https://shop.test/webhooks/stripe',
    ...sampleWebhook(tenant, nowMs),
  }),
};
