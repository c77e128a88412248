/** What a running fake of Adyen offers to tests, examples and the sandbox. */
import type {
  ProviderFake,
  StartFakeOptions,
  WebhookDelivery,
  WebhookFaults,
  WebhookPayload,
  WebhookReceiver,
} from '@im/testing';
import type { adyen } from '../adyen.ts';
import type { WireAmount } from '../money.ts';
import type { AdyenOptions } from '../options.ts';
import type { FakeAccount, FakeItem, FakePayment } from './account.ts';
import type { TestCard } from './cards.ts';
import type { SignOptions } from './webhooks.ts';

/** One line of the fake's books: what was really moved, in Adyen's minor units. */
export interface LedgerLine {
  readonly pspReference: string;
  readonly reference: string;
  readonly status: FakePayment['status'];
  readonly currency: string;
  readonly amount: number;
  readonly captured: number;
  readonly refunded: number;
  readonly captures: number;
  readonly refunds: number;
}

/** A running fake of Adyen. */
export interface AdyenFake extends ProviderFake<typeof adyen> {
  /** Options for this fake, with a company account of its own for each tenant. */
  options(tenant?: string): AdyenOptions;
  /** A tenant's account, made when first asked for; change its fields to change how the fake behaves. */
  account(tenant?: string): FakeAccount;
  /** What was really authorized, captured and given back, in order. */
  ledger(tenant?: string): readonly LedgerLine[];
  /** Everything that webhooks have to tell so far, also what has become due by now. */
  events(tenant?: string): readonly FakeItem[];
  /** A webhook of these items, signed. */
  sign(
    items: readonly FakeItem[],
    tenant?: string,
    options?: SignOptions,
  ): WebhookPayload & { readonly body: Uint8Array<ArrayBuffer> };
  /** Resolves when every webhook that went to `account().webhookUrl` was answered. */
  pushed(): Promise<void>;
  /** Delivers all events, one a webhook or all in one, with faults: late, twice, in another order, some not at all. */
  deliver(
    receiver: WebhookReceiver,
    options?: SignOptions & {
      readonly tenant?: string;
      readonly faults?: WebhookFaults;
      readonly batched?: boolean;
    },
  ): Promise<readonly WebhookDelivery[]>;
  /** The shopper approves or declines what the payment of this reference or `pspReference` asks for. @returns what they bring back */
  shopper(payment: string, choice: 'approve' | 'decline', tenant?: string): Readonly<Record<string, string>>;
  /** A payment that waits (a voucher, a transfer, an approval on a phone) is paid, or not. */
  settlePending(payment: string, isPaid: boolean, tenant?: string): void;
  /** The shopper never came: the offer ends. */
  closeOffer(reference: string, amount: WireAmount, tenant?: string): void;
  /** A capture or refund that had been done fails after all: `CAPTURE_FAILED`, `REFUND_FAILED`, `REFUNDED_REVERSED`. */
  failLater(
    movement: string,
    eventCode: 'CAPTURE_FAILED' | 'REFUND_FAILED' | 'REFUNDED_REVERSED',
    tenant?: string,
  ): void;
  /** A shopper stores a card. @returns its token */
  store(shopper: string, card?: TestCard, tenant?: string): string;
  /** The cardholder complains. @returns the dispute's `pspReference` */
  dispute(payment: string, value?: number, tenant?: string): string;
  /** A dispute goes on by another event. */
  disputeEvent(dispute: string, eventCode: string, tenant?: string): void;
  /** Settles what payments brought, in a report. @returns its file name */
  settle(payments: readonly string[], tenant?: string): string;
}

/** How a fake of Adyen is started. */
export interface StartAdyenFakeOptions extends StartFakeOptions {
  /** `false` keeps its traffic out of recordings. Default true. */
  readonly record?: boolean | undefined;
}
