/** What a shop is: a tenant with a processor, a currency and goods of its own. */
import type { Currency, Inbox, PaymentGateway } from '@im/payments';
import type { Orders, Product } from './orders.ts';
import type { BookLine } from './report.ts';

/** One shop. */
export interface Shop {
  readonly id: string;
  readonly title: string;
  readonly language: string;
  readonly currency: Currency;
  readonly products: readonly Product[];
  readonly orders: Orders;
  /** Name of the processor, for people. */
  readonly processor: string;
  readonly gateway: PaymentGateway<'partialRefund' | 'webhooks'>;
  readonly inbox: Inbox;
  /** What the processor wants to hear when a webhook was taken. */
  readonly accepted: string;
  readonly card: CardField;
  /** Says a decline in words, by its message key. */
  says(messageKey: string | undefined): string;
  /** The processor's own books. */
  books(): readonly BookLine[];
  /** Milliseconds since 1970. */
  now(): number;
}

/** The processor's own field for a card, in a frame of its own. */
export interface CardField {
  /** Where its frame comes from. */
  readonly origin: string;
  /** Address of the processor's script, where it has one. */
  readonly script?: string | undefined;
  /** Script of ours: mounts it at `#card`, and sends the form with the token. */
  readonly mount: string;
}
