/** Starts a fake of Adyen: its services, and the pages of the shopper, on one port. */
import { systemClock } from '@im/core';
import { deliverWebhooks, type FakeRequest, startFakeServer, type WebhookReceiver } from '@im/testing';
import type { WireAmount } from '../money.ts';
import type { AdyenOptions } from '../options.ts';
import {
  capturedOf,
  createAccount,
  type FakeAccount,
  type FakeItem,
  type FakePayment,
  refundedOf,
} from './account.ts';
import type { AdyenFake, LedgerLine, StartAdyenFakeOptions } from './adyen-fake.ts';
import { refusalBy, type TestCard } from './cards.ts';
import { openDispute, tellDispute } from './disputes.ts';
import { furnish } from './furnish.ts';
import { withKey } from './idempotency.ts';
import { choose, conclude } from './outcomes.ts';
import { settle } from './reports.ts';
import { apiRoutes, openRoutes, pageRoutes } from './routes.ts';
import { addToken } from './tokens.ts';
import { type SignOptions, signWebhook } from './webhooks.ts';
import { createWorld, passTime, refusal } from './world.ts';

/** Tenant of accounts that are asked for without one; the harness' samples are about it. */
export const sampleTenant = 'tenant_a';

const faultCodes: Readonly<Record<number, readonly [code: string, message: string, type: string]>> = {
  400: ['702', 'Unexpected input', 'validation'],
  401: ['000', 'HTTP Status Response - Unauthorized', 'security'],
  403: ['010', 'Not allowed', 'security'],
  422: ['702', 'Problem parsing request', 'validation'],
};

/** Starts the fake on a free port of 127.0.0.1. */
export async function startFake(options: StartAdyenFakeOptions = {}): Promise<AdyenFake> {
  const { clock = systemClock, seed = 1, record = true } = options;
  const accounts = new Map<string, FakeAccount>();
  const pushes = new Set<Promise<unknown>>();
  const world = createWorld(clock, seed, (account, item) => {
    if (account.webhookUrl === undefined) return;
    const { body, headers } = signWebhook(account, [item]);
    const push = fetch(account.webhookUrl, { method: 'POST', body, headers }).then(
      (response) => response.arrayBuffer(),
      // Nobody listens: the event stays in `events`, as at Adyen it would be sent again.
      () => undefined,
    );
    pushes.add(push);
    void push.finally(() => pushes.delete(push));
  });

  const accountOf = (tenant = sampleTenant): FakeAccount => {
    const known = accounts.get(tenant);
    if (known !== undefined) return known;
    const account = createAccount(tenant, seed);
    accounts.set(tenant, account);
    furnish(world, account);
    return account;
  };
  const byKey = ({ headers }: FakeRequest) =>
    [...accounts.values()].find(({ apiKey }) => apiKey === headers['x-api-key']);
  const ownerOf = ({ params }: FakeRequest): FakeAccount | undefined => accounts.get(params.tenant ?? '');
  const whose = (found: FakeAccount | undefined): FakeAccount => {
    if (found === undefined) throw refusal(401, '000', 'HTTP Status Response - Unauthorized', 'security');
    passTime(world, found);
    return found;
  };
  const isPublic = (path: string) => path.startsWith('/fake/');

  const server = await startFakeServer({
    name: 'adyen',
    clock,
    ...(record ? {} : { record: () => {} }),
    before: (request) =>
      isPublic(request.path) || byKey(request) !== undefined
        ? undefined
        : refusal(401, '000', 'HTTP Status Response - Unauthorized', 'security'),
    faultBody: (status) => {
      const [code, message, type] = faultCodes[status] ?? [
        '905',
        'Payment details are not supported',
        'configuration',
      ];
      // What stands before Adyen's services answers overload and outages with text.
      return status === 429 || status >= 500
        ? { status, headers: { 'content-type': 'text/plain' }, body: 'Service unavailable' }
        : refusal(status, code, message, type);
    },
    routes: {
      ...Object.fromEntries(
        Object.entries(apiRoutes(world)).map(([key, run]) => [
          key,
          (request: FakeRequest) => {
            const account = whose(byKey(request));
            return withKey(account, request, clock.now(), () => run(request, account));
          },
        ]),
      ),
      ...Object.fromEntries(
        Object.entries(pageRoutes(world)).map(([key, run]) => [
          key,
          (request: FakeRequest) => run(request, whose(ownerOf(request))),
        ]),
      ),
      ...openRoutes,
    },
  });
  world.base = server.url;

  const paymentOf = (name: string, tenant?: string): FakePayment => {
    const { payments } = accountOf(tenant);
    const found =
      payments.get(name) ?? [...payments.values()].findLast(({ reference }) => reference === name);
    if (found === undefined) throw new RangeError(`there is no payment ${name}`);
    return found;
  };
  const close = server[Symbol.asyncDispose].bind(server);

  return Object.assign(server, {
    options: (tenant = sampleTenant): AdyenOptions => {
      const { apiKey, merchantAccount, hmacKey, multiplePartialCaptures } = accountOf(tenant);
      return { apiKey, merchantAccount, hmacKeys: [hmacKey], multiplePartialCaptures, baseUrl: server.url };
    },
    account: accountOf,
    pushed: async () => {
      while (pushes.size > 0) await Promise.allSettled(pushes);
    },
    ledger: (tenant?: string): readonly LedgerLine[] =>
      [...accountOf(tenant).payments.values()].map((payment) => ({
        pspReference: payment.psp,
        reference: payment.reference,
        status: payment.status,
        currency: payment.amount.currency,
        amount: payment.amount.value,
        captured: capturedOf(payment),
        refunded: refundedOf(payment),
        captures: payment.captures.filter(({ status }) => status === 'done').length,
        refunds: payment.refunds.filter(({ status }) => status === 'done').length,
      })),
    events: (tenant?: string): readonly FakeItem[] => {
      const account = accountOf(tenant);
      passTime(world, account);
      return account.events;
    },
    sign: (items: readonly FakeItem[], tenant?: string, how?: SignOptions) =>
      signWebhook(accountOf(tenant), items, how),
    deliver: (receiver: WebhookReceiver, how: Parameters<AdyenFake['deliver']>[1] = {}) => {
      const account = accountOf(how.tenant);
      passTime(world, account);
      const webhooks: readonly FakeItem[][] =
        how.batched === true ? [[...account.events]] : account.events.map((item) => [item]);
      const sign = (items: unknown) => signWebhook(account, items as FakeItem[], how);
      return deliverWebhooks(webhooks, receiver, { sign, clock, faults: how.faults });
    },
    shopper: (payment: string, choice: 'approve' | 'decline', tenant?: string) => {
      const { steps, payments } = accountOf(tenant);
      const reference = payments.get(payment)?.reference ?? payment.replace(/^ref:/, '');
      const step = [...steps.values()].findLast((one) => one.reference === reference);
      if (step === undefined) throw new RangeError(`nothing asks the shopper of ${payment}`);
      return choose(step, choice === 'approve');
    },
    settlePending: (payment: string, isPaid: boolean, tenant?: string) =>
      void conclude(
        world,
        accountOf(tenant),
        paymentOf(payment, tenant),
        isPaid ? undefined : refusalBy('2'),
        {},
      ),
    closeOffer: (reference: string, amount: WireAmount, tenant?: string) =>
      world.tell(accountOf(tenant), {
        eventCode: 'OFFER_CLOSED',
        pspReference:
          [...accountOf(tenant).payments.values()].findLast((one) => one.reference === reference)?.psp ??
          world.psp(),
        merchantReference: reference,
        amount,
        paymentMethod: 'ideal',
      }),
    failLater: (movement: string, eventCode: string, tenant?: string) => {
      const account = accountOf(tenant);
      for (const payment of account.payments.values()) {
        const move = [...payment.captures, ...payment.refunds].find(({ psp }) => psp === movement);
        if (move === undefined) continue;
        move.status = 'failed';
        world.tell(account, {
          eventCode,
          pspReference: movement,
          originalReference: payment.psp,
          merchantReference: move.reference ?? payment.reference,
          amount: { value: move.value, currency: payment.amount.currency },
          paymentMethod: payment.method,
          reason: 'Rejected by the scheme',
        });
        return;
      }
      throw new RangeError(`nothing was moved by ${movement}`);
    },
    store: (shopper: string, card: TestCard = { number: '4111111111111111' }, tenant?: string) =>
      addToken(world, accountOf(tenant), shopper, card).id,
    dispute: (payment: string, value?: number, tenant?: string) => {
      const found = paymentOf(payment, tenant);
      const amount = { currency: found.amount.currency, value: value ?? capturedOf(found) };
      return openDispute(world, accountOf(tenant), found, amount).psp;
    },
    disputeEvent: (dispute: string, eventCode: string, tenant?: string) => {
      const found = accountOf(tenant).disputes.get(dispute);
      if (found === undefined) throw new RangeError(`there is no dispute ${dispute}`);
      tellDispute(world, accountOf(tenant), found, eventCode);
    },
    settle: (payments: readonly string[], tenant?: string) =>
      settle(
        world,
        accountOf(tenant),
        payments.map((one) => paymentOf(one, tenant)),
      ),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(pushes);
      await close();
    },
  });
}
