/**
 * What a provider writes: I/O and nothing else. Arguments are checked, states are looked at, records are written and answers are compared
 * with what was asked around a driver, never in it. `docs/payments.md` is the guide.
 */
import type { Page } from '@im/core';
import type { PaymentAbility } from './abilities.ts';
import type { Currency } from './currencies.ts';
import type { DeclineTable } from './declines.ts';
import type { Money } from './money.ts';
import type { DriverPayment } from './payment.ts';

/** What a driver gets with every call. */
export interface DriverCall {
  /** Aborts on the caller's abort. Reject soon with its reason. */
  readonly signal: AbortSignal;
}

/** What a driver gets with every call that moves money. */
export interface MovingCall extends DriverCall {
  /** Send it where the vendor has such keys: the same for the same operation over retries, restarts and processes. */
  readonly idempotencyKey: string;
}

/** When money is taken: with the authorization, or by `capture`. */
export type CaptureMode = 'automatic' | 'manual';

/** What to charge. */
export interface DriverCreate {
  /** Ours; the vendor keeps it, and `find` finds the payment by it. */
  readonly reference: string;
  readonly amount: Money;
  /** A token of the vendor's own form. Absent: the customer chooses on the vendor's page. */
  readonly method?: string | undefined;
  readonly capture: CaptureMode;
  /** Whether to go on at once, as far as that goes without the customer. */
  readonly confirm: boolean;
  /** Where the customer comes back to. */
  readonly returnUrl?: string | undefined;
  readonly customer?: string | undefined;
  /** `set_up` makes one for later charges; else the id of one to charge with, without the customer. */
  readonly mandate?: 'set_up' | { readonly id: string } | undefined;
  readonly description?: string | undefined;
}

/** How a payment goes on. */
export interface DriverConfirm {
  readonly reference: string;
  readonly method?: string | undefined;
  readonly returnUrl?: string | undefined;
  /** What the customer brought back from the redirect, where the vendor wants it: parameters of the return URL. */
  readonly returned?: Readonly<Record<string, string>> | undefined;
}

/** What to capture. */
export interface DriverCapture {
  readonly reference: string;
  readonly amount: Money;
  /** No further capture will follow: what is left of the authorization is let go. */
  readonly final: boolean;
}

/** What to give back. */
export interface DriverRefund {
  readonly reference: string;
  readonly amount: Money;
  readonly reason?: string | undefined;
}

/** By which name to find a payment. */
export type PaymentQuery =
  | { readonly id: string; readonly reference?: undefined }
  | { readonly reference: string; readonly id?: undefined };

/** The vendor's own facts and measures. */
export interface PaymentFacts {
  /** Kinds of payment methods, by the vendor's names. */
  readonly methods: readonly string[];
  readonly currencies: readonly Currency[] | 'all';
  /** Largest amount in minor units, by currency; `other` for the rest. Absent: the vendor names none. */
  readonly maxMinor?: (Partial<Readonly<Record<Currency, bigint>>> & { readonly other?: bigint }) | undefined;
  /** Minor units of which amounts are multiples, by currency: 10n for KWD where the vendor takes two of its three decimals. Default 1n. */
  readonly stepMinor?: Partial<Readonly<Record<Currency, bigint>>> | undefined;
  /** Bytes of a reference. */
  readonly maxReferenceBytes: number;
  /** Milliseconds for which the vendor remembers an idempotency key. Absent: it has none. */
  readonly keyTtlMs?: number | undefined;
  /** Whether captures and refunds carry our reference, so that `find` shows whether one happened. Payments always do. */
  readonly references: boolean;
  /**
   * By what the vendor can be asked for a payment. `reference`: by ours and by its id. `id`: by its id alone. `none`: by neither. Where it cannot be
   * asked, `find` gives what answers and webhooks told the driver (see `toldPayments`), and that it finds nothing proves nothing: while the vendor
   * remembers the key it is sent again, and later nobody knows.
   */
  readonly lookup: 'reference' | 'id' | 'none';
  /**
   * Milliseconds after which a call of the driver can take effect no more, counted from its beginning, and `find` shows all that it did. So it is
   * longer than the whole time that the call may take, repetitions by the policies included, and what the vendor needs after that.
   */
  readonly settleMs: number;
  readonly declines: DeclineTable;
}

/** What is true of a driver whatever its options: stated where the port is given, and read by tables. */
export interface PaymentTraits {
  readonly abilities: { readonly [Name in PaymentAbility]?: true };
  readonly facts: PaymentFacts;
}

/** A payment method that a customer keeps at the vendor. No digit of it but the last four. */
export interface SavedMethod {
  readonly id: string;
  readonly kind: string;
  readonly brand?: string | undefined;
  readonly last4?: string | undefined;
  /** `2031-04`. */
  readonly expires?: string | undefined;
}

/** Customers and what they saved. */
export interface DriverVault {
  /** The same reference gives the same customer. */
  createCustomer(
    customer: { readonly reference: string; readonly email?: string | undefined },
    call: MovingCall,
  ): Promise<{ readonly id: string; readonly reference: string }>;
  listMethods(customer: string, cursor: string | undefined, call: DriverCall): Promise<Page<SavedMethod>>;
  /** What is gone already is gone with success. */
  deleteMethod(id: string, call: DriverCall): Promise<void>;
}

/** A customer's complaint with the issuer. */
export interface Dispute {
  readonly id: string;
  /** The vendor's id of the payment. */
  readonly payment: string;
  readonly amount: Money;
  readonly status: 'needs_response' | 'under_review' | 'won' | 'lost';
  readonly reason?: string | undefined;
  /** Instant until which evidence is taken, milliseconds since 1970. */
  readonly dueAt?: number | undefined;
}

/** Money that the vendor sent to the merchant's bank. */
export interface Payout {
  readonly id: string;
  readonly amount: Money;
  readonly status: 'pending' | 'paid' | 'failed';
  /** Milliseconds since 1970. */
  readonly arrivesAt: number;
}

/** One line of what a payout consists of. Amounts are in the payout's currency, and `net` is `gross` less `fee`. */
export interface SettlementLine {
  /** The vendor's id of the line. */
  readonly id: string;
  readonly kind: 'payment' | 'refund' | 'dispute' | 'fee' | 'adjustment';
  /** The vendor's id of the payment. Absent: it is about none. */
  readonly payment?: string | undefined;
  /** Ours, of the payment, where the vendor says it. */
  readonly reference?: string | undefined;
  /** The vendor's id of the capture or refund, as the payment has it, where the vendor says it. */
  readonly movement?: string | undefined;
  /** What came in, or negative: what went out. */
  readonly gross: Money;
  /** What the vendor keeps; negative where it gives a fee back. */
  readonly fee: Money;
  readonly net: Money;
  /** What was moved in the payment's own currency, where that is another one. Signed as `gross` is. */
  readonly original?: Money | undefined;
}

/** From the one instant on, until just before the other, in milliseconds since 1970. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

/** A webhook as it came: the exact bytes. */
export interface RawWebhook {
  readonly body: Uint8Array;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** One event of a webhook, verified. It says where to look, and nothing in it is believed beyond that. */
export interface PaymentEvent {
  /** The vendor's id of the event, the same in each delivery of it. */
  readonly id: string;
  readonly type: string;
  /** The payment that it is about. Absent: about something else. */
  readonly payment?: PaymentQuery | undefined;
  /** What it says the amount is, where it says so. */
  readonly amount?: Money | undefined;
}

/** Signed events. */
export interface DriverWebhooks {
  /**
   * Verifies and reads. Signatures are compared in constant time; one good secret of several is enough, so that keys can be rotated.
   * `nowMs` is for the time window. Rejects with `unauthenticated` for a signature or a time that is not right, and with `failed_precondition`,
   * reason `no_secret`, where no secret is set. A driver whose vendor cannot be asked (`facts.lookup`) writes down what the events say before
   * this resolves.
   */
  verify(webhook: RawWebhook, nowMs: number): Promise<readonly PaymentEvent[]>;
}

/**
 * A payment processor, as a provider writes it. Failures are {@link IntegrationError}s with canonical codes whose `effect` tells the truth:
 * `none` only where the vendor surely did nothing. A declined payment is no failure: it is a payment with the status `failed`.
 */
export interface PaymentDriver<Abilities extends PaymentAbility = never, Native = unknown> {
  /** Who it is, in messages: `stripe`. */
  readonly name: string;
  readonly abilities: { readonly [Name in Abilities]: true };
  readonly facts: PaymentFacts;
  create(create: DriverCreate, call: MovingCall): Promise<DriverPayment>;
  confirm(id: string, confirm: DriverConfirm, call: MovingCall): Promise<DriverPayment>;
  /** Refuses with `failed_precondition` what the payment's status or amounts forbid, at the instant of the capture. */
  capture(id: string, capture: DriverCapture, call: MovingCall): Promise<DriverPayment>;
  /** Lets an authorization go. Refuses what was captured. */
  void(id: string, reference: string, call: MovingCall): Promise<DriverPayment>;
  /** Refuses more than is captured and not yet refunded, at the instant of the refund. */
  refund(id: string, refund: DriverRefund, call: MovingCall): Promise<DriverPayment>;
  /** The payment as it is now, or `undefined` where there is none. What it cannot ask the vendor it gives as it was told: see `facts.lookup`. */
  find(query: PaymentQuery, call: DriverCall): Promise<DriverPayment | undefined>;
  /** Present exactly where `vault` is declared. */
  readonly vault?: DriverVault | undefined;
  /** Present exactly where `disputes` is declared. */
  readonly disputes?: ((cursor: string | undefined, call: DriverCall) => Promise<Page<Dispute>>) | undefined;
  /** Present exactly where `payouts` is declared. */
  readonly payouts?: ((cursor: string | undefined, call: DriverCall) => Promise<Page<Payout>>) | undefined;
  /** What a payout consists of. Present exactly where `settlements` is declared. Rejects with `not_found` for a payout that there is not. */
  readonly settlements?:
    | ((payout: string, cursor: string | undefined, call: DriverCall) => Promise<Page<SettlementLine>>)
    | undefined;
  /** Payments that were created in this time. Present exactly where `listing` is declared. */
  readonly listing?:
    | ((range: TimeRange, cursor: string | undefined, call: DriverCall) => Promise<Page<DriverPayment>>)
    | undefined;
  /** Present exactly where `webhooks` is declared. */
  readonly webhooks?: DriverWebhooks | undefined;
  /** The vendor's own client. */
  readonly native?: (() => Native) | undefined;
}
