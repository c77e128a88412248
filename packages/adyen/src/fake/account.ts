/** What one company account of the fake holds. Amounts are in Adyen's minor units. */
import { createHash } from 'node:crypto';
import type { FakeResponse } from '@im/testing';
import type { WireAmount } from '../money.ts';
import type { Refusal } from './cards.ts';

/** Money that was moved, or was asked to be. */
export interface FakeMove {
  readonly psp: string;
  readonly reference: string | undefined;
  readonly value: number;
  status: 'done' | 'refused' | 'failed';
}

export interface FakePayment {
  readonly psp: string;
  readonly reference: string;
  readonly amount: WireAmount;
  /** `visa`, `ideal` */
  readonly method: string;
  readonly shopper: string | undefined;
  status: 'pending' | 'authorised' | 'refused' | 'cancelled' | 'expired';
  authorisedAt: number | undefined;
  refusal: Refusal | undefined;
  /** `undefined`: by hand. Else milliseconds after the authorization. */
  readonly captureDelayMs: number | undefined;
  authorisedValue: number;
  readonly captures: FakeMove[];
  readonly refunds: FakeMove[];
  /** So many of its moves were paid out. */
  settled: number;
  readonly order?: string | undefined;
}

/** A step that a shopper has to take. */
export interface PendingStep {
  readonly token: string;
  readonly kind: 'redirect' | 'three_d_secure';
  readonly reference: string;
  readonly amount: WireAmount;
  readonly returnUrl: string;
  readonly startedAt: number;
  /** What becomes of the payment when it is approved. */
  readonly authorise: (approved: boolean) => FakePayment;
  choice: 'approved' | 'declined' | undefined;
  payment: FakePayment | undefined;
}

export interface FakeSession {
  readonly id: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly amount: WireAmount;
  readonly reference: string;
  readonly returnUrl: string;
  readonly expiresAt: string;
  /** `sessionResult` that the shopper brings back. */
  readonly result: string;
  payments: FakePayment[];
  cancelled: boolean;
}

export interface FakeLink {
  readonly id: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly amount: WireAmount;
  readonly expiresAt: string;
  status: 'active' | 'completed' | 'expired';
}

export interface FakeToken {
  readonly id: string;
  readonly shopper: string;
  readonly type: string;
  readonly brand: string;
  readonly number: string;
  readonly expiryMonth: string;
  readonly expiryYear: string;
  readonly holderName: string;
  readonly firstPsp: string;
  readonly createdAt: number;
}

export interface FakeDispute {
  readonly psp: string;
  readonly payment: FakePayment;
  readonly amount: WireAmount;
  readonly endsAt: number;
  readonly documents: Set<string>;
  status: 'open' | 'supplied' | 'defended' | 'accepted' | 'won' | 'lost';
}

export interface FakeGiftCard {
  readonly type: string;
  value: number;
  currency: string;
  active: boolean;
}

/** One item of a standard webhook. */
export type FakeItem = Readonly<Record<string, unknown>> & {
  readonly eventCode: string;
  readonly pspReference: string;
  readonly merchantAccountCode: string;
  readonly success: 'true' | 'false';
};

/** A tenant's company account with one merchant account. The fields that are not `readonly` may be changed by a test. */
export interface FakeAccount {
  readonly tenant: string;
  readonly merchantAccount: string;
  readonly hmacKey: string;
  apiKey: string;
  /** Whether several partial captures are enabled. Default true. */
  multiplePartialCaptures: boolean;
  /** Raw response of the scheme that refusals show, such as `51 : Insufficient funds`. Default: none. */
  rawResponse: string | undefined;
  /** The next so many changes of a kind are taken and then told as failed. */
  readonly failNext: { capture: number; refund: number; cancel: number };
  /** Keys of which a request is being processed: answered with 704. */
  readonly keysInProgress: Set<string>;
  /** Where webhooks go by themselves; absent: a test delivers them. */
  webhookUrl: string | undefined;
  readonly payments: Map<string, FakePayment>;
  readonly steps: Map<string, PendingStep>;
  readonly sessions: Map<string, FakeSession>;
  readonly links: Map<string, FakeLink>;
  readonly tokens: Map<string, FakeToken>;
  readonly orders: Map<
    string,
    {
      readonly orderData: string;
      readonly amount: WireAmount;
      remaining: number;
      readonly reference: string;
      readonly expiresAt: string;
      isOpen: boolean;
    }
  >;
  readonly disputes: Map<string, FakeDispute>;
  readonly giftCards: Map<string, FakeGiftCard>;
  /** Changes of gift cards, to be taken back: how much was added to which. */
  readonly giftCardMoves: Map<string, { readonly card: FakeGiftCard; readonly value: number }>;
  readonly payouts: Map<string, 'submitted' | 'confirmed' | 'declined'>;
  /** CSV by file name. */
  readonly reports: Map<string, string>;
  readonly remembered: Map<string, { readonly answer: FakeResponse; readonly at: number }>;
  /** Everything that webhooks have to tell, in order. */
  readonly events: FakeItem[];
}

/** HMAC key of a tenant's endpoint. */
export function hmacKeyOf(tenant: string, seed: number): string {
  return createHash('sha256').update(`hmac of ${tenant}, ${seed}`).digest('hex').toUpperCase();
}

export const merchantAccountOf = (tenant: string): string => `Merchant_${tenant}`;

export function createAccount(tenant: string, seed: number): FakeAccount {
  return {
    tenant,
    merchantAccount: merchantAccountOf(tenant),
    hmacKey: hmacKeyOf(tenant, seed),
    apiKey: `AQE-fake-api-key-of-${tenant}-${seed}`,
    multiplePartialCaptures: true,
    rawResponse: undefined,
    failNext: { capture: 0, refund: 0, cancel: 0 },
    keysInProgress: new Set(),
    webhookUrl: undefined,
    payments: new Map(),
    steps: new Map(),
    sessions: new Map(),
    links: new Map(),
    tokens: new Map(),
    orders: new Map(),
    disputes: new Map(),
    giftCards: new Map(),
    giftCardMoves: new Map(),
    payouts: new Map(),
    reports: new Map(),
    remembered: new Map(),
    events: [],
  };
}

const sumOf = (moves: readonly FakeMove[]) =>
  moves.filter(({ status }) => status === 'done').reduce((all, { value }) => all + value, 0);
export const capturedOf = ({ captures }: FakePayment): number => sumOf(captures);
export const refundedOf = ({ refunds }: FakePayment): number => sumOf(refunds);
