/** What the fake makes of requests, whatever they are about: keys, permissions, idempotency, lists, searches. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failure, openStripe, payment } from '../__tests__/connect.ts';

let opened: Awaited<ReturnType<typeof openStripe>>;
beforeEach(async () => {
  opened = await openStripe({ record: false });
});
afterEach(() => opened.close());

/** A request by hand, with the secret key unless another is given. */
async function ask(
  method: string,
  path: string,
  form: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>> = {},
) {
  const { fake } = opened;
  const response = await fetch(`${fake.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${fake.account().secretKey}`, ...headers },
    ...(method === 'POST' && { body: new URLSearchParams(form) }),
  });
  const json = (await response.json()) as Record<string, never> & { readonly error?: Record<string, string> };
  return { status: response.status, headers: response.headers, json };
}
const charge = (key: string, amount = '500') =>
  ask(
    'POST',
    '/v1/payment_intents',
    {
      amount,
      currency: 'eur',
      payment_method: 'pm_card_visa',
      confirm: 'true',
      'automatic_payment_methods[enabled]': 'true',
      'automatic_payment_methods[allow_redirects]': 'never',
    },
    { 'idempotency-key': key },
  );

// https://docs.stripe.com/api/idempotent_requests
describe('an idempotency key', () => {
  it('brings the first answer again, which says so', async () => {
    const first = await charge('key');
    const again = await charge('key');
    expect([again.status, again.json]).toEqual([200, first.json]);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.headers.get('original-request')).toBe(first.headers.get('request-id'));
    expect(again.headers.get('request-id')).not.toBe(first.headers.get('request-id'));
    expect(first.headers.get('idempotent-replayed')).toBeNull();
    expect(opened.fake.ledger()).toHaveLength(1);
  });

  it('is refused with other parameters, or at another address', async () => {
    await charge('key');
    for (const other of [
      await charge('key', '600'),
      await ask('POST', '/v1/customers', {}, { 'idempotency-key': 'key' }),
    ])
      expect([other.status, other.json.error?.type]).toEqual([400, 'idempotency_error']);
    expect(opened.fake.ledger()).toHaveLength(1);
  });

  it('is forgotten after a day', async () => {
    const first = await charge('key');
    await opened.clock.advance(86_400_000 - 1_000);
    expect((await charge('key')).json).toEqual(first.json);
    await opened.clock.advance(1_000);
    expect((await charge('key', '600')).status).toBe(200);
    expect(opened.fake.ledger()).toHaveLength(2);
  });

  it('of a request that was wrong in itself can come again, and of one that was declined cannot', async () => {
    expect((await charge('wrong', '0')).status).toBe(400);
    expect((await charge('wrong')).status).toBe(200);
    const decline = () =>
      ask(
        'POST',
        '/v1/payment_intents',
        {
          amount: '500',
          currency: 'eur',
          payment_method: 'pm_card_visa_chargeDeclined',
          confirm: 'true',
          return_url: 'https://shop.test',
        },
        { 'idempotency-key': 'declined' },
      );
    const first = await decline();
    expect([first.status, (await decline()).json]).toEqual([402, first.json]);
  });

  it('in use is refused, and is longer than 255 characters never', async () => {
    const release = opened.fake.hold('key');
    const refused = await charge('key');
    expect([refused.status, refused.json.error?.code]).toEqual([409, 'idempotency_key_in_use']);
    release();
    expect((await charge('key')).status).toBe(200);
    expect((await charge('x'.repeat(256))).status).toBe(400);
  });

  it('of one account means nothing to another', async () => {
    const other = opened.fake.connect();
    await charge('key');
    await opened.client.createPaymentIntent({ ...payment, stripeAccount: other }, { idempotencyKey: 'key' });
    expect(opened.fake.ledger()).toHaveLength(1);
  });

  it('brings a failure inside again, which is not to be repeated', async () => {
    opened.fake.crash(true);
    const first = await charge('key');
    expect([first.status, first.headers.get('stripe-should-retry')]).toEqual([500, 'false']);
    expect((await charge('key')).status).toBe(500);
    expect(opened.fake.ledger()).toHaveLength(1);
  });
});

// https://docs.stripe.com/keys
describe('a key', () => {
  it.each([
    ['none', {}, 401],
    ['an unknown one', { authorization: 'Bearer sk_test_unknown' }, 401],
  ])('that is %s is refused', async (_, headers, status) => {
    const response = await fetch(`${opened.fake.url}/v1/balance`, { headers });
    expect(response.status).toBe(status);
  });

  it('that is publishable makes payment methods, and nothing else', async () => {
    const authorization = `Bearer ${opened.fake.publishableKey()}`;
    const card = {
      type: 'card',
      'card[number]': '4242424242424242',
      'card[exp_month]': '1',
      'card[exp_year]': '2031',
      'card[cvc]': '123',
    };
    const made = await ask('POST', '/v1/payment_methods', card, { authorization });
    expect([made.status, made.json.object]).toEqual([200, 'payment_method']);
    const asked = await ask('GET', '/v1/payment_intents', {}, { authorization });
    expect([asked.status, asked.json.error?.code]).toEqual([403, 'secret_key_required']);
  });

  it('that is restricted does what it may', async () => {
    opened.fake.account().permissions = ['Customers: write'];
    expect((await opened.client.createCustomer({})).object).toBe('customer');
    const error = await failure(opened.client.createPaymentIntent(payment));
    expect([error.code, error.message]).toEqual([
      'permission_denied',
      expect.stringContaining('PaymentIntents: write'),
    ]);
  });

  it('acts on accounts that are connected to its own, and on no others', async () => {
    const other = opened.fake.connect();
    const made = await opened.client.createCustomer({ stripeAccount: other });
    expect((await failure(opened.client.retrieveCustomer(made.id))).code).toBe('not_found');
    expect((await opened.client.retrieveCustomer(made.id, { stripeAccount: other })).id).toBe(made.id);
    const stranger = await failure(opened.client.createCustomer({ stripeAccount: 'acct_stranger' }));
    expect([stranger.code, stranger.effect]).toEqual(['permission_denied', 'none']);
  });
});

describe('requests', () => {
  it('too many of them in a second are refused', async () => {
    await using limited = await openStripe({ requestsPerSecond: 2 });
    await limited.client.retrieveBalance();
    await limited.client.retrieveBalance();
    expect((await failure(limited.client.retrieveBalance())).code).toBe('resource_exhausted');
    await limited.clock.advance(1_000);
    expect((await limited.client.retrieveBalance()).object).toBe('balance');
  });

  it('with a parameter that there is not are refused', async () => {
    const strange = await ask('POST', '/v1/customers', { nickname: 'Ada' });
    expect([strange.status, strange.json.error?.code, strange.json.error?.param]).toEqual([
      400,
      'parameter_unknown',
      'nickname',
    ]);
  });

  it('expand ids into objects, at most four deep', async () => {
    const { id } = await opened.client.createPaymentIntent(payment);
    const { latest_charge } = await opened.client.retrievePaymentIntent(id, {
      expand: ['latest_charge.balance_transaction'],
    });
    expect(latest_charge).toMatchObject({
      object: 'charge',
      balance_transaction: { object: 'balance_transaction' },
    });
    for (const path of ['a.b.c.d.e', 'nothing'])
      expect((await failure(opened.client.retrievePaymentIntent(id, { expand: [path] }))).code).toBe(
        'invalid_argument',
      );
  });
});

// https://docs.stripe.com/api/pagination
describe('lists', () => {
  const names = async (query: string) => {
    const { json } = await ask('GET', `/v1/customers?${query}`);
    const { data, has_more } = json as unknown as {
      readonly data: { readonly id: string; readonly name: string }[];
      readonly has_more: boolean;
    };
    return { ids: data.map(({ id }) => id), names: data.map(({ name }) => name).join(''), has_more };
  };

  it('begin with the newest, and go on after or before an item', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      await opened.client.createCustomer({ name });
      await opened.clock.advance(1_000);
    }
    const first = await names('limit=2');
    expect([first.names, first.has_more]).toEqual(['ed', true]);
    const second = await names(`limit=2&starting_after=${first.ids[1]}`);
    expect([second.names, second.has_more]).toEqual(['cb', true]);
    const last = await names(`limit=2&starting_after=${second.ids[1]}`);
    expect([last.names, last.has_more]).toEqual(['a', false]);
    const back = await names(`limit=2&ending_before=${last.ids[0]}`);
    expect([back.names, back.has_more]).toEqual(['cb', true]);
    const start = Math.floor(opened.clock.now() / 1_000) - 4;
    expect((await names(`created[gte]=${start}&created[lt]=${start + 2}`)).names).toBe('cb');
    expect((await ask('GET', '/v1/customers?limit=101')).status).toBe(400);
    expect((await ask('GET', '/v1/customers?starting_after=cus_nobody')).status).toBe(404);
  });
});

// https://docs.stripe.com/search
describe('searches', () => {
  const search = (query: string) => opened.client.searchCustomers({ query }).toArray();

  it('find what is a minute old, by each of their fields, and by several', async () => {
    const { id } = await opened.client.createCustomer({ email: 'ada@shop.test', metadata: { plan: 'Gold' } });
    expect(await search(`email:'ada@shop.test'`)).toEqual([]);
    await opened.clock.advance(60_000);
    for (const query of [
      `email:'ada@shop.test'`,
      `email~"shop"`,
      `metadata['plan']:'gold'`,
      `created>1 AND email:'ada@shop.test'`,
    ])
      expect(
        (await search(query)).map((one) => one.id),
        query,
      ).toEqual([id]);
    for (const query of [`email:'shop'`, `metadata['plan']:'silver'`, `created<1`, `metadata['plan']:null`])
      expect(await search(query), query).toEqual([]);
    for (const query of ['nonsense', `nickname:'a'`, `email:'a`])
      expect((await failure(search(query))).code, query).toBe('invalid_argument');
  });
});
