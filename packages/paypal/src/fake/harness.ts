/** One sample call of each operation, in an order in which each finds what it needs. */
import { money } from '@im/payments';
import type { Harness, Samples } from '@im/testing';
import type { paypal } from '../paypal.ts';
import { uuid } from './ids.ts';
import { type SignedDelivery, signDelivery } from './signing.ts';
import { startFake } from './start-fake.ts';
import { sampleTenant, starterIds } from './starter-ids.ts';
import { webhookIdOf } from './world.ts';

/** One euro, and ten. */
const [euro, tenEuros] = [money(100n, 'EUR'), money(1_000n, 'EUR')];
const page = { returnUrl: 'https://shop.example.com/return', cancelUrl: 'https://shop.example.com/cancel' };
/** Some days until this instant. */
const around = (ms: number) => ({
  from: new Date(ms - 20 * 86_400_000).toISOString().replace(/\.\d+Z$/, 'Z'),
  to: new Date(ms + 86_400_000).toISOString().replace(/\.\d+Z$/, 'Z'),
});
const testTime = Date.UTC(2030, 0, 1);

function deliver(tenant: string, nowMs: number, event: object): SignedDelivery {
  const transmissionId = uuid('sample', tenant);
  return signDelivery({ body: JSON.stringify(event), webhookId: webhookIdOf(tenant), transmissionId }, nowMs);
}

/** What PayPal sends for a capture of the built-in account. */
function sampleDelivery(tenant: string, nowMs: number): SignedDelivery {
  const { event, capture } = starterIds(tenant);
  return deliver(tenant, nowMs, {
    id: event,
    event_type: 'PAYMENT.CAPTURE.COMPLETED',
    resource: { id: capture },
  });
}

function samplesFor(tenant: string, nowMs: number): Samples<typeof paypal> {
  const ids = starterIds(tenant);
  const plan = {
    productId: ids.product,
    name: 'By the year',
    billingCycles: [
      {
        sequence: 1,
        tenureType: 'REGULAR',
        frequency: { intervalUnit: 'YEAR', intervalCount: 1 },
        totalCycles: 0,
        pricingScheme: { fixedPrice: tenEuros },
      },
    ],
    paymentPreferences: { autoBillOutstanding: true, paymentFailureThreshold: 2 },
  } as const;
  const delivery = sampleDelivery(tenant, nowMs);
  // The description of a postback allows these two fields of an event, since it says that all others are read only.
  const bareDelivery = deliver(tenant, nowMs, { event_version: '1.0', resource_version: '2.0' });
  const document = { name: 'receipt.pdf', content: Uint8Array.of(0x25, 0x50, 0x44, 0x46) };
  return {
    createOrder: [
      {
        intent: 'CAPTURE',
        purchaseUnits: [{ amount: tenEuros, customId: 'sample', description: 'A thing' }],
        paymentSource: { paypal: { experienceContext: { ...page, userAction: 'PAY_NOW' } } },
      },
    ],
    getOrder: [ids.openOrder],
    updateOrder: [
      ids.openOrder,
      [
        {
          op: 'replace',
          path: "/purchase_units/@reference_id=='default'/description",
          value: 'Another thing',
        },
      ],
    ],
    confirmOrder: [ids.openOrder, { paypal: { experienceContext: page } }],
    authorizeOrder: [ids.approvedToAuthorize],
    captureOrder: [ids.approvedOrder],
    addTracker: [
      ids.capturedOrder,
      { captureId: ids.capture, trackingNumber: '443844607820', carrier: 'FEDEX' },
    ],
    updateTracker: [ids.capturedOrder, ids.tracker, [{ op: 'replace', path: '/status', value: 'CANCELLED' }]],
    getAuthorization: [ids.authorization],
    captureAuthorization: [ids.authorization, { amount: tenEuros, finalCapture: false }],
    reauthorize: [ids.oldAuthorization, tenEuros],
    voidAuthorization: [ids.authorizationToVoid],
    getCapture: [ids.capture],
    refundCapture: [ids.captureToRefund, { amount: euro, noteToPayer: 'Sorry' }],
    getRefund: [ids.refund],
    createSetupToken: [
      {
        customer: { id: ids.customer },
        paymentSource: { paypal: { usageType: 'MERCHANT', experienceContext: page } },
      },
    ],
    getSetupToken: [ids.setupToken],
    createPaymentToken: [{ customer: { id: ids.customer }, from: { billingAgreement: ids.agreement } }],
    listPaymentTokens: [ids.customer],
    getPaymentToken: [ids.paymentToken],
    deletePaymentToken: [ids.paymentTokenToDelete],
    createProduct: [{ name: 'Deluxe', type: 'SERVICE', category: 'SOFTWARE' }],
    listProducts: [],
    getProduct: [ids.product],
    updateProduct: [ids.product, [{ op: 'replace', path: '/description', value: 'All you need' }]],
    createPlan: [plan],
    listPlans: [],
    getPlan: [ids.plan],
    updatePlan: [ids.plan, [{ path: '/description', value: 'Ten euros, every month' }]],
    updatePlanPrices: [ids.plan, [{ billingCycleSequence: 1, pricingScheme: { fixedPrice: tenEuros } }]],
    activatePlan: [ids.inactivePlan],
    deactivatePlan: [ids.inactivePlan],
    createSubscription: [{ planId: ids.plan, customId: 'sample', applicationContext: page }],
    getSubscription: [ids.subscription],
    updateSubscription: [ids.subscription, [{ op: 'replace', path: '/custom_id', value: 'sample-2' }]],
    reviseSubscription: [ids.subscription, { planId: ids.plan, applicationContext: page }],
    captureSubscription: [ids.owingSubscription, euro, 'What is left'],
    listSubscriptionPayments: [ids.subscription, { ...around(nowMs), from: '2020-01-01T00:00:00Z' }],
    suspendSubscription: [ids.subscription, 'On holiday'],
    activateSubscription: [ids.subscription, 'Back again'],
    cancelSubscription: [ids.subscription, 'Not needed'],
    listDisputes: [],
    getDispute: [ids.dispute.evidence],
    // The vendor's description knows the files of these, not the words beside them.
    acceptClaim: [ids.dispute.accept],
    provideEvidence: [ids.dispute.evidence, [], [document]],
    appealDispute: [ids.dispute.appeal, [], [document]],
    sendDisputeMessage: [ids.dispute.message, { documents: [document] }],
    acknowledgeReturn: [ids.dispute.acknowledge, { documents: [document] }],
    provideSupportingInfo: [ids.dispute.info, { documents: [document] }],
    escalateDispute: [ids.dispute.escalate, 'We cannot agree'],
    makeOffer: [ids.dispute.offer, { note: 'Half of it', offerType: 'REFUND', offerAmount: tenEuros }],
    adjudicateDispute: [ids.dispute.adjudicate, 'SELLER_FAVOR'],
    requireEvidence: [ids.dispute.require, 'SELLER_EVIDENCE'],
    createPayout: [
      { senderBatchId: `sample-${tenant}`, items: [{ receiver: 'somebody@example.com', amount: euro }] },
    ],
    getPayout: [ids.payout],
    listPayoutItems: [ids.payout],
    getPayoutItem: [ids.unclaimedItem],
    cancelPayoutItem: [ids.unclaimedItem],
    listTransactions: [around(nowMs)],
    listWithdrawals: [],
    getBalances: [],
    listWebhooks: [],
    createWebhook: [`https://${tenant.replaceAll('_', '-')}.example.com/new`, ['PAYMENT.CAPTURE.COMPLETED']],
    getWebhook: [ids.webhookToDelete],
    updateWebhook: [ids.webhookToDelete, { eventTypes: ['PAYMENT.CAPTURE.REFUNDED'] }],
    listWebhookEventTypes: [ids.webhookToDelete],
    deleteWebhook: [ids.webhookToDelete],
    listEventTypes: [],
    listEvents: [],
    getEvent: [ids.event],
    resendEvent: [ids.event],
    simulateEvent: ['https://shop.example.com/webhooks', 'PAYMENT.CAPTURE.COMPLETED'],
    postbackWebhook: [postbackOf(bareDelivery, webhookIdOf(tenant))],
    verifyWebhook: [delivery, nowMs],
    openMemory: [],
  };
}

/** What PayPal is asked about a delivery. */
function postbackOf({ body, headers }: SignedDelivery, webhookId: string) {
  const header = (name: string) => headers[`paypal-${name}`] ?? '';
  return {
    transmissionId: header('transmission-id'),
    transmissionTime: header('transmission-time'),
    certUrl: header('cert-url'),
    authAlgo: header('auth-algo'),
    transmissionSig: header('transmission-sig'),
    webhookId,
    event: new TextDecoder().decode(body),
  };
}

let samples: Samples<typeof paypal> | undefined;

/** For `describeIntegration` of `@im/testing`. Samples hold a signature, so they are made when they are first asked for. */
export const harness: Harness<typeof paypal> = {
  startFake,
  forwards: { method: 'GET', path: 'v1/notifications/webhooks-event-types' },
  webhook: (tenant, nowMs) => ({
    method: 'POST',
    url: 'https://shop.example.com/webhooks/paypal',
    ...sampleDelivery(tenant, nowMs),
  }),
  get samples() {
    samples ??= samplesFor(sampleTenant, testTime);
    return samples;
  },
  samplesFor: (tenant) => samplesFor(tenant, Date.now()),
};
