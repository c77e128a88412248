/** Starts a fake of PayPal: its token endpoint, its APIs and the pages where customers agree, on one port. */
import { systemClock } from '@im/core';
import { type Money, money as moneyOf } from '@im/payments';
import {
  deliverWebhooks,
  type FakeRequest,
  type FakeResponse,
  startFakeServer,
  type WebhookReceiver,
} from '@im/testing';
import type { PaypalOptions } from '../options.ts';
import type { Account, Capture, Dispute, Source, StoredEvent } from './account.ts';
import { approvalRoutes, type Decision, pendingOf } from './approval.ts';
import { withDebugId, withDebugIds } from './debug-ids.ts';
import { createPusher, signEvent } from './deliveries.ts';
import { type Complaint, openDispute, resolveDispute } from './disputes.ts';
import { createIdempotency } from './idempotency.ts';
import { settleCapture } from './ledger.ts';
import { saveMethod, testCustomer } from './methods.ts';
import { mockedResponse } from './mock-response.ts';
import { ledgerOf, type PaypalFake, type StartPaypalFakeOptions } from './paypal-fake.ts';
import { refusal } from './requests.ts';
import { catalogRoutes } from './routes/catalog.ts';
import { disputeRoutes } from './routes/disputes.ts';
import { orderRoutes } from './routes/orders.ts';
import { paymentRoutes } from './routes/payments.ts';
import { payoutRoutes } from './routes/payouts.ts';
import { reportingRoutes } from './routes/reporting.ts';
import { subscriptionRoutes } from './routes/subscriptions.ts';
import { toFakeRoutes } from './routes/table.ts';
import { vaultRoutes } from './routes/vault.ts';
import { webhookRoutes } from './routes/webhooks.ts';
import { certificatePath, leafPem, rootPem } from './signing.ts';
import { furnish } from './starter.ts';
import { sampleTenant } from './starter-ids.ts';
import { createTokens } from './tokens.ts';
import { book, createAccount, createWorld } from './world.ts';

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
