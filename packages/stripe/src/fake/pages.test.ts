/** Pages and webhooks of the fake. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Script } from 'node:vm';
import { Secret } from '@im/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failure, openStripe } from '../__tests__/connect.ts';
import { readWebhook } from '../webhook.ts';

const dayMs = 86_400_000;

let opened: Awaited<ReturnType<typeof openStripe>>;
beforeEach(async () => {
  opened = await openStripe();
});
afterEach(() => opened.close());

/** What a browser does: it follows no redirect by itself. */
async function browse(url: string, form?: Readonly<Record<string, string>>) {
  const response = await fetch(url, {
    redirect: 'manual',
    ...(form && { method: 'POST', body: new URLSearchParams(form) }),
  });
  return {
    status: response.status,
    text: await response.text(),
    location: response.headers.get('location') ?? '',
  };
}

describe('pages', () => {
  const card = { number: '4242424242424242', exp_month: '1', exp_year: '2031', cvc: '123' };

  it('ask the customer, who approves or declines, and go back to the shop', async () => {
    const begin = () =>
      opened.client.createPaymentIntent({
        amount: 2_000,
        currency: 'jpy',
        payment_method: 'pm_card_threeDSecure2Required',
        confirm: true,
        return_url: 'https://shop.test/return?order=1',
      });
    for (const [outcome, status] of [
      ['approve', 'succeeded'],
      ['decline', 'requires_payment_method'],
    ] as const) {
      const { id, next_action } = await begin();
      const url = next_action?.redirect_to_url?.url ?? '';
      expect((await browse(url)).text).toContain('Pay 2000 JPY?');
      const { location } = await browse(url, { outcome });
      expect(location).toMatch(/^https:\/\/shop\.test\/return\?order=1&payment_intent=pi_/);
      expect((await opened.client.retrievePaymentIntent(id)).status).toBe(status);
      expect((await browse(url)).status).toBe(404);
    }
  });

  it('take a payment, after a number that is wrong and a card that is declined', async () => {
    const { id, url } = await opened.client.createCheckoutSession({
      mode: 'payment',
      line_items: [
        { quantity: 2, price_data: { currency: 'usd', unit_amount: 1_200, product_data: { name: 'Shoe' } } },
      ],
      success_url: 'https://shop.test/thanks?session={CHECKOUT_SESSION_ID}',
      payment_intent_data: { metadata: { order: '1' } },
    });
    expect((await browse(url ?? '')).text).toContain('Pay 24.00 USD');
    expect((await browse(url ?? '', { ...card, number: '4242424242424241' })).text).toContain(
      'number is incorrect',
    );
    expect((await browse(url ?? '', { ...card, number: '4000000000000002' })).text).toContain('declined');
    expect((await browse(url ?? '', card)).location).toBe(`https://shop.test/thanks?session=${id}`);
    expect(await opened.client.retrieveCheckoutSession(id)).toMatchObject({
      status: 'complete',
      payment_status: 'paid',
    });
    expect(opened.fake.ledger()).toMatchObject([{ captured: 2_400, metadata: { order: '1' } }]);
    expect((await failure(opened.client.expireCheckoutSession(id))).code).toBe('invalid_argument');
  });

  it('begin a subscription, and keep a card', async () => {
    const { id: product } = await opened.client.createProduct({ name: 'Plan' });
    const recurring = { interval: 'month' } as const;
    const { id: price } = await opened.client.createPrice({
      product,
      currency: 'usd',
      unit_amount: 1_500,
      recurring,
    });
    const session = await opened.client.createCheckoutSession({
      mode: 'subscription',
      line_items: [{ price, quantity: 1 }],
      success_url: 'https://shop.test',
    });
    await browse(session.url ?? '', card);
    const { subscription } = await opened.client.retrieveCheckoutSession(session.id);
    expect((await opened.client.retrieveSubscription(String(subscription))).status).toBe('active');
    const setup = await opened.client.createCheckoutSession({
      mode: 'setup',
      currency: 'usd',
      success_url: 'https://shop.test',
    });
    await browse(setup.url ?? '', card);
    const { customer } = await opened.client.retrieveCheckoutSession(setup.id);
    expect(await opened.client.listPaymentMethods(String(customer)).toArray()).toHaveLength(1);
  });

  it('close after a day', async () => {
    const { id, url } = await opened.client.createCheckoutSession({
      mode: 'setup',
      currency: 'usd',
      success_url: 'https://shop.test',
    });
    await opened.clock.advance(dayMs);
    expect((await opened.client.retrieveCheckoutSession(id)).status).toBe('expired');
    expect((await browse(url ?? '')).status).toBe(404);
  });

  it('have a form for cards in a frame, which speaks to the fake alone, and a script that knows the frame', async () => {
    const { fake } = opened;
    const script = await browse(fake.scriptUrl);
    expect(script.text).toContain(`"${fake.url}"`);
    new Script(script.text);
    const frame = await browse(`${fake.url}/elements/card`);
    new Script(/<script>(.*)<\/script>/s.exec(frame.text)?.[1] ?? '{');
    for (const name of Object.keys(card)) expect(frame.text).toContain(`name="${name}"`);
    const fields = Object.entries(card).map(([name, value]) => [`card[${name}]`, value]);
    const response = await fetch(`${fake.url}/v1/payment_methods`, {
      method: 'POST',
      headers: { authorization: `Bearer ${fake.publishableKey()}` },
      body: new URLSearchParams({ ...Object.fromEntries(fields), type: 'card' }),
    });
    const made = await response.text();
    const { id } = JSON.parse(made) as { readonly id: string };
    expect((await opened.client.retrievePaymentMethod(id)).card?.last4).toBe('4242');
    expect(made).not.toContain(card.number);
  });
});

describe('webhooks', () => {
  const rules = (now: number) => ({
    secrets: opened.fake.account().webhookSecrets.map((one) => new Secret(one)),
    toleranceSeconds: 300,
    now,
  });

  it('are signed, with each secret while one is being rolled, and can come late, twice and in another order', async () => {
    const { fake, clock, client } = opened;
    await client.createCustomer({});
    await client.createCustomer({});
    const [old] = fake.account().webhookSecrets;
    fake.account().webhookSecrets = ['whsec_new', String(old)];
    const got: string[] = [];
    const take = async ({
      body,
      headers,
    }: {
      readonly body: string | Uint8Array;
      readonly headers: Readonly<Record<string, string>>;
    }) => {
      for (const secret of ['whsec_new', String(old)])
        got.push(
          readWebhook(
            { body: Buffer.from(body), headers },
            { ...rules(clock.now()), secrets: [new Secret(secret)] },
          ).id,
        );
      return 200;
    };
    await clock.until(fake.deliver(fake.events(), take, { order: 'reverse', copies: 2, delayMs: 60_000 }));
    const [one, two] = fake.events().map(({ id }) => id);
    expect(got).toEqual([two, two, two, two, one, one, one, one]);
  });

  it('are pushed to an address, and again where that does not take them', async () => {
    const { fake, clock, client } = opened;
    const got: string[] = [];
    let refusals = 2;
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const isRefused = refusals > 0;
      if (isRefused) refusals -= 1;
      else
        got.push(
          readWebhook({ body: Buffer.concat(chunks), headers: request.headers }, rules(clock.now())).type,
        );
      response.writeHead(isRefused ? 503 : 200).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const pusher = fake.pushTo(`http://127.0.0.1:${port}/hook`);
    await client.createCustomer({});
    await client.createProduct({ name: 'Plan' });
    await clock.until(pusher.idle);
    expect([got, pusher.lost]).toEqual([['customer.created', 'product.created'], []]);
    server.closeAllConnections();
    server.close();
    await client.createCustomer({});
    await clock.until(pusher.idle);
    expect(pusher.lost.map(({ type }) => type)).toEqual(['customer.created']);
  });
});
