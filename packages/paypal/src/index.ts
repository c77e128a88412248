export { paypalDeclines } from './declines.ts';
export { paypalTraits } from './driver/facts.ts';
export { type PaypalAbility, paypalDriver } from './driver/paypal-driver.ts';
export { paypalErrors } from './errors.ts';
export { paypalCurrencies } from './money.ts';
export type { PaypalClient } from './operations/all.ts';
export type { NewProduct } from './operations/catalog.ts';
export type {
  AcceptedClaim,
  DisputeDocument,
  DisputeFilter,
  DisputeOffer,
  Evidence,
  WithDocuments,
} from './operations/dispute-input.ts';
export type { Memory } from './operations/memory.ts';
export type {
  AmountBreakdown,
  ExperienceContext,
  NewOrder,
  OrderItem,
  PaymentSource,
  PostalAddress,
  PurchaseUnit,
  SavedCardSource,
  SaveMethod,
  Tracker,
  WalletSource,
} from './operations/order-input.ts';
export type { CaptureInput, RefundInput } from './operations/payments.ts';
export type { NewPayoutBatch, NewPayoutItem } from './operations/payouts.ts';
export type { BillingCycle, NewPlan, NewPrice, PricingScheme } from './operations/plans.ts';
export type { TransactionFilter } from './operations/reporting.ts';
export type {
  NewSubscription,
  PlanOverride,
  SubscriptionPage,
  SubscriptionRevision,
} from './operations/subscriptions.ts';
export type { NewPaymentToken, NewSetupToken, WalletSetup } from './operations/vault.ts';
export type { EventFilter, Postback } from './operations/webhooks.ts';
export { type PaypalOptions, paypalOptions } from './options.ts';
export { paypal } from './paypal.ts';
export type { Patch, Replacement, VendorFields } from './to-wire.ts';
export type { VerifiedDelivery } from './webhook/verify.ts';
export type { Product } from './wire/catalog.ts';
export type { Link } from './wire/common.ts';
export type { DisputeDetails, DisputeSummary, NextActions } from './wire/disputes.ts';
export type { Order, OrderUnit } from './wire/orders.ts';
export type { Authorization, Capture, Refund } from './wire/payments.ts';
export type { PayoutBatch, PayoutItem } from './wire/payouts.ts';
export type { Balances, Transaction } from './wire/reporting.ts';
export type { Plan, Revision, Subscription, SubscriptionPayment } from './wire/subscriptions.ts';
export type { PaymentToken, SetupToken } from './wire/vault.ts';
export type { EventType, Webhook, WebhookEvent } from './wire/webhooks.ts';
