export { adyen } from './adyen.ts';
export type { AdyenClient } from './connect.ts';
export { adyenDriver } from './driver/driver.ts';
export { adyenErrors } from './errors.ts';
export type {
  AdyenAction,
  Donation,
  GiftCardBalance,
  Modification,
  Order,
  OrderState,
  PaymentLink,
  PaymentResult,
  ResultCode,
  Session,
  SessionResult,
} from './model.ts';
export { adyenCurrencies } from './money.ts';
export type { DefenseDocument } from './operations/disputes.ts';
export type { NewAmount, NewModification, NewRefund } from './operations/modifications.ts';
export type { NewDonation, NewOrder } from './operations/orders.ts';
export type {
  CaptureTiming,
  NewPayment,
  PaymentDetails,
  PaymentMethodDetails,
  PaymentMethodsFilter,
  Shopper,
} from './operations/payments.ts';
export type { GiftCard, NewPayout } from './operations/services.ts';
export type { NewPaymentLink, NewSession } from './operations/sessions.ts';
export type { Extra } from './operations/shared.ts';
export type { NewStoredPaymentMethod } from './operations/tokens.ts';
export type { AdyenRecords } from './operations/webhooks.ts';
export { type AdyenOptions, adyenOptions } from './options.ts';
export { adyenDeclines } from './refusals.ts';
export { type EventCode, eventCodes } from './webhooks/event-codes.ts';
export { signBody, signItem } from './webhooks/signature.ts';
export { type AdyenWebhook, accepted, type Notification, type VerifiedWebhook } from './webhooks/verify.ts';
