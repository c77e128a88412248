/** One account of the fake: everything in it, by id, and what comes due in it as time passes. */
import type { Clock } from '@im/core';
import type { FakeResponse } from '@im/testing';
import type { Stripe } from 'stripe';
import { idOf, word } from './ids.ts';
import { missing } from './refusals.ts';

/** Kinds of objects, by Stripe's name. */
export interface Kinds {
  payment_intent: Stripe.PaymentIntent;
  charge: Stripe.Charge;
  refund: Stripe.Refund;
  dispute: Stripe.Dispute;
  customer: Stripe.Customer;
  payment_method: Stripe.PaymentMethod;
  setup_intent: Stripe.SetupIntent;
  mandate: Stripe.Mandate;
  balance_transaction: Stripe.BalanceTransaction;
  payout: Stripe.Payout;
  product: Stripe.Product;
  price: Stripe.Price;
  subscription: Stripe.Subscription;
  invoice: Stripe.Invoice;
  event: Stripe.Event;
  webhook_endpoint: Stripe.WebhookEndpoint;
  'checkout.session': Stripe.Checkout.Session;
  'billing_portal.configuration': Stripe.BillingPortal.Configuration;
}
/** Name of a kind. */
export type Kind = keyof Kinds;

const prefixes: Readonly<Record<Kind, string>> = {
  payment_intent: 'pi',
  charge: 'ch',
  refund: 're',
  dispute: 'du',
  customer: 'cus',
  payment_method: 'pm',
  setup_intent: 'seti',
  mandate: 'mandate',
  balance_transaction: 'txn',
  payout: 'po',
  product: 'prod',
  price: 'price',
  subscription: 'sub',
  invoice: 'in',
  event: 'evt',
  webhook_endpoint: 'we',
  'checkout.session': 'cs_test',
  'billing_portal.configuration': 'bpc',
};

/** What was answered under an idempotency key. */
export interface Remembered {
  readonly request: string;
  readonly requestId: string;
  readonly answer: FakeResponse;
  readonly at: number;
}

interface Timer {
  readonly due: number;
  readonly run: () => void;
}

/** See the head of this file. */
export class Account {
  readonly id: string;
  readonly tenant: string;
  readonly secretKey: string;
  /** For pages in the browser: it can make payment methods and nothing else. */
  readonly publishableKey: string;
  /** Secrets of the webhook endpoint: the first signs, and the others too while they are being rolled. */
  webhookSecrets: string[];
  /** Restricts the key to these permissions, by the names of {@link OperationNotes.scopes}. Absent: everything is allowed. */
  permissions: readonly string[] | undefined;
  readonly remembered = new Map<string, Remembered>();
  /** Idempotency keys, and ids of objects, that somebody is using at this moment. */
  readonly held = new Set<string>();
  /** Told of each event. */
  readonly listeners = new Set<(event: Stripe.Event) => void>();
  /** The request that is being worked on. */
  request: Stripe.Event.Request | null = null;
  readonly #clock: Clock;
  readonly #objects = new Map<string, Kinds[Kind]>();
  readonly #counts = new Map<string, number>();
  readonly #timers: Timer[] = [];
  readonly #isConnected: boolean;
  /** The time at which what is being done came due. */
  #at: number | undefined;

  constructor(tenant: string, seed: number, clock: Clock, isConnected = false) {
    this.#clock = clock;
    this.#isConnected = isConnected;
    this.tenant = tenant;
    this.id = `acct_1${word(15, seed, tenant)}`;
    this.secretKey = `sk_test_51${word(30, seed, tenant, 'secret')}`;
    this.publishableKey = `pk_test_51${word(30, seed, tenant, 'publishable')}`;
    this.webhookSecrets = [`whsec_${word(32, seed, tenant, 'webhook')}`];
  }

  /** Seconds since 1970. */
  get now(): number {
    return this.#at ?? Math.floor(this.#clock.now() / 1_000);
  }

  newId(prefix: string): string {
    const count = (this.#counts.get(prefix) ?? 0) + 1;
    this.#counts.set(prefix, count);
    return idOf(this.id, prefix, count);
  }

  idFor(kind: Kind): string {
    return this.newId(prefixes[kind]);
  }

  add<Name extends Kind>(object: Kinds[Name]): Kinds[Name] {
    this.#objects.set(object.id, object);
    return object;
  }

  remove(id: string): void {
    this.#objects.delete(id);
  }

  /** @throws an answer of 404 */
  get<Name extends Kind>(kind: Name, id: string, param?: string): Kinds[Name] {
    const object = this.find(kind, id);
    if (object === undefined) throw missing(kind, id, param);
    return object;
  }

  find<Name extends Kind>(kind: Name, id: string | null | undefined): Kinds[Name] | undefined {
    const object = typeof id === 'string' ? this.#objects.get(id) : undefined;
    return object?.object === kind ? (object as Kinds[Name]) : undefined;
  }

  /** Anything by its id, for what is expanded. */
  any(id: string): Kinds[Kind] | undefined {
    return this.#objects.get(id);
  }

  /** Newest first. */
  all<Name extends Kind>(kind: Name): Kinds[Name][] {
    return [...this.#objects.values()].filter((one) => one.object === kind).reverse() as Kinds[Name][];
  }

  /** Has something done once the time has come, in order, before the next request is looked at. */
  later(due: number, run: () => void): void {
    const index = this.#timers.findIndex((timer) => timer.due > due);
    this.#timers.splice(index < 0 ? this.#timers.length : index, 0, { due, run });
  }

  /** Does what has come due. */
  settle(): void {
    const { now } = this;
    try {
      for (let next = this.#timers[0]; next !== undefined && next.due <= now; next = this.#timers[0]) {
        this.#timers.shift();
        this.#at = next.due;
        next.run();
      }
    } finally {
      this.#at = undefined;
    }
  }

  /** Says what happened. The object is kept as it is now. */
  emit(type: Stripe.Event['type'], object: object, previous?: object): void {
    const event = {
      id: this.idFor('event'),
      object: 'event',
      ...(this.#isConnected && { account: this.id }),
      api_version: null,
      created: this.now,
      data: {
        object: structuredClone(object),
        ...(previous !== undefined && { previous_attributes: previous }),
      },
      livemode: false,
      pending_webhooks: 1,
      request: this.request,
      type,
    } as unknown as Stripe.Event;
    this.add<'event'>(event);
    for (const tell of this.listeners) tell(event);
  }
}
