/** What the conformance suite needs and says. */
import type { Clock, StateStore } from '@im/core';
import type { PortCase } from '@im/testing';
import type { PaymentAbility } from '../abilities.ts';
import type { PaymentAlert } from '../context.ts';
import type { PaymentDriver, PaymentEvent, PaymentTraits, RawWebhook } from '../driver.ts';
import type { PaymentGateway } from '../gateway.types.ts';
import type { Money } from '../money.ts';

/** A processor for one case. */
export interface OpenProcessor {
  readonly driver: PaymentDriver;
  /** The clock that both sides go by. */
  readonly clock: Clock;
  /** Moves it. */
  advance(ms: number): Promise<void>;
  /** Test tokens, by what they do. */
  readonly tokens: {
    readonly succeeds: string;
    readonly declined: string;
    /** Absent: the cases do not apply. */
    readonly unmapped?: string | undefined;
    readonly threeDSecure?: string | undefined;
    /** Sets a mandate up. Default: `succeeds`. */
    readonly mandate?: string | undefined;
  };
  /** How many payments the processor made under this reference: its own books, not what `find` shows. */
  count(reference: string): Promise<number>;
  /** Cuts the connection of the next call of this operation, before the processor sees it or after it did it. */
  lose?: ((operation: 'create' | 'capture' | 'refund', part: 'request' | 'answer') => void) | undefined;
  /** What the definition says of the driver. Absent: the driver belongs to no definition. */
  readonly traits?: PaymentTraits | undefined;
  /** Most items that the processor gives in a page here: cases make more of them than that. Default 10. */
  readonly pageSize?: number | undefined;
  /**
   * Arranges that the next payment, made with what this gives, is declined with this code of the table. `undefined`: the vendor has the code for
   * other things than payments.
   */
  decline?:
    | ((code: string) => Promise<{ readonly method?: string; readonly amount?: Money } | undefined>)
    | undefined;
  /** A customer keeps a payment method, as in the vendor's own form. Gives its id. */
  saveMethod?: ((customer: string) => Promise<string>) | undefined;
  /** The customer complains about a part of a captured payment. Gives the dispute's id. */
  openDispute?: ((payment: string, amount: Money) => Promise<string>) | undefined;
  /** The processor pays out what these payments brought, less what was refunded. Gives the payout's id. */
  payOut?: ((payments: readonly string[]) => Promise<string>) | undefined;
  /** The customer finishes the step of a payment; gives the parameters of the return. */
  finish?: ((payment: string) => Promise<Readonly<Record<string, string>>>) | undefined;
  /** What the processor would send, in order. */
  events?: (() => Promise<readonly PaymentEvent[]>) | undefined;
  /** Signs one of them. */
  sign?: ((event: PaymentEvent, nowMs: number) => RawWebhook) | undefined;
  close?(): Promise<void>;
}

/** What a case wants of its processor. */
export interface OpenOptions {
  /** The driver has no secret for its webhooks. `sign` signs as the processor would all the same. */
  readonly withoutSecrets?: boolean | undefined;
}

/** How the suite gets at a processor. */
export interface PaymentHarness {
  /** Opens one that is empty, or shares nothing with those opened before. Called once a case. */
  open(options?: OpenOptions): Promise<OpenProcessor>;
}

/** Everything a case works with. */
export interface CaseContext extends OpenProcessor {
  /** As if it had every ability; a case names those it uses in `needs`. */
  readonly gateway: PaymentGateway<PaymentAbility>;
  /** What another process has: the same processor, the same state. */
  readonly other: PaymentGateway<PaymentAbility>;
  readonly state: StateStore;
  readonly alerts: readonly PaymentAlert[];
}

/** What a case may want, with the words for its absence. */
export const wants = {
  keys: 'the processor has no idempotency keys',
  lookup: 'the processor cannot be asked by our reference',
  noLookup: 'the processor can be asked by our reference',
  lose: 'the harness cannot lose answers',
  finish: 'the harness has no customer who finishes a step',
  unmapped: 'the harness has no token with a decline code that the table does not know',
  threeDSecure: 'the harness has no token that asks for a step of the customer',
  traits: 'the driver belongs to no definition',
  someCurrencies: 'the processor takes all currencies',
  steps: 'the processor takes every minor unit',
} as const;
/** One of them. */
export type Want = keyof typeof wants;
/** A part of the harness that an ability is proven with. */
export type Hook = 'events' | 'sign' | 'decline' | 'saveMethod' | 'openDispute' | 'payOut';

/** One case. `run` rejects when the processor fails it. */
export interface PaymentCase extends PortCase<CaseContext> {
  /** Abilities without which it does not apply. */
  readonly needs?: readonly PaymentAbility[];
  /** Parts of the harness, or facts of the processor, without which it does not apply. */
  readonly wants?: readonly Want[];
  /** Parts of the harness that the abilities in `needs`, or the decline table, are proven with: a driver that declares them fails without. */
  readonly hooks?: readonly Hook[];
  readonly opens?: OpenOptions;
}
