import { ConfigurationError, createIntegration, memoryState } from '@im/core';
import { money } from '@im/payments';
import { describe, expect, it } from 'vitest';
import { failure, openPaypal } from './__tests__/payments.ts';
import { authAssertion } from './client.ts';
import { testMethods } from './fake/methods.ts';
import { baseUrlOf, paypalOptions } from './options.ts';
import { paypal } from './paypal.ts';

const tenEuros = money(1_000n, 'EUR');
const order = { intent: 'CAPTURE', purchaseUnits: [{ amount: tenEuros }] } as const;
const credentials = { clientId: 'id', clientSecret: 'client-secret-of-a-test' };

describe('the token', () => {
  it('is asked for once by many callers at once, and kept', async () => {
    await using opened = await openPaypal();
    const { client, fake } = opened;
    await Promise.all(Array.from({ length: 20 }, () => client.listEventTypes()));
    await client.listEventTypes();
    expect(fake.tokensIssued()).toBe(1);
  });

  it('is renewed once when it is refused', async () => {
    await using opened = await openPaypal();
    const { client, fake } = opened;
    await client.listEventTypes();
    fake.expireTokens();
    await Promise.all(Array.from({ length: 10 }, () => client.listEventTypes()));
    expect(fake.tokensIssued()).toBe(2);
  });

  it('is asked for with the credentials, as a form, and each request bears it', async () => {
    await using opened = await openPaypal();
    const { client, fake } = opened;
    await client.listEventTypes();
    const [asked, used] = fake.exchanges;
    const { clientId, clientSecret } = fake.account();
    expect(asked).toMatchObject({ method: 'POST', target: '/v1/oauth2/token' });
    expect(asked?.requestHeaders.authorization).toBe(
      `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`,
    );
    expect(new TextDecoder().decode(asked?.requestBody)).toBe('grant_type=client_credentials');
    expect(used?.requestHeaders.authorization).toMatch(/^Bearer A21AA/);
  });

  it('that cannot be had says so, and shows no secret', async () => {
    await using opened = await openPaypal({ options: { clientSecret: 'a-wrong-secret-of-a-test' } });
    const error = await failure(opened.client.listEventTypes());
    expect(error).toMatchObject({ code: 'unauthenticated', reason: 'invalid_client' });
    expect(String(error)).toContain('the issuer does not accept the client id or secret');
    expect(String(error)).not.toContain('a-wrong-secret-of-a-test');
  });
});

describe('headers', () => {
  it('act for a merchant who agreed, by an unsigned assertion, and name the partner', async () => {
    await using opened = await openPaypal();
    const { fake, clock } = opened;
    const merchantId = fake.consent('merchant');
    await using client = createIntegration(paypal, {
      clock,
      state: memoryState(clock),
      options: { ...fake.options(), merchantId, partnerId: 'Example_SP_PPCP' },
    });
    const { id } = await client.createOrder(order);
    expect(fake.account('merchant').books.orders.has(id)).toBe(true);
    expect(fake.account().books.orders.has(id)).toBe(false);
    const { requestHeaders = {} } = fake.exchanges.at(-1) ?? {};
    expect(requestHeaders['paypal-partner-attribution-id']).toBe('Example_SP_PPCP');
    const [header = '', payload = '', signature] = requestHeaders['paypal-auth-assertion']?.split('.') ?? [];
    const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString());
    expect([read(header), read(payload), signature]).toEqual([
      { alg: 'none' },
      { iss: fake.account().clientId, payer_id: merchantId },
      '',
    ]);
    expect(authAssertion('a', 'b')).toBe('eyJhbGciOiJub25lIn0.eyJpc3MiOiJhIiwicGF5ZXJfaWQiOiJiIn0.');
  });

  it('do not act for a merchant who did not agree', async () => {
    await using opened = await openPaypal({ options: { merchantId: 'ABCDEFGHJKLMN' } });
    expect(await failure(opened.client.createOrder(order))).toMatchObject({ code: 'permission_denied' });
  });

  it('ask for the whole resource, under the key of the call', async () => {
    await using opened = await openPaypal();
    await opened.client.createOrder(order, { idempotencyKey: 'key-1' });
    expect(opened.fake.exchanges.at(-1)?.requestHeaders).toMatchObject({
      prefer: 'return=representation',
      'paypal-request-id': 'key-1',
    });
  });

  it('give the debug id to errors', async () => {
    await using opened = await openPaypal();
    const error = await failure(opened.client.getOrder('5O190127TN364715T'));
    expect(error.requestId).toMatch(/^f[0-9a-f]{12}$/);
    expect(error.requestId).toBe(opened.fake.exchanges.at(-1)?.responseHeaders['paypal-debug-id']);
  });
});

describe('options', () => {
  it.each([
    ['live', 'https://api-m.paypal.com/'],
    ['sandbox', 'https://api-m.sandbox.paypal.com/'],
  ] as const)('%s is at %s', (environment, url) => {
    expect(baseUrlOf(paypalOptions.parse({ ...credentials, environment }))).toBe(url);
  });

  it('say all that is wrong at once, and show no secret', () => {
    const wrong = {
      clientId: '',
      clientSecret: 'client-secret-of-a-test',
      environment: 'production',
      webhookIds: ['a b'],
      webhookToleranceSeconds: 0,
      webhookRoots: ['not a certificate'],
      merchantId: 'somebody@example.com',
      extra: 1,
    };
    const make = () => createIntegration(paypal, { options: wrong as never });
    expect(make).toThrow(ConfigurationError);
    for (const place of Object.keys(wrong).filter((name) => name !== 'clientSecret'))
      expect(make).toThrow(place);
    expect(make).not.toThrow('client-secret-of-a-test');
  });
});

describe('what is sent', () => {
  it('is in PayPal’s spelling, with what this package has no name for', async () => {
    await using opened = await openPaypal();
    await opened.client.createOrder({
      intent: 'CAPTURE',
      purchaseUnits: [
        {
          amount: money(3_000n, 'EUR'),
          breakdown: { itemTotal: money(2_500n, 'EUR'), taxTotal: money(500n, 'EUR') },
          items: [
            { name: 'Thing', quantity: '1', unitAmount: money(2_500n, 'EUR'), tax: money(500n, 'EUR') },
          ],
          shipping: { address: { addressLine1: 'Street 1', adminArea2: 'Town', countryCode: 'DE' } },
          vendor: { supplementary_data: { risk: { customer: { ip_address: '192.0.2.1' } } } },
        },
      ],
    });
    expect(JSON.parse(new TextDecoder().decode(opened.fake.exchanges.at(-1)?.requestBody))).toEqual({
      intent: 'CAPTURE',
      purchase_units: [
        {
          amount: {
            currency_code: 'EUR',
            value: '30.00',
            breakdown: {
              item_total: { currency_code: 'EUR', value: '25.00' },
              tax_total: { currency_code: 'EUR', value: '5.00' },
            },
          },
          items: [
            {
              name: 'Thing',
              quantity: '1',
              unit_amount: { currency_code: 'EUR', value: '25.00' },
              tax: { currency_code: 'EUR', value: '5.00' },
            },
          ],
          shipping: { address: { address_line_1: 'Street 1', admin_area_2: 'Town', country_code: 'DE' } },
          supplementary_data: { risk: { customer: { ip_address: '192.0.2.1' } } },
        },
      ],
    });
  });

  it('is never a card, wherever somebody puts one', async () => {
    await using opened = await openPaypal();
    const card = { number: '4111111111111111', expiry: '2031-01', security_code: '123' };
    for (const call of [
      () => opened.client.createOrder({ ...order, paymentSource: { vendor: { card } } }),
      () => opened.client.confirmOrder('5O190127TN364715T', { vendor: { card } }),
      () => opened.client.createSetupToken({ paymentSource: { vendor: { card } } }),
    ]) {
      const error = await failure(call());
      expect(error).toMatchObject({ code: 'invalid_argument', reason: 'card_data', effect: 'none' });
      expect(String(error)).not.toContain('4111');
    }
    expect(opened.fake.exchanges.filter(({ target }) => target.startsWith('/api'))).toEqual([]);
  });

  it.each(['', '.', '..'])('is nothing for the id %o', async (id) => {
    await using opened = await openPaypal();
    expect(await failure(opened.client.getOrder(id))).toMatchObject({
      code: 'invalid_argument',
      effect: 'none',
    });
  });

  it('keeps an id within its part of the path', async () => {
    await using opened = await openPaypal({ record: false });
    await failure(opened.client.getOrder('x/../../y?z=1#f'));
    expect(opened.fake.exchanges.at(-1)?.target).toBe('/api/v2/checkout/orders/x%2F..%2F..%2Fy%3Fz%3D1%23f');
  });

  it('is refused for a change of nothing', async () => {
    await using opened = await openPaypal();
    expect(await failure(opened.client.updateOrder('5O190127TN364715T', []))).toMatchObject({
      code: 'invalid_argument',
      effect: 'none',
    });
  });
});

it('repeats a payment under one key when the answer is lost', async () => {
  await using opened = await openPaypal();
  const { fake, clock } = opened;
  await using client = createIntegration(paypal, {
    clock,
    state: memoryState(clock),
    options: fake.options(),
  });
  fake.inject({ method: 'POST', path: /orders$/, fault: { kind: 'cut', when: 'after' } });
  const paid = await clock.until(
    client.createOrder({
      ...order,
      paymentSource: { card: { vaultId: testMethods.card } },
    }),
  );
  expect(paid.status).toBe('COMPLETED');
  expect(fake.ledger()).toMatchObject([{ order: paid.id, captured: 1_000n, captures: 1 }]);
});
