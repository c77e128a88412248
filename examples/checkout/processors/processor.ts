/** What the example wants of a processor: an integration for a tenant, its field for a card, its books, and what customers do there. */
import type { StateStore } from '@im/core';
import type { PaymentAlert, PaymentGateway } from '@im/payments';
import type { Page } from 'playwright-core';
import type { BookLine } from '../report.ts';
import type { CardField } from '../shops.ts';

/** A card, by what it does. */
export type TestCard = 'good' | 'declined' | 'three_d_secure';

/** What a gateway is made with. */
export interface GatewaySetup {
  readonly state: StateStore;
  readonly onAlert: (alert: PaymentAlert) => void;
}

/** A fake of a processor, with one merchant's account on it. */
export interface Processor extends AsyncDisposable {
  readonly title: string;
  readonly url: string;
  readonly card: CardField;
  /** What it wants to hear when a webhook was taken. */
  readonly accepted: string;
  gateway(setup: GatewaySetup): PaymentGateway<'partialRefund' | 'webhooks'>;
  /** What it really took and gave back. */
  books(): readonly BookLine[];
  /** The customer fills the processor's field in. @returns the token that the shop gets */
  tokenize(card: TestCard): Promise<string>;
  /** The customer is at the bank's page. @returns where the browser goes then */
  finish(page: string, outcome: 'approves' | 'declines'): Promise<string>;
  /** Types one of the processor's published test cards into its field on the page. @returns its number */
  typeCard(page: Page, card: TestCard): Promise<string>;
  /** Sends webhooks there from now on. */
  pushTo(url: string): void;
  /** Waits until what was pushed has arrived. */
  pushed(): Promise<void>;
  /** Sends every webhook of the day again, twice each and the last one first. @returns how many */
  repeat(url: string): Promise<number>;
  /** The next answers to charges are lost after the work was done, so often that no repetition of ours gets one. */
  loseAnswers(): void;
}
