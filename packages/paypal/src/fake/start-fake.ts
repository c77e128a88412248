/** Starts a fake of PayPal: its token endpoint, its APIs and the pages where customers agree, on one port. */
import { systemClock } from '@im/core';
import { type Money, money as moneyOf } from '@im/payments';
import {
  deliverWebhooks,
  type FakeRequest,
  type FakeResponse,
  type FakeRoutes,
  type ProviderFake,
  type StartFakeOptions,
  startFakeServer,
  type WebhookDelivery,
  type WebhookFaults,
  type WebhookReceiver,
} from '@im/testing';
import type { PaypalOptions } from '../options.ts';
import type { paypal } from '../paypal.ts';
import type { Account, Capture, Dispute, Source, StoredEvent } from './account.ts';
import { approvalRoutes, type Decision, pendingOf } from './approval.ts';
import { type Attempt, createPusher, signEvent } from './deliveries.ts';
import { createIdempotency } from './idempotency.ts';
import { settleCapture } from './ledger.ts';
import { saveMethod, testCustomer } from './methods.ts';
import { mockedResponse } from './mock-response.ts';
import { refusal } from './requests.ts';
import { catalogRoutes } from './routes/catalog.ts';
import { type Complaint, disputeRoutes, openDispute, resolveDispute } from './routes/disputes.ts';
import { orderRoutes } from './routes/orders.ts';
import { paymentRoutes } from './routes/payments.ts';
import { payoutRoutes } from './routes/payouts.ts';
import { reportingRoutes } from './routes/reporting.ts';
import { subscriptionRoutes } from './routes/subscriptions.ts';
import { toFakeRoutes } from './routes/table.ts';
import { vaultRoutes } from './routes/vault.ts';
import { webhookRoutes } from './routes/webhooks.ts';
import { certificatePath, leafPem, rootPem, type SignedDelivery } from './signing.ts';
import { furnish, sampleTenant } from './starter.ts';
import { createTokens } from './tokens.ts';
import { book, createAccount, createWorld } from './world.ts';

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

/** The APIs stand below a path of their own, so that the vendor's description of them says nothing of what is beside. */
const apiPrefix = '/api';
const minuteMs = 60_000;

/** Starts the fake on a free port of 127.0.0.1. */
export async function startFake(options: StartPaypalFakeOptions = {}): Promise<PaypalFake> {
  const clock = options.clock ?? systemClock;
  const seed = options.seed ?? 1;
  const world = createWorld(clock, seed);
  const tokens = createTokens(clock, seed, world.accounts);
  const pusher = createPusher(clock);
  const asked = new Map<Account, number[]>();
  const owners = new WeakMap<FakeRequest, Account>();
  let certificate: string | undefined;
  world.onEvent = pusher.push;

  const accountOf = (tenant: string = sampleTenant): Account => {
    const known = world.accounts.get(tenant);
    if (known !== undefined) return known;
    const account = createAccount(tenant, seed);
    world.accounts.set(tenant, account);
    furnish(world, account, options.furnished ?? true);
    return account;
  };

  /** The token, the limit, a mocked error: routes see only requests that passed all. */
  const before = (request: FakeRequest): FakeResponse | undefined => {
    const answer = refusalOf(request);
    return answer && withDebugId(answer);
  };
  const refusalOf = (request: FakeRequest): FakeResponse | undefined => {
    if (!request.path.startsWith(`${apiPrefix}/`)) return undefined;
    const account = tokens.accountOf(request);
    if (account === undefined) return refusal(401);
    if (account === 'denied') return refusal(403, 'PERMISSION_DENIED');
    owners.set(request, account);
    const recent = (asked.get(account) ?? []).filter((at) => at > clock.now() - minuteMs);
    asked.set(account, [...recent, clock.now()]);
    if (recent.length >= account.settings.requestsPerMinute)
      return { ...refusal(429), headers: { 'retry-after': '60' } };
    return mockedResponse(request);
  };
  const ownerOf = (request: FakeRequest): Account => {
    const account = owners.get(request);
    if (account === undefined) throw new Error('the route ran before its token was read');
    return account;
  };
  const found = <Thing>(thing: Thing | undefined, what: string): Thing => {
    if (thing === undefined) throw new Error(`the fake of PayPal has no ${what}`);
    return thing;
  };

  const server = await startFakeServer({
    name: 'paypal',
    clock,
    ...(options.record === false ? { record: () => {} } : {}),
    before,
    faultBody: (status) => refusal(status),
    expireTokens: tokens.expire,
    routes: withDebugIds({
      ...toFakeRoutes(
        {
          ...orderRoutes(world),
          ...paymentRoutes(world),
          ...vaultRoutes(world),
          ...catalogRoutes(world),
          ...subscriptionRoutes(world),
          ...disputeRoutes(world),
          ...payoutRoutes(world),
          ...reportingRoutes(world),
          ...webhookRoutes(world),
        },
        ownerOf,
        createIdempotency(clock),
        apiPrefix,
      ),
      ...approvalRoutes(world),
      'POST /v1/oauth2/token': (request) => tokens.issue(request),
      'GET /v1/notifications/certs/:id': (request) =>
        request.path === certificatePath
          ? { headers: { 'content-type': 'application/x-pem-file' }, body: certificate ?? leafPem() }
          : { status: 404 },
    }),
  });
  world.site = server.url;
  world.base = `${server.url}${apiPrefix}`;
  const closeServer = server[Symbol.asyncDispose];

  const captureOf = (id: string, tenant?: string): Capture =>
    found(accountOf(tenant).books.captures.get(id), `capture ${id}`);
  const disputeOf = (id: string, tenant?: string): Dispute =>
    found(accountOf(tenant).books.disputes.get(id), `dispute ${id}`);

  return Object.assign(server, {
    options(tenant: string = sampleTenant): PaypalOptions {
      const { clientId, clientSecret, webhookId } = accountOf(tenant);
      return {
        clientId,
        clientSecret,
        webhookIds: [webhookId],
        webhookRoots: [rootPem()],
        baseUrl: `${server.url}${apiPrefix}/`,
        tokenUrl: `${server.url}/v1/oauth2/token`,
        certificatesUrl: `${server.url}/`,
      };
    },
    account: accountOf,
    decide(id: string, decision: Decision = 'approve') {
      const location = found(pendingOf(world, id), `order, token or subscription ${id} that waits`).decide(
        decision,
      );
      return location === undefined ? {} : Object.fromEntries(new URL(location).searchParams);
    },
    settleCapture: (id: string, isPaid: boolean, tenant?: string) =>
      settleCapture(world, accountOf(tenant), captureOf(id, tenant), isPaid),
    openDispute: (id: string, complaint: Complaint = {}, tenant?: string) =>
      openDispute(world, accountOf(tenant), captureOf(id, tenant), complaint).id,
    resolveDispute: (id: string, favour: 'buyer' | 'seller', tenant?: string) =>
      resolveDispute(
        world,
        accountOf(tenant),
        disputeOf(id, tenant),
        favour === 'buyer' ? 'RESOLVED_BUYER_FAVOUR' : 'RESOLVED_SELLER_FAVOUR',
      ),
    saveMethod(source: Partial<Source> = {}, customer: string = testCustomer, tenant?: string) {
      const id = world.nextId('payment token').toLowerCase();
      saveMethod(accountOf(tenant), id, customer, source);
      return id;
    },
    withdraw(amount: Money, tenant?: string) {
      const id = world.nextId('withdrawal');
      const account = accountOf(tenant);
      book(account, {
        id,
        code: 'T0400',
        amount: moneyOf(-amount.minor, amount.currency),
        fee: undefined,
        at: clock.now(),
        reference: undefined,
        invoiceId: undefined,
        customId: undefined,
      });
      return id;
    },
    consent(merchant: string, platform?: string) {
      const account = accountOf(merchant);
      accountOf(platform).merchants.set(account.merchantId, account);
      return account.merchantId;
    },
    ledger: (tenant?: string) => ledgerOf(accountOf(tenant)),
    events: (tenant?: string) => accountOf(tenant).books.events,
    sign: (event: StoredEvent, nowMs: number, tenant?: string, webhookId?: string) =>
      signEvent(accountOf(tenant), event, nowMs, webhookId),
    deliver(receiver: WebhookReceiver, how: Parameters<PaypalFake['deliver']>[1] = {}) {
      const account = accountOf(how.tenant);
      return deliverWebhooks(how.events ?? account.books.events, receiver, {
        sign: (event, now) => signEvent(account, event as StoredEvent, now),
        faults: how.faults,
        clock,
      });
    },
    pushTo: (url: string | undefined, tenant?: string) => pusher.target(accountOf(tenant), url),
    pushes: pusher.attempts,
    idle: pusher.idle,
    serveCertificate: (pem: string | undefined) => {
      certificate = pem;
    },
    expireTokens: tokens.expire,
    tokensIssued: () => tokens.count(),
    async [Symbol.asyncDispose]() {
      await pusher.close();
      await closeServer();
    },
  });
}

let debugIds = 0;

/** Every answer of PayPal's has an id to quote to its support. */
function withDebugId(answer: FakeResponse): FakeResponse {
  debugIds += 1;
  return {
    ...answer,
    headers: { 'paypal-debug-id': `f${debugIds.toString(16).padStart(12, '0')}`, ...answer.headers },
  };
}

/** Also the answers that routes throw. */
function withDebugIds(routes: FakeRoutes): FakeRoutes {
  return Object.fromEntries(
    Object.entries(routes).map(([key, route]) => [
      key,
      async (request: FakeRequest) => {
        try {
          return withDebugId(await route(request));
        } catch (thrown) {
          throw thrown instanceof Error ? thrown : withDebugId(thrown as FakeResponse);
        }
      },
    ]),
  );
}

function ledgerOf({ books }: Account): LedgerLine[] {
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
