/** What one business account of the fake holds. A test may change its settings. */
import type { Money } from '@im/payments';

/** How the fake's customers and its bank behave, and what the account is allowed. */
export interface AccountSettings {
  /** Milliseconds that moving money takes, by the fake's clock: a second request of the same key is refused meanwhile. Default 0. */
  processingMs: number;
  /** Whether a second payment or refund of one invoice id is refused, as is the default of business accounts. */
  rejectsDuplicateInvoices: boolean;
  /** Requests in any minute before it answers 429. Default: no limit. */
  requestsPerMinute: number;
  /** Milliseconds until a transaction shows in the reports. PayPal: up to three hours. */
  reportingDelayMs: number;
  /** Milliseconds for which the order API remembers a key. PayPal: 6 hours, up to 72 by agreement. */
  orderKeyMs: number;
}

/** Ids and credentials of an account. */
export interface Account {
  readonly tenant: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Payer id of the merchant. */
  readonly merchantId: string;
  readonly email: string;
  /** Id of the webhook that was there from the beginning. */
  readonly webhookId: string;
  readonly settings: AccountSettings;
  /** Merchants that let this account act for them, by payer id. */
  readonly merchants: Map<string, Account>;
  readonly books: Books;
}

/** Status of an order. */
export type OrderStatus = 'CREATED' | 'PAYER_ACTION_REQUIRED' | 'APPROVED' | 'COMPLETED' | 'VOIDED';

/** What pays, as the customer chose it or the merchant named it. */
export interface Source {
  readonly kind: 'paypal' | 'venmo' | 'card';
  readonly behaviour: Behaviour;
  readonly card?: SavedCard | undefined;
  readonly email?: string | undefined;
  readonly vaultId?: string | undefined;
  /** Kept when the payment succeeds. */
  readonly saveFor?: { readonly customer: string } | undefined;
}

/** A card, as far as anybody may see it. */
export interface SavedCard {
  readonly brand: string;
  readonly lastDigits: string;
  readonly expiry: string;
}

/** What happens when a method is charged. `code` is an issue for wallets, a processor's code for cards. */
export type Behaviour =
  | { readonly kind: 'pays' }
  | { readonly kind: 'declines'; readonly code: string }
  | { readonly kind: 'asks' }
  | { readonly kind: 'pends'; readonly reason: string };

export interface Order {
  readonly id: string;
  readonly intent: 'CAPTURE' | 'AUTHORIZE';
  status: OrderStatus;
  readonly amount: Money;
  /** Units as they were sent, with changes since; the first is the one that is paid. */
  readonly units: Record<string, unknown>[];
  source: Source | undefined;
  returnUrl: string | undefined;
  cancelUrl: string | undefined;
  readonly createdAt: number;
  updatedAt: number;
  /** When the customer was last sent to PayPal or came back; the time to approve and to capture counts from here. */
  touchedAt: number;
  readonly authorizations: Authorization[];
  readonly captures: Capture[];
  readonly trackers: Tracker[];
  /** Vault id of the method that was saved with it. */
  savedAs: string | undefined;
}

export interface Authorization {
  readonly id: string;
  readonly order: Order;
  readonly amount: Money;
  status: 'CREATED' | 'PARTIALLY_CAPTURED' | 'CAPTURED' | 'PENDING' | 'DENIED' | 'VOIDED';
  readonly createdAt: number;
  readonly expiresAt: number;
  /** The first one, where this is a reauthorization. */
  readonly parent: Authorization | undefined;
  readonly responseCode: string | undefined;
  updatedAt: number;
}

export interface Capture {
  readonly id: string;
  readonly order: Order;
  readonly authorization: Authorization | undefined;
  readonly amount: Money;
  status: 'COMPLETED' | 'PENDING' | 'DECLINED' | 'FAILED' | 'PARTIALLY_REFUNDED' | 'REFUNDED';
  readonly invoiceId: string | undefined;
  readonly isFinal: boolean;
  reason: string | undefined;
  readonly responseCode: string | undefined;
  readonly createdAt: number;
  updatedAt: number;
  readonly refunds: Refund[];
}

export interface Refund {
  readonly id: string;
  readonly capture: Capture;
  readonly amount: Money;
  status: 'COMPLETED' | 'PENDING' | 'FAILED' | 'CANCELLED';
  readonly invoiceId: string | undefined;
  readonly customId: string | undefined;
  readonly note: string | undefined;
  readonly createdAt: number;
}

export interface Tracker {
  readonly id: string;
  status: string;
  readonly capture: Capture;
}

export interface SavedMethod {
  readonly id: string;
  readonly customer: string;
  readonly source: Source;
}

export interface SetupToken {
  readonly id: string;
  readonly customer: string;
  readonly source: Source;
  readonly returnUrl: string | undefined;
  readonly cancelUrl: string | undefined;
  status: 'PAYER_ACTION_REQUIRED' | 'APPROVED' | 'VAULTED';
}

export interface Dispute {
  readonly id: string;
  readonly capture: Capture;
  readonly amount: Money;
  readonly reason: string;
  status: 'OPEN' | 'WAITING_FOR_SELLER_RESPONSE' | 'WAITING_FOR_BUYER_RESPONSE' | 'UNDER_REVIEW' | 'RESOLVED';
  stage: 'INQUIRY' | 'CHARGEBACK';
  outcome: string | undefined;
  readonly createdAt: number;
  updatedAt: number;
  readonly dueAt: number;
  readonly messages: { readonly by: string; readonly at: number; readonly text: string }[];
  readonly evidences: { readonly type: string; readonly notes: string | undefined; readonly files: number }[];
  offer: { readonly type: string; readonly amount: Money | undefined } | undefined;
}

/** A thing that is kept as it was sent, with what the vendor adds. */
export interface Stored {
  readonly id: string;
  status: string;
  fields: Record<string, unknown>;
  readonly createdAt: number;
  updatedAt: number;
}

export interface Subscription extends Stored {
  readonly plan: Stored;
  /** Cycles that were billed, by sequence. */
  readonly billed: Map<number, number>;
  nextBillingAt: number | undefined;
  outstanding: bigint;
  failures: number;
  readonly payments: SubscriptionPayment[];
  /** What happens at the next billing. */
  declines: boolean;
}

export interface SubscriptionPayment {
  readonly id: string;
  readonly amount: Money;
  readonly at: number;
  readonly status: 'COMPLETED' | 'DECLINED';
}

export interface PayoutItem {
  readonly id: string;
  readonly batch: string;
  readonly amount: Money;
  readonly receiver: string;
  readonly recipientType: string;
  readonly note: string | undefined;
  readonly senderItemId: string | undefined;
  status: 'SUCCESS' | 'UNCLAIMED' | 'RETURNED';
  readonly transactionId: string;
}

export interface PayoutBatch {
  readonly id: string;
  readonly senderBatchId: string;
  readonly header: Readonly<Record<string, unknown>>;
  readonly createdAt: number;
  readonly items: PayoutItem[];
}

export interface Transaction {
  readonly id: string;
  readonly code: string;
  readonly amount: Money;
  readonly fee: Money | undefined;
  readonly status: 'S' | 'P' | 'D' | 'V';
  readonly at: number;
  readonly reference: string | undefined;
  readonly invoiceId: string | undefined;
  readonly customId: string | undefined;
}

export interface Webhook {
  readonly id: string;
  url: string;
  eventTypes: string[];
}

/** An event, as it is shown and delivered. */
export interface StoredEvent {
  readonly id: string;
  readonly type: string;
  readonly at: number;
  /** Exactly what is delivered. */
  readonly body: string;
  readonly json: Readonly<Record<string, unknown>>;
  /** Payments that it is about: captures, authorizations and orders by id. */
  readonly about: readonly string[];
}

/** Everything that an account holds. */
export interface Books {
  readonly orders: Map<string, Order>;
  readonly authorizations: Map<string, Authorization>;
  readonly captures: Map<string, Capture>;
  readonly refunds: Map<string, Refund>;
  readonly methods: Map<string, SavedMethod>;
  readonly setupTokens: Map<string, SetupToken>;
  /** Billing agreements of old that can become payment tokens. */
  readonly agreements: Map<string, Source>;
  readonly products: Map<string, Stored>;
  readonly plans: Map<string, Stored>;
  readonly subscriptions: Map<string, Subscription>;
  readonly disputes: Map<string, Dispute>;
  readonly payouts: Map<string, PayoutBatch>;
  readonly transactions: Transaction[];
  readonly webhooks: Map<string, Webhook>;
  readonly events: StoredEvent[];
}
