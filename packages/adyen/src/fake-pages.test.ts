import { money } from '@im/payments';
import { describe, expect, test } from 'vitest';
import { methodOf, threeDSecure, visa, withBench } from './__tests__/payment-harness.ts';
import { encryptCard } from './testing.ts';

const amount = money(5_000n, 'EUR');
const returnUrl = 'https://shop.test/return?order=7';
const hourMs = 3_600_000;
const paymentBy = (paymentMethod: object = encryptCard({ number: visa }), more: object = {}) => ({
  reference: 'order',
  amount,
  paymentMethod: paymentMethod as { readonly type: string },
  returnUrl,
  ...more,
});

describe('pages of the shopper', () => {
  test('a bank’s page sends the shopper back with the choice', () =>
    withBench(async ({ client, fake }) => {
      const { action } = await client.createPayment(paymentBy({ type: 'ideal' }));
      const url = action?.url ?? '';
      expect(await (await fetch(url)).text()).toMatch(/id="approve"[\s\S]*id="decline"/);
      const approved = await fetch(`${url}/approve`, { method: 'POST', redirect: 'manual' });
      const back = new URL(approved.headers.get('location') ?? '');
      expect([back.searchParams.get('order'), fake.ledger().at(-1)?.status]).toEqual(['7', 'authorised']);
      // Who comes back to the page changes nothing.
      await fetch(`${url}/decline`, { method: 'POST', redirect: 'manual' });
      const redirectResult = back.searchParams.get('redirectResult') ?? '';
      expect(await client.submitPaymentDetails({ details: { redirectResult } })).toMatchObject({
        resultCode: 'Authorised',
      });
      await expect(
        client.submitPaymentDetails({ details: { redirectResult: 'made up' } }),
      ).rejects.toMatchObject({ reason: '14_018' });
    }));

  test('Adyen’s own page goes through 3-D Secure by itself', () =>
    withBench(async ({ client, fake }) => {
      const { url = '', id } = await client.createSession({
        reference: 'order',
        amount,
        returnUrl,
        mode: 'hosted',
      });
      const paid = await fetch(`${url}/pay`, {
        method: 'POST',
        body: new URLSearchParams({ number: threeDSecure }),
        redirect: 'manual',
      });
      const bank = paid.headers.get('location') ?? '';
      expect(bank).toContain('/fake/redirect/');
      const approved = await fetch(`${bank}/approve`, { method: 'POST', redirect: 'manual' });
      const back = new URL(approved.headers.get('location') ?? '').searchParams;
      expect(back.get('sessionId')).toBe(id);
      expect(await client.getSessionResult(id, back.get('sessionResult') ?? '')).toMatchObject({
        status: 'completed',
        payments: [{ amount }],
      });
      expect(fake.ledger().at(-1)).toMatchObject({ reference: 'order', status: 'authorised' });
      await expect(client.getSessionResult(id, 'guessed')).rejects.toMatchObject({ reason: '14_018' });
    }));

  test('a link is paid once, or expires', () =>
    withBench(async ({ client, clock }) => {
      const { id, url } = await client.createPaymentLink({ reference: 'order', amount, returnUrl });
      expect(await (await fetch(url)).text()).toContain('5000 EUR');
      await fetch(`${url}/pay`, {
        method: 'POST',
        body: new URLSearchParams({ number: visa }),
        redirect: 'manual',
      });
      expect((await client.getPaymentLink(id)).status).toBe('completed');
      expect((await fetch(`${url}/pay`, { method: 'POST', redirect: 'manual' })).status).toBe(422);
      const other = await client.createPaymentLink({ reference: 'other', amount });
      await clock.advance(24 * hourMs);
      expect((await client.getPaymentLink(other.id)).status).toBe('expired');
      expect((await client.expirePaymentLink(other.id)).status).toBe('expired');
    }));

  test('the card form gives a page what Adyen’s component would, and no digit of the card', () =>
    withBench(async ({ fake, driver }) => {
      const form = await (
        await fetch(`${fake.url}/fake/components/card?origin=https%3A%2F%2Fshop.test`)
      ).text();
      expect(form).toContain('"https://shop.test"');
      const typed = new URLSearchParams({
        number: '4111 1111 1111 1111',
        expiry: '03/30',
        cvc: '737',
        holderName: 'A. Shopper',
      });
      const state = await (
        await fetch(`${fake.url}/fake/components/encrypt`, { method: 'POST', body: typed })
      ).text();
      expect(state).not.toMatch(/\d{3}/);
      const create = {
        reference: 'order',
        amount,
        method: state,
        capture: 'automatic',
        confirm: true,
      } as const;
      expect(
        await driver.create(create, { signal: new AbortController().signal, idempotencyKey: 'k' }),
      ).toMatchObject({ status: 'captured' });
      const hostile = await (
        await fetch(
          `${fake.url}/fake/components/card?origin=${encodeURIComponent('"</script><script>alert(1)//')}`,
        )
      ).text();
      expect(hostile).not.toContain('</script><script>alert');
    }));
});

describe('webhooks', () => {
  test('are delivered signed: late, twice, in another order, in one', () =>
    withBench(async ({ client, driver, fake, clock }) => {
      const { pspReference = '' } = await client.createPayment(paymentBy());
      await client.refundPayment(pspReference, { amount, reference: 'back' });
      const seen: string[] = [];
      const receiver = async ({
        body,
        headers,
      }: {
        readonly body: string | Uint8Array;
        readonly headers: Readonly<Record<string, string>>;
      }) => {
        const events =
          (await driver.webhooks?.verify({ body: body as Uint8Array, headers }, clock.now())) ?? [];
        seen.push(events.map(({ type }) => type).join('+'));
        return 200;
      };
      await fake.deliver(receiver, { faults: { copies: 2, order: 'reverse' } });
      await fake.deliver(receiver, { batched: true });
      expect(seen).toEqual(['REFUND', 'REFUND', 'AUTHORISATION', 'AUTHORISATION', 'AUTHORISATION+REFUND']);
      expect(await driver.find({ id: pspReference }, { signal: new AbortController().signal })).toMatchObject(
        { status: 'refunded' },
      );
    }));

  test('are pushed to an address as things happen', () =>
    withBench(async ({ client, fake }) => {
      const { createServer } = await import('node:http');
      const bodies: string[] = [];
      const server = createServer(async (request, response) => {
        let body = '';
        for await (const chunk of request) body += chunk;
        bodies.push(body);
        response.end('[accepted]');
      });
      const address = await new Promise<string>((resolve) =>
        server.listen(0, '127.0.0.1', () =>
          resolve(`http://127.0.0.1:${(server.address() as { readonly port: number }).port}/`),
        ),
      );
      fake.account().webhookUrl = address;
      await client.createPayment(paymentBy());
      await expect.poll(() => bodies.length).toBe(1);
      expect(bodies[0]).toContain('"AUTHORISATION"');
      fake.account().webhookUrl = undefined;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }));
});

test('a method of the port is what a component gave, a stored payment method, or refused before anything is sent', () =>
  withBench(async ({ driver, fake }) => {
    const pay = (method: string, more: object = {}) =>
      driver.create(
        {
          reference: `m${fake.exchanges.length}`,
          amount,
          method,
          capture: 'automatic',
          confirm: true,
          ...more,
        },
        { signal: new AbortController().signal, idempotencyKey: `k${fake.exchanges.length}` },
      );
    const whole = JSON.stringify({
      paymentMethod: encryptCard({ number: visa }),
      browserInfo: {
        userAgent: 'x',
        acceptHeader: '*/*',
        colorDepth: 24,
        javaEnabled: false,
        language: 'nl-NL',
        screenHeight: 723,
        screenWidth: 1536,
        timeZoneOffset: 0,
      },
      isValid: true,
    });
    expect((await pay(whole)).status).toBe('captured');
    const token = fake.store('someone');
    for (const [method, more] of [
      [`${token}@someone`, {}],
      [token, { customer: 'someone' }],
      [`${token}@someone`, { customer: 'someone' }],
    ] as const)
      expect((await pay(method, more)).status).toBe('captured');
    const sent = fake.exchanges.length;
    for (const [method, more] of [
      [token, {}],
      [`${token}@someone`, { customer: 'another' }],
      ['{"type":"scheme"', {}],
      ['{"kind":"scheme"}', {}],
      ['{"type":"scheme","number":"x"}', {}],
      ['{"type":"scheme","cvc":"x"}', {}],
    ] as const)
      await expect(pay(method, more), method).rejects.toMatchObject({
        code: 'invalid_argument',
        effect: 'none',
      });
    expect(fake.exchanges).toHaveLength(sent);
    expect(methodOf(visa)).not.toContain(visa);
  }));
