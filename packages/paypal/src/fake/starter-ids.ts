/** Ids of what an account has in the beginning. */
import { transactionId, word } from './ids.ts';
import { testMethods } from './methods.ts';

/** Tenant of accounts that are asked for without one; the harness' `samples` are about it. */
export const sampleTenant = 'tenant_a';

/** An id that depends on the tenant alone. */
export const starterId = (tenant: string, what: string) => transactionId('starter', tenant, what);

/** Names of the disputes: one for each thing that can be done with one. */
export const starterDisputes = [
  'accept',
  'evidence',
  'appeal',
  'escalate',
  'offer',
  'message',
  'acknowledge',
  'info',
  'adjudicate',
  'require',
] as const;

/** Ids of an account's starter things. */
export const starterIds = (tenant: string) => ({
  /** An order that can be changed and confirmed. */
  openOrder: starterId(tenant, 'open order'),
  approvedOrder: starterId(tenant, 'approved order'),
  approvedToAuthorize: starterId(tenant, 'approved order to authorize'),
  capturedOrder: starterId(tenant, 'captured order'),
  capture: starterId(tenant, 'captured order capture'),
  captureToRefund: starterId(tenant, 'refunded order capture'),
  tracker: `${starterId(tenant, 'captured order capture')}8CAN48151`,
  refund: starterId(tenant, 'refund'),
  authorization: starterId(tenant, 'authorized order authorization'),
  oldAuthorization: starterId(tenant, 'old order authorization'),
  authorizationToVoid: starterId(tenant, 'order to void authorization'),
  setupToken: starterId(tenant, 'setup token'),
  paymentToken: testMethods.paypal,
  paymentTokenToDelete: starterId(tenant, 'token to delete').toLowerCase(),
  agreement: `B-${starterId(tenant, 'agreement')}`,
  customer: `customer-${word(8, 'customer', tenant)}`,
  product: `PROD-${starterId(tenant, 'product')}`,
  plan: `P-${starterId(tenant, 'plan')}`,
  inactivePlan: `P-${starterId(tenant, 'inactive plan')}`,
  subscription: `I-${starterId(tenant, 'subscription')}`,
  owingSubscription: `I-${starterId(tenant, 'owing subscription')}`,
  payout: starterId(tenant, 'payout').slice(0, 13),
  unclaimedItem: `${starterId(tenant, 'payout').slice(0, 9)}XXX2`,
  webhookToDelete: starterId(tenant, 'webhook to delete'),
  /** PayPal's own have dashes, which its description of the path forgets. */
  event: `WH${starterId(tenant, 'event')}`,
  dispute: Object.fromEntries(
    starterDisputes.map((name, index) => [name, `PP-D-${40_000 + index}${tenant.length}`]),
  ) as Readonly<Record<(typeof starterDisputes)[number], string>>,
});
