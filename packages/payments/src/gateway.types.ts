/** What users hold: the portable gateway. Its members and options follow the driver's abilities. */
import type { Clock, Pages, StateStore } from '@im/core';
import type { PaymentAbility, Where } from './abilities.ts';
import type { PaymentAlert } from './context.ts';
import type {
  Dispute,
  PaymentFacts,
  PaymentQuery,
  Payout,
  SavedMethod,
  SettlementLine,
  TimeRange,
} from './driver.ts';
import type { Inbox, InboxOptions } from './inbox.ts';
import type { Money } from './money.ts';
import type { Payment } from './payment.ts';
import type { Reconciled } from './reconcile.ts';
import type { RecordedPayment } from './recorded.ts';
import type { PaymentsReport } from './reports/payments-report.ts';
import type { SettlementReport } from './reports/settlement-report.ts';
import type { StatusFor } from './states.ts';

/** Settings of a gateway. */
export interface PaymentGatewayOptions<Needs extends PaymentAbility = never> {
  /** Where operations are written down. It must outlive the process, or a restart knows nothing of what was under way. */
  readonly state: StateStore;
  /** Your name for it, in messages and in keys of the state: the same in every process. Default: the driver's. */
  readonly name?: string | undefined;
  /** Abilities that must be there; checked at once, and known to the compiler. */
  readonly needs?: readonly Needs[] | undefined;
  /** Called when money may not be where it should be. The error is thrown all the same, and what this throws is its cause. */
  readonly onAlert: (alert: PaymentAlert) => void;
  /** Milliseconds after which a request that was sent can take effect no more. Default, and at least: the driver's. */
  readonly settleMs?: number | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
}

/** The last argument of every operation. */
export interface GatewayCall {
  /** Ends the call at once; its reason is thrown as it is. What was sent may have happened: the same reference finds out. */
  readonly signal?: AbortSignal | undefined;
}

/** Our own name for one piece of work, as an order number. The same name is never done twice. */
interface Named {
  /** 1 to `facts.maxReferenceBytes` printable ASCII characters. */
  readonly reference: string;
}

interface BasicCreate extends Named {
  /** Positive, and within the vendor's limits. */
  readonly amount: Money;
  /** A token of the vendor's own form. Never a card number: that is refused. Absent: the customer chooses on the vendor's page. */
  readonly method?: string | undefined;
  /** Whether to go on at once. Default true. */
  readonly confirm?: boolean | undefined;
  /** Where the customer comes back to: an https address, or http on this machine. */
  readonly returnUrl?: string | undefined;
  readonly customer?: string | undefined;
  readonly description?: string | undefined;
}
interface CaptureChoice {
  /** Default `automatic`. */
  readonly capture?: 'automatic' | 'manual' | undefined;
}
interface MandateChoice {
  /** `set_up` makes one for later charges; else the one to charge with, without the customer. */
  readonly mandate?: 'set_up' | { readonly id: string } | undefined;
}

/** What to charge. */
export type CreatePayment<Abilities> = BasicCreate &
  Where<Abilities, 'manualCapture', CaptureChoice> &
  Where<Abilities, 'mandates', MandateChoice>;

/** How a payment goes on. */
export interface ConfirmPayment extends Named {
  readonly method?: string | undefined;
  readonly returnUrl?: string | undefined;
  /** Parameters of the address to which the customer came back. */
  readonly returned?: Readonly<Record<string, string>> | undefined;
}

interface Part {
  /** Default: all that is left. */
  readonly amount?: Money | undefined;
}
interface More {
  /** Whether more captures will follow. Default false: what is left is let go. */
  readonly more?: boolean | undefined;
}

/** What to capture. */
export type CapturePayment<Abilities> = Named &
  Where<Abilities, 'partialCapture', Part> &
  Where<Abilities, 'multiCapture', More>;
/** What to give back. */
export type RefundPayment<Abilities> = Named & { readonly reason?: string | undefined } & Where<
    Abilities,
    'partialRefund',
    Part
  >;

/** A payment, in a status that allows the action; or its id, and then it is looked at. */
export type Target<Action extends 'confirm' | 'capture' | 'void' | 'refund'> =
  | string
  | Payment<StatusFor<Action>>;

interface ManualFeature<Abilities> {
  /** Like `create` with manual capture. */
  authorize(create: Omit<CreatePayment<Abilities>, 'capture'>, call?: GatewayCall): Promise<Payment>;
  /** @throws {@link IntegrationError} `failed_precondition` after the authorization expired, or beyond it */
  capture(
    target: Target<'capture'>,
    capture: CapturePayment<Abilities>,
    call?: GatewayCall,
  ): Promise<Payment>;
}
interface VaultFeature {
  createCustomer(
    customer: Named & { readonly email?: string | undefined },
    call?: GatewayCall,
  ): Promise<{ readonly id: string; readonly reference: string }>;
  listMethods(customer: string, options?: ListOptions): Pages<SavedMethod>;
  deleteMethod(id: string, call?: GatewayCall): Promise<void>;
}
interface SettlementFeature {
  /**
   * What a payout consists of.
   *
   * @throws {@link IntegrationError} `not_found`; `internal` after an alert where a line does not add up
   */
  settlements(payout: string, options?: ListOptions): Pages<SettlementLine>;
  /** Compares what a payout consists of with its payments and our records of them. Moves no money. */
  settlementReport(payout: Payout, call?: GatewayCall): Promise<SettlementReport>;
}
interface ListingFeature {
  /** Payments that were created in this time, each compared with what was asked and seen of it. */
  list(range: TimeRange, options?: ListOptions): Pages<Payment>;
}
interface WebhookFeature {
  /** The inbox of its webhooks. */
  inbox(options: InboxOptions): Inbox;
}

/** How to list. */
export interface ListOptions extends GatewayCall {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
}

interface BasicGateway {
  readonly name: string;
  readonly abilities: readonly PaymentAbility[];
  readonly facts: PaymentFacts;
  /**
   * Goes on after the customer's step. A payment that waits no more, since the vendor or a webhook was quicker than the customer's return, is given
   * as it is, also when it failed meanwhile.
   */
  confirm(target: Target<'confirm'>, confirm: ConfirmPayment, call?: GatewayCall): Promise<Payment>;
  /** Lets an authorization go. @throws {@link IntegrationError} `failed_precondition` once money was taken */
  void(target: Target<'void'>, named: Named, call?: GatewayCall): Promise<Payment>;
  /** By the vendor's id, or by our reference. @throws {@link IntegrationError} `not_found` */
  retrieve(query: PaymentQuery, call?: GatewayCall): Promise<Payment>;
  /** Asks the vendor about every operation whose outcome is not known. Moves no money: call it at start and now and then. */
  reconcile(call?: GatewayCall): Promise<readonly Reconciled[]>;
  /**
   * Gives up the creation of a payment that is known not to have been made, so that no process can make it any more: then another gateway may.
   *
   * @returns whether it is given up; `false`: it was made, is being made, or may have been made
   */
  abandon(reference: string, call?: GatewayCall): Promise<boolean>;
  /** Our own records of the payments that were begun in this time, in order. Nobody is asked; the state is read once for each day and payment. */
  recorded(range: TimeRange, options?: ListOptions): Pages<RecordedPayment>;
  /** Compares our records of a time with what the processor has: agreements, differences, sums. Moves no money. Holds all of the time in memory. */
  report(range: TimeRange, call?: GatewayCall): Promise<PaymentsReport>;
  /** Decline codes that the driver's table does not know, and how often each came. */
  unmappedDeclines(): Readonly<Record<string, number>>;
}

/** A gateway to one processor, without its optional parts. */
export type PaymentGateway<Abilities extends PaymentAbility = never, Native = unknown> = BasicGateway & {
  /** Charges, or authorizes. A declined payment is a result: its status is `failed`. */
  create(create: CreatePayment<Abilities>, call?: GatewayCall): Promise<Payment>;
  /** @throws {@link IntegrationError} `failed_precondition` beyond what is captured and not refunded */
  refund(target: Target<'refund'>, refund: RefundPayment<Abilities>, call?: GatewayCall): Promise<Payment>;
  /** The vendor's own client. @throws {@link IntegrationError} `unimplemented` where there is none */
  native(): Native;
} & Where<Abilities, 'manualCapture', ManualFeature<Abilities>> &
  Where<Abilities, 'vault', VaultFeature> &
  Where<Abilities, 'disputes', { disputes(options?: ListOptions): Pages<Dispute> }> &
  Where<Abilities, 'payouts', { payouts(options?: ListOptions): Pages<Payout> }> &
  Where<Abilities, 'settlements', SettlementFeature> &
  Where<Abilities, 'listing', ListingFeature> &
  Where<Abilities, 'webhooks', WebhookFeature>;
