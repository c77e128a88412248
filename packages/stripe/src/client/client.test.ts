import { createIntegration, errorCode, provide, silentLogger } from '@im/core';
import { type Transport, transportKey } from '@im/http';
import { createRandom } from '@im/testing';
import { Stripe } from 'stripe';
import { describe, expect, it } from 'vitest';
import { failure, openStripe, payment } from '../__tests__/connect.ts';
import { stripe } from '../stripe.ts';
import { apiVersion } from './api-version.ts';

/** Numbers of test cards, as no operation may ever send one. */
const numbers = ['4242424242424242', '4242 4242 4242 4242', '3782-822463-10005'];

describe('what is sent', () => {
  it('names the version of the API that the SDK is made for, in one place', async () => {
    await using opened = await openStripe();
    await opened.client.listCustomers().toArray();
    expect(opened.fake.exchanges[0]?.requestHeaders['stripe-version']).toBe(apiVersion);
    expect(apiVersion).toBe(Stripe.API_VERSION);
  });

  it('tells Stripe nothing of earlier requests, and is sent once', async () => {
    await using opened = await openStripe();
    opened.fake.inject({ fault: { kind: 'status', status: 503 } });
    await failure(opened.client.createPaymentIntent(payment));
    expect(opened.fake.exchanges).toHaveLength(1);
    await opened.client.createPaymentIntent(payment);
    expect(opened.fake.exchanges[1]?.requestHeaders).not.toHaveProperty('x-stripe-client-telemetry');
  });

  it('carries the key of the call, the account of the registration, and that of the call before it', async () => {
    await using opened = await openStripe();
    const [one, two] = [opened.fake.connect(), opened.fake.connect()];
    const client = opened.also({ account: one });
    await client.createPaymentIntent(payment, { idempotencyKey: 'key-1' });
    await client.createPaymentIntent({ ...payment, stripeAccount: two });
    await client.retrieveBalance();
    await opened.client.retrieveBalance({ stripeAccount: two });
    expect(
      opened.fake.exchanges.map(({ requestHeaders }) => [
        requestHeaders['stripe-account'],
        requestHeaders['idempotency-key']?.replace(/^(?!key-1).*/, 'another'),
      ]),
    ).toEqual([
      [one, 'key-1'],
      [two, 'another'],
      [one, undefined],
      [two, undefined],
    ]);
    expect(JSON.stringify(opened.fake.exchanges.map(({ requestBody }) => String(requestBody)))).not.toContain(
      'stripeAccount',
    );
  });

  it.each(numbers)(
    'is never a card number, in which parameter or address it may stand: %s',
    async (number) => {
      await using opened = await openStripe();
      const { client } = opened;
      const calls: Promise<unknown>[] = [
        client.createPaymentIntent({ ...payment, description: `card ${number}` }),
        client.createCustomer({ metadata: { note: number } }),
        client.searchCustomers({ query: `metadata['card']:'${number}'` }).toArray(),
        client.retrievePaymentIntent(number.replaceAll(' ', '')),
      ];
      for (const call of calls) {
        const error = await failure(call);
        expect([error.code, error.effect, String(error).includes(number)]).toEqual([
          'invalid_argument',
          'none',
          false,
        ]);
      }
      const byHand = client.native().paymentMethods.create({
        type: 'card',
        card: { number, exp_month: 1, exp_year: 2_031, cvc: '123' },
      });
      await expect(byHand).rejects.toThrow();
      expect(opened.fake.exchanges).toEqual([]);
    },
  );

  it('may be an amount of many digits, or a name that was made up at random', async () => {
    await using opened = await openStripe();
    for (let last = 0; last < 10; last += 1) {
      const amount = 612_345_678_900 + last * 10;
      const made = await opened.client.createPaymentIntent({ ...payment, currency: 'idr', amount });
      expect(made.amount).toBe(amount);
    }
    const metadata = { order: '271504bd-a584-4815-8930-372fcfe48d65' };
    expect((await opened.client.createPaymentIntent({ ...payment, metadata })).metadata).toEqual(metadata);
  });

  it('goes by the transport that the application gives', async () => {
    await using opened = await openStripe();
    const seen: string[] = [];
    const transport: Transport = async ({ url, headers, guard }) => {
      seen.push(url.href, String(headers.authorization));
      for (const other of ['https://files.stripe.com', 'https://elsewhere.test'])
        try {
          guard.url(new URL(other));
        } catch {
          seen.push(`not ${other}`);
        }
      throw new TypeError('no network here');
    };
    const client = createIntegration(stripe, {
      clock: opened.clock,
      random: createRandom(),
      options: { secretKey: 'sk_test_1' },
      resilience: { retry: false },
      services: [provide(transportKey, transport)],
    });
    await client.retrieveBalance().catch(() => undefined);
    expect(seen).toEqual([
      'https://api.stripe.com/v1/balance',
      'Bearer sk_test_1',
      'not https://elsewhere.test',
    ]);
    await client[Symbol.asyncDispose]();
  });
});

describe('what is answered', () => {
  it('is refused where an unknown address answers without an error in it', async () => {
    await using opened = await openStripe();
    for (const [status, code] of [
      [404, 'not_found'],
      [502, 'unavailable'],
      [400, 'invalid_argument'],
    ] as const) {
      const body = '{"message":"there is nothing here"}';
      opened.fake.inject({
        fault: { kind: 'status', status, headers: { 'content-type': 'application/json' }, body },
      });
      const error = await failure(opened.client.retrieveBalance());
      expect([error.code, error.status]).toEqual([code, status]);
    }
  });

  it.each([
    ['another object', '{"id":"pi_1","object":"charge"}'],
    ['a list without items', '{"object":"list"}'],
    ['no object', '[]'],
    ['null', 'null'],
  ])('is refused where it is %s', async (_, body) => {
    await using opened = await openStripe();
    const fault = {
      kind: 'status',
      status: 200,
      headers: { 'content-type': 'application/json' },
      body,
    } as const;
    opened.fake.inject({ fault, times: 2 });
    expect((await failure(opened.client.retrievePaymentIntent('pi_1'))).code).toBe('internal');
    expect((await failure(opened.client.listPaymentIntents().toArray())).code).toBe('internal');
  });

  it('with a notice of Stripe’s makes no warning of the process, and is told to the log', async () => {
    const warnings: unknown[] = [];
    const note = (warning: unknown) => warnings.push(warning);
    process.on('warning', note);
    const told: unknown[] = [];
    const logger = { ...silentLogger, info: (...line: unknown[]) => void told.push(line) };
    await using opened = await openStripe({ logger });
    const balance = await opened.client.retrieveBalance();
    opened.fake.inject({
      fault: {
        kind: 'status',
        status: 200,
        headers: { 'content-type': 'application/json', 'stripe-notice': 'please upgrade' },
        body: JSON.stringify(balance),
      },
    });
    await opened.client.retrieveBalance();
    await new Promise(setImmediate);
    process.off('warning', note);
    expect(warnings).toEqual([]);
    expect(JSON.stringify(told)).toContain('please upgrade');
  });
});

describe('the SDK’s own client', () => {
  it('acts with the same key, account and connections, and fails as it always does', async () => {
    await using opened = await openStripe({ furnished: true });
    const sdk = opened.client.native();
    expect(sdk).toBeInstanceOf(Stripe);
    expect((await sdk.balance.retrieve()).object).toBe('balance');
    await expect(sdk.paymentIntents.retrieve('pi_nobody')).rejects.toBeInstanceOf(
      Stripe.errors.StripeInvalidRequestError,
    );
    const ids: string[] = [];
    for await (const { id } of sdk.paymentIntents.list({ limit: 2 })) ids.push(id);
    expect(ids.length).toBeGreaterThan(4);
  });
});

describe('an abort', () => {
  it('ends the call with its own reason, at whichever moment', async () => {
    await using opened = await openStripe();
    const reason = new Error('given up');
    const before = opened.client.createPaymentIntent(payment, { signal: AbortSignal.abort(reason) });
    await expect(before).rejects.toBe(reason);
    expect(opened.fake.ledger()).toEqual([]);
    opened.fake.inject({ fault: { kind: 'latency', delayMs: 3_600_000 } });
    const controller = new AbortController();
    const meanwhile = opened.client.createPaymentIntent(payment, { signal: controller.signal });
    await new Promise((resolve) => setTimeout(resolve, 20));
    controller.abort(reason);
    await expect(meanwhile).rejects.toBe(reason);
  });
});

describe('options', () => {
  it.each([
    ['a publishable key', { secretKey: 'pk_test_1' }, 'secretKey'],
    ['a webhook secret in the place of the key', { secretKey: 'whsec_1' }, 'secretKey'],
    ['an account that is none', { secretKey: 'sk_test_1', account: 'cus_1' }, 'account'],
    ['a base URL with a path', { secretKey: 'sk_test_1', baseUrl: 'https://api.stripe.com/v1/' }, 'baseUrl'],
    [
      'a tolerance of nothing',
      { secretKey: 'sk_test_1', webhookToleranceSeconds: 0 },
      'webhookToleranceSeconds',
    ],
  ])('are refused with %s', (_, options, name) => {
    expect(() => createIntegration(stripe, { options })).toThrow(name);
  });

  it('are refused with all their faults at once, and show no key', () => {
    let error: unknown;
    try {
      createIntegration(stripe, {
        options: { secretKey: 'pk_live_hidden', account: 'x', baseUrl: 'ftp://a' },
      });
    } catch (thrown) {
      error = thrown;
    }
    expect(errorCode(error)).toBe('invalid_argument');
    for (const name of ['secretKey', 'account', 'baseUrl']) expect(String(error)).toContain(name);
    expect(String(error)).not.toContain('hidden');
  });

  it.each(['sk_live_1', 'sk_test_1', 'rk_live_1', 'rk_test_1'])('take a key like %s', async (secretKey) => {
    const client = createIntegration(stripe, { options: { secretKey } });
    await client[Symbol.asyncDispose]();
  });
});

describe('the check', () => {
  it('takes a restricted key that may not read the balance for one that is well', async () => {
    await using opened = await openStripe();
    opened.fake.account().permissions = ['Customers: read'];
    expect((await failure(opened.client.retrieveBalance())).code).toBe('permission_denied');
    const { check } = stripe;
    const call = { signal: new AbortController().signal };
    await expect(check?.(opened.client, call)).resolves.toBeUndefined();
  });
});
