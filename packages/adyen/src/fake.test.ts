import { money } from '@im/payments';
import { describe, expect, test } from 'vitest';
import { type Bench, visa, withBench } from './__tests__/payment-harness.ts';
import { cardKinds, encryptCard, starter } from './testing.ts';

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

describe('test cards (https://docs.adyen.com/development-resources/testing)', () => {
  test.each(Object.entries(cardKinds))('%s', (number, { brand, threeDSecure: asks }) =>
    withBench(async ({ client }) => {
      const result = await client.createPayment(paymentBy(encryptCard({ number })));
      expect(result.resultCode).toBe(asks ? 'RedirectShopper' : 'Authorised');
      if (!asks) expect(result.paymentMethod?.brand).toBe(brand);
    }),
  );

  test.each([
    ['by the name of the holder', { number: visa, holderName: 'NOT_ENOUGH_BALANCE' }, {}, 'Refused', '12'],
    ['by the plainest name', { number: visa, holderName: 'DECLINED' }, {}, 'Refused', '2'],
    ['as an error', { number: visa, holderName: 'ERROR' }, {}, 'Error', '4'],
    ['by the additional data', { number: visa }, { RequestedTestAcquirerResponseCode: '6' }, 'Refused', '6'],
    [
      'by the additional data, cancelled',
      { number: visa },
      { RequestedTestAcquirerResponseCode: '22' },
      'Cancelled',
      '22',
    ],
    ['by an expired card', { number: visa, expiryYear: '2029' }, {}, 'Refused', '6'],
    ['by a wrong security code', { number: visa, cvc: '999' }, {}, 'Refused', '24'],
    ['by a number that is none of the list', { number: '4000020000000000' }, {}, 'Refused', '8'],
  ])('a refusal %s', (_, card, additionalData, resultCode, refusalReasonCode) =>
    withBench(async ({ client, fake }) => {
      const result = await client.createPayment(paymentBy(encryptCard(card), { extra: { additionalData } }));
      expect(result).toMatchObject({ resultCode, refusalReasonCode });
      expect(fake.events().at(-1)).toMatchObject({
        eventCode: 'AUTHORISATION',
        success: 'false',
        reason: result.refusalReason,
      });
      expect(fake.ledger().at(-1)).toMatchObject({ status: 'refused', captured: 0 });
    }),
  );

  test('a card that was not encrypted, or elsewhere, is refused', () =>
    withBench(async ({ client }) => {
      const elsewhere = { type: 'scheme', encryptedCardNumber: 'adyenjs_0_1_25$abc' };
      await expect(client.createPayment(paymentBy(elsewhere))).rejects.toMatchObject({
        reason: '174',
        code: 'invalid_argument',
      });
    }));
});

describe('idempotency keys (https://docs.adyen.com/development-resources/api-idempotency)', () => {
  test('give the first answer for seven days, whatever the body, and make a new payment afterwards', () =>
    withBench(async ({ client, fake, clock }) => {
      const pay = (reference: string) =>
        client.createPayment(paymentBy(undefined, { reference }), { idempotencyKey: 'one' });
      const first = await pay('a');
      expect(await pay('a')).toEqual(first);
      // Adyen documents that the key counts, and says nothing of the body: who cares compares what comes back.
      expect(await pay('b')).toEqual(first);
      expect(fake.exchanges.at(-1)?.responseHeaders['idempotency-key']).toBe('one');
      await clock.advance(7 * 24 * hourMs);
      expect((await pay('c')).pspReference).not.toBe(first.pspReference);
    }));

  test('give refusals again too, and not what never reached a service', () =>
    withBench(async ({ client, fake }) => {
      const call = { idempotencyKey: 'two' };
      await expect(client.capturePayment('NOBODY', { amount }, call)).rejects.toMatchObject({
        reason: '167',
      });
      await expect(client.capturePayment(starter.authorised, { amount }, call)).rejects.toMatchObject({
        reason: '167',
      });
      fake.inject({ fault: { kind: 'status', status: 500 } });
      await expect(client.createPayment(paymentBy(), { idempotencyKey: 'three' })).rejects.toMatchObject({
        effect: 'unknown',
      });
      expect((await client.createPayment(paymentBy(), { idempotencyKey: 'three' })).resultCode).toBe(
        'Authorised',
      );
    }));

  test('refuse a request whose first one is being processed, and those that are too long', () =>
    withBench(async ({ client, fake }) => {
      fake.account().keysInProgress.add('busy');
      await expect(client.createPayment(paymentBy(), { idempotencyKey: 'busy' })).rejects.toMatchObject({
        reason: '704',
        effect: 'unknown',
      });
      expect(fake.exchanges.at(-1)?.responseHeaders['transient-error']).toBe('true');
      await expect(
        client.createPayment(paymentBy(), { idempotencyKey: 'x'.repeat(65) }),
      ).rejects.toMatchObject({ code: 'invalid_argument' });
    }));

  test('belong to one company account', () =>
    withBench(async ({ client, fake }) => {
      const { createIntegration } = await import('@im/core');
      const { adyen } = await import('./adyen.ts');
      const call = { idempotencyKey: 'shared' };
      const mine = await client.createPayment(paymentBy(), call);
      await using other = createIntegration(adyen, { options: fake.options('tenant_b') });
      expect((await other.createPayment(paymentBy(), call)).pspReference).not.toBe(mine.pspReference);
    }));
});

describe('time', () => {
  test('captures after the delay, and tells it', () =>
    withBench(async ({ client, fake, clock }) => {
      const { pspReference } = await client.createPayment(
        paymentBy(undefined, { capture: { afterHours: 24 } }),
      );
      expect(fake.ledger().at(-1)?.captured).toBe(0);
      await clock.advance(24 * hourMs);
      expect(fake.events().at(-1)).toMatchObject({
        eventCode: 'CAPTURE',
        originalReference: pspReference,
        success: 'true',
      });
      expect(fake.ledger().at(-1)?.captured).toBe(5_000);
    }));

  test('ends an authorization after 28 days, and a capture comes too late', () =>
    withBench(async ({ client, fake, clock }) => {
      const { pspReference = '' } = await client.createPayment(paymentBy(undefined, { capture: 'manual' }));
      await clock.advance(28 * 24 * hourMs);
      await client.capturePayment(pspReference, { amount });
      expect(fake.events().slice(-2)).toMatchObject([
        { eventCode: 'EXPIRE' },
        { eventCode: 'CAPTURE', success: 'false' },
      ]);
      expect(fake.ledger().at(-1)).toMatchObject({ status: 'expired', captured: 0 });
    }));
});

describe('changes are received, and told as done or not', () => {
  test.each([
    [
      'more than is authorized',
      async ({ client }: Bench, psp: string) => client.capturePayment(psp, { amount: money(5_001n, 'EUR') }),
      'CAPTURE',
    ],
    [
      'a refund of what is not captured',
      async ({ client }: Bench, psp: string) => client.refundPayment(psp, { amount }),
      'REFUND',
    ],
    [
      'a capture after the cancel',
      async ({ client }: Bench, psp: string) => {
        await client.cancelPayment(psp);
        return client.capturePayment(psp, { amount });
      },
      'CAPTURE',
    ],
    [
      'a cancel after the capture',
      async ({ client }: Bench, psp: string) => {
        await client.capturePayment(psp, { amount });
        return client.cancelPayment(psp);
      },
      'CANCELLATION',
    ],
  ] as const)('%s', (_, change, eventCode) =>
    withBench(async (bench) => {
      const { pspReference = '' } = await bench.client.createPayment(
        paymentBy(undefined, { capture: 'manual' }),
      );
      const answer = await change(bench, pspReference);
      expect(answer.status).toBe('received');
      expect(bench.fake.events().at(-1)).toMatchObject({
        eventCode,
        success: 'false',
        pspReference: answer.pspReference,
        originalReference: pspReference,
      });
    }),
  );

  test('one capture ends the authorization of an account without several', () =>
    withBench(async ({ client, fake }) => {
      fake.account().multiplePartialCaptures = false;
      const { pspReference = '' } = await client.createPayment(paymentBy(undefined, { capture: 'manual' }));
      for (const minor of [1_000n, 1n])
        await client.capturePayment(pspReference, { amount: money(minor, 'EUR') });
      expect(
        fake
          .events()
          .slice(-2)
          .map(({ success }) => success),
      ).toEqual(['true', 'false']);
      expect(fake.ledger().at(-1)).toMatchObject({ captured: 1_000, captures: 1 });
    }));
});
