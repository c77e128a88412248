/** Starts a fake of Stripe: its API, and the pages of its own that customers see, on one port. */
import { type Clock, systemClock } from '@im/core';
import {
  type FakeRequest,
  type ProviderFake,
  type StartFakeOptions,
  startFakeServer,
  type WebhookFaults,
  type WebhookReceiver,
} from '@im/testing';
import type { Stripe } from 'stripe';
import type { StripeOptions } from '../options.ts';
import type { stripe } from '../stripe.ts';
import { Account } from './account.ts';
import { payOutAll } from './books.ts';
import type { Decline } from './cards.ts';
import { openDispute } from './disputes.ts';
import { furnish } from './furnish.ts';
import { toFakeRoutes } from './handle.ts';
import { settleDebit } from './intent-charge.ts';
import { type LedgerLine, ledgerOf } from './ledger.ts';
import { searchLagSeconds } from './lists.ts';
import { attach, methodFor, newCard } from './methods.ts';
import { actionPage, cardFrame, checkoutPage, chooseAction, finishAction, pay, script } from './pages.ts';
import { faultOf } from './refusals.ts';
import { billingRoutes } from './routes/billing.ts';
import { customerRoutes } from './routes/customers.ts';
import { paymentRoutes } from './routes/payments.ts';
import { deliver, eventsOf, Pusher, signed } from './webhooks.ts';

/** How a fake of Stripe is started. */
export interface StartStripeFakeOptions extends StartFakeOptions {
  /** Requests that an account may make in a second. Default: as many as it likes. */
  readonly requestsPerSecond?: number | undefined;
  /** Seconds until a search finds what is new. Default 60, as documented. */
  readonly searchLagSeconds?: number | undefined;
  /** Whether accounts begin with customers, payments and the like. Default true. */
  readonly furnished?: boolean | undefined;
  /** Most items of a page, of the 100 that may be asked for: to see more than one. Default: as many as were asked for. */
  readonly mostPerPage?: number | undefined;
  /** `false` keeps its traffic out of recordings: for tests that ask what no adapter would ask. Default true. */
  readonly record?: boolean | undefined;
}

/** A running fake of Stripe. Whatever names no tenant is about {@link sampleTenant}. */
export interface StripeFake extends ProviderFake<typeof stripe> {
  options(tenant?: string): StripeOptions;
  /** A tenant's account, made when first asked for; change its fields to change how the fake behaves. */
  account(tenant?: string): Account;
  /** Makes an account that is connected to the tenant's. @returns its id, for `stripeAccount` */
  connect(tenant?: string): string;
  /** The customer finishes what a payment or setup intent waits for. @returns the address of the return, if there is one */
  finish(intent: string, outcome: 'approves' | 'declines', tenant?: string): string | undefined;
  /** A bank debit that is `processing` ends now. */
  settle(intent: string, tenant?: string): void;
  /** Makes a card of which every charge is declined so. @returns the payment method's id */
  declining(decline: Decline, tenant?: string): string;
  /** A customer keeps what a test name stands for, `pm_card_visa` by default. @returns the payment method's id */
  save(customer: string, name?: string, tenant?: string): string;
  /** The customer's bank takes the money of a payment back, or a part of it. @returns the dispute's id */
  dispute(
    intent: string,
    dispute?: { readonly reason?: string; readonly amount?: number },
    tenant?: string,
  ): string;
  /**
   * Pays out all that is available in a currency; of some payments, all of theirs, as if it had settled.
   *
   * @returns the payout's id; `undefined`: there is nothing
   */
  payOut(currency: string, payments?: readonly string[], tenant?: string): string | undefined;
  /** What was really held, taken and given back, payment by payment, oldest first. */
  ledger(tenant?: string): readonly LedgerLine[];
  /** Everything that happened, oldest first. */
  events(tenant?: string): readonly Stripe.Event[];
  /** An event as a webhook. */
  sign(event: Stripe.Event, nowMs: number, tenant?: string): ReturnType<typeof signed>;
  /** Delivers events to an application: late, twice, in another order. */
  deliver(
    events: readonly Stripe.Event[],
    receiver: WebhookReceiver,
    faults?: WebhookFaults,
    tenant?: string,
  ): ReturnType<typeof deliver>;
  /** Pushes each event to an address from now on. Ends with the fake. */
  pushTo(url: string, tenant?: string): Pusher;
  /** Somebody uses an idempotency key (409), or an object by its id (429), until the returned function is called. */
  hold(keyOrId: string, tenant?: string): () => void;
  /** The next request fails with 500 inside, which is then its answer under its key. `works`: what was asked is done all the same. */
  crash(works: boolean, tenant?: string): void;
  /** Of pages in the browser. */
  readonly publishableKey: (tenant?: string) => string;
  /** Address of the script that stands in for Stripe.js. */
  readonly scriptUrl: string;
}

/** Tenant of accounts that are asked for without one; the harness' `samples` are about it. */
export const sampleTenant = 'tenant_a';

/** Starts the fake on a free port of 127.0.0.1. */
export async function startFake(options: StartStripeFakeOptions = {}): Promise<StripeFake> {
  const { clock = systemClock, seed = 1, furnished = true } = options;
  const tenants = new Map<string, Account>();
  const bySecret = new Map<string, Account>();
  const byPublishable = new Map<string, Account>();
  const byId = new Map<string, Account>();
  const connected = new Map<Account, Set<Account>>();
  const crashes = new Map<Account, { readonly works: boolean }[]>();
  const pushers: Pusher[] = [];

  const open = (tenant: string, isConnected = false): Account => {
    const account = new Account(tenant, seed, clock, isConnected);
    bySecret.set(account.secretKey, account);
    byPublishable.set(account.publishableKey, account);
    byId.set(account.id, account);
    if (furnished) furnish(account);
    return account;
  };
  const accountOf = (tenant = sampleTenant): Account => {
    let account = tenants.get(tenant);
    if (account === undefined) {
      account = open(tenant);
      tenants.set(tenant, account);
    }
    account.settle();
    return account;
  };
  const onPage = (request: FakeRequest): { readonly account: Account; readonly id: string } => {
    const account = byId.get(request.params.account ?? '');
    if (account === undefined) throw { status: 404, body: 'there is no such page' };
    account.settle();
    return { account, id: request.params.id ?? '' };
  };

  const server = await startFakeServer({
    name: 'stripe',
    clock,
    ...(options.record === false && { record: () => {} }),
    routes: {
      ...toFakeRoutes(
        { ...paymentRoutes, ...customerRoutes, ...billingRoutes },
        {
          base: () => server.url,
          keyOf: (key) => {
            const account = bySecret.get(key) ?? byPublishable.get(key);
            return account && { account, isSecret: bySecret.has(key) };
          },
          connectedTo: (account, id) => [...(connected.get(account) ?? [])].find((one) => one.id === id),
          crashOf: (account) => crashes.get(account)?.shift(),
          mayAsk: limiter(clock, options.requestsPerSecond),
          actionPage: ({ id }, account) => `${server.url}/3d_secure/${account.id}/${id}`,
          searchLagSeconds: options.searchLagSeconds ?? searchLagSeconds,
          mostPerPage: options.mostPerPage ?? Number.POSITIVE_INFINITY,
        },
      ),
      'GET /3d_secure/:account/:id': (request) => {
        const { account, id } = onPage(request);
        return actionPage(account, id);
      },
      'POST /3d_secure/:account/:id': (request) => {
        const { account, id } = onPage(request);
        return chooseAction(account, id, request.form().get('outcome') === 'approve');
      },
      'GET /c/pay/:account/:id': (request) => {
        const { account, id } = onPage(request);
        return checkoutPage(account, id);
      },
      'POST /c/pay/:account/:id': (request) => {
        const { account, id } = onPage(request);
        return pay(account, id, request);
      },
      'GET /elements/card': () => cardFrame(),
      'GET /v3': () => script(server.url),
    },
    faultBody: faultOf,
  });

  return Object.assign(server, {
    options: (tenant?: string): StripeOptions => {
      const account = accountOf(tenant);
      return {
        secretKey: account.secretKey,
        webhookSecrets: [...account.webhookSecrets],
        baseUrl: server.url,
      };
    },
    account: accountOf,
    connect(tenant?: string) {
      const account = accountOf(tenant);
      const others = connected.get(account) ?? new Set<Account>();
      const other = open(`${account.tenant}/connected/${others.size + 1}`, true);
      connected.set(account, others.add(other));
      return other.id;
    },
    finish: (intent: string, outcome: 'approves' | 'declines', tenant?: string) =>
      finishAction(accountOf(tenant), intent, outcome === 'approves'),
    settle(id: string, tenant?: string) {
      const account = accountOf(tenant);
      const intent = account.get('payment_intent', id);
      settleDebit(account, intent, account.get('payment_method', intent.payment_method as string));
    },
    declining: (decline: Decline, tenant?: string) =>
      newCard(accountOf(tenant), { number: '4000000000000002', decline }).id,
    save(customer: string, name = 'pm_card_visa', tenant?: string) {
      const account = accountOf(tenant);
      const method = methodFor(account, name);
      attach(account, method, customer);
      return method.id;
    },
    dispute(
      id: string,
      { reason = 'fraudulent', amount }: { readonly reason?: string; readonly amount?: number } = {},
      tenant?: string,
    ) {
      const account = accountOf(tenant);
      const intent = account.get('payment_intent', id);
      const charge = account.get('charge', intent.latest_charge as string);
      return openDispute(account, charge, { reason, amount }).id;
    },
    payOut: (currency: string, payments?: readonly string[], tenant?: string) =>
      payOutAll(accountOf(tenant), currency.toLowerCase(), payments)?.id,
    ledger: (tenant?: string) => ledgerOf(accountOf(tenant)),
    events: (tenant?: string) => eventsOf(accountOf(tenant)),
    sign: (event: Stripe.Event, nowMs: number, tenant?: string) => signed(accountOf(tenant), event, nowMs),
    deliver: (
      events: readonly Stripe.Event[],
      receiver: WebhookReceiver,
      faults?: WebhookFaults,
      tenant?: string,
    ) => deliver(accountOf(tenant), events, receiver, clock, faults),
    pushTo(url: string, tenant?: string) {
      const pusher = new Pusher(accountOf(tenant), url, clock);
      pushers.push(pusher);
      return pusher;
    },
    hold(name: string, tenant?: string) {
      const { held } = accountOf(tenant);
      held.add(name);
      return () => void held.delete(name);
    },
    crash(works: boolean, tenant?: string) {
      const account = accountOf(tenant);
      crashes.set(account, [...(crashes.get(account) ?? []), { works }]);
    },
    publishableKey: (tenant?: string) => accountOf(tenant).publishableKey,
    scriptUrl: `${server.url}/v3`,
    [Symbol.asyncDispose]: disposer(server, pushers),
  });
}

function disposer(server: AsyncDisposable, pushers: readonly Pusher[]): () => Promise<void> {
  const close = server[Symbol.asyncDispose].bind(server);
  return async () => {
    await Promise.all(pushers.map((pusher) => pusher.close()));
    await close();
  };
}

/** Whether an account has asked less than so often within the last second. */
function limiter(clock: Clock, perSecond: number | undefined): (account: Account) => boolean {
  const asked = new WeakMap<Account, number[]>();
  return (account) => {
    if (perSecond === undefined) return true;
    const recent = (asked.get(account) ?? []).filter((at) => at > clock.now() - 1_000);
    const may = recent.length < perSecond;
    asked.set(account, may ? [...recent, clock.now()] : recent);
    return may;
  };
}
