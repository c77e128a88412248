/** The fake as tests and the sandbox have it, and its ledger. */
import type { Money } from '@im/payments';
import type {
  ProviderFake,
  StartFakeOptions,
  WebhookDelivery,
  WebhookFaults,
  WebhookReceiver,
} from '@im/testing';
import type { PaypalOptions } from '../options.ts';
import type { paypal } from '../paypal.ts';
import type { Account, Source, StoredEvent } from './account.ts';
import type { Decision } from './approval.ts';
import type { Attempt } from './deliveries.ts';
import type { Complaint } from './disputes.ts';
import type { SignedDelivery } from './signing.ts';

/** How a fake of PayPal is started. */
export interface StartPaypalFakeOptions extends StartFakeOptions {
  /** `false`: accounts begin empty but for the test methods. Default true: with something of everything. */
  readonly furnished?: boolean | undefined;
  /** `false` keeps its traffic out of recordings: for tests that ask what no adapter would ask. Default true. */
  readonly record?: boolean | undefined;
}

/** What really moved under one reference. */
export interface LedgerLine {
  /** `custom_id` of the order. */
  readonly reference: string | undefined;
  readonly order: string;
  readonly status: string;
  readonly captured: bigint;
  readonly refunded: bigint;
  /** How many authorizations, captures that count, and refunds. */
  readonly authorizations: number;
  readonly captures: number;
  readonly refunds: number;
}

/** A running fake of PayPal. */
export interface PaypalFake extends ProviderFake<typeof paypal> {
  options(tenant?: string): PaypalOptions;
  /** A tenant's account, made when it is first asked for; change its settings to change how the fake behaves. */
  account(tenant?: string): Account;
  /** The customer decides about an order, a setup token or a subscription. @returns parameters of the address to come back to */
  decide(id: string, decision?: Decision): Readonly<Record<string, string>>;
  /** The bank pays a pending capture, or does not. */
  settleCapture(id: string, isPaid: boolean, tenant?: string): void;
  /** A customer complains about a capture. @returns the dispute's id */
  openDispute(captureId: string, complaint?: Complaint, tenant?: string): string;
  /** PayPal decides. */
  resolveDispute(id: string, favour: 'buyer' | 'seller', tenant?: string): void;
  /** A customer keeps a method. Default: a card that pays. @returns its vault id */
  saveMethod(source?: Partial<Source>, customer?: string, tenant?: string): string;
  /** The merchant takes money to the bank. @returns the transaction's id */
  withdraw(amount: Money, tenant?: string): string;
  /** The merchant lets a platform act for it. @returns the merchant's payer id */
  consent(merchant: string, platform?: string): string;
  /** All that moved, order by order. */
  ledger(tenant?: string): readonly LedgerLine[];
  /** Events, in order. */
  events(tenant?: string): readonly StoredEvent[];
  /** An event, signed for the account's webhook, or another. */
  sign(event: StoredEvent, nowMs: number, tenant?: string, webhookId?: string): SignedDelivery;
  /** Delivers events one after another, faults included. */
  deliver(
    receiver: WebhookReceiver,
    how?: {
      readonly tenant?: string;
      readonly events?: readonly StoredEvent[];
      readonly faults?: WebhookFaults;
    },
  ): Promise<readonly WebhookDelivery[]>;
  /** From now on each event is posted to `url`, and again until it is taken, as PayPal does. `undefined` ends that. */
  pushTo(url: string | undefined, tenant?: string): void;
  /** What became of pushes; `idle` waits for those under way. */
  readonly pushes: readonly Attempt[];
  idle(): Promise<void>;
  /** Serves another certificate where webhooks say theirs is. */
  serveCertificate(pem: string | undefined): void;
  /** Every access token is refused as expired from now on. */
  expireTokens(): void;
  /** How many tokens were issued. */
  tokensIssued(): number;
}

/** All that moved in an account. */
export function ledgerOf({ books }: Account): LedgerLine[] {
  return [...books.orders.values()].map(({ id, units, status, authorizations, captures }) => {
    const counted = captures.filter((one) => one.status !== 'DECLINED' && one.status !== 'FAILED');
    const refunds = counted.flatMap((one) => one.refunds);
    const sum = (parts: readonly { readonly amount: Money }[]) =>
      parts.reduce((all, { amount }) => all + amount.minor, 0n);
    const customId = units[0]?.custom_id;
    return {
      reference: typeof customId === 'string' ? customId : undefined,
      order: id,
      status,
      captured: sum(counted),
      refunded: sum(refunds),
      authorizations: authorizations.filter((one) => one.status !== 'DENIED').length,
      captures: counted.length,
      refunds: refunds.length,
    };
  });
}
