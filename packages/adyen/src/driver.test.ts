import { memoryState } from '@im/core';
import { createPaymentGateway, money, type PaymentAlert } from '@im/payments';
import { describePaymentGateway } from '@im/payments/vitest';
import { createVirtualClock } from '@im/testing';
import { describe, expect, test } from 'vitest';
import {
  type Bench,
  methodOf,
  openBench,
  paymentHarness,
  visa,
  webhookOf,
} from './__tests__/payment-harness.ts';
import { amount, authorisation, byName, call, it, order } from './__tests__/shop.ts';

describePaymentGateway('Adyen', paymentHarness);

describe('who is asked about something else', () => {
  const gatewayOf = ({ driver, state, clock }: Bench) => {
    const alerts: PaymentAlert[] = [];
    const gateway = createPaymentGateway(driver, {
      state,
      clock,
      onAlert: (alert) => void alerts.push(alert),
    });
    return { gateway, alerts };
  };

  for (const [what, change] of [
    ['reference', { merchantReference: 'another' }],
    ['amount', { amount: { value: 1, currency: 'EUR' } }],
    ['currency', { amount: { value: 10_000, currency: 'USD' } }],
  ] as const)
    it(`an answer about another ${what} is an alert, and no success ever`, async (bench) => {
      const { gateway, alerts } = gatewayOf(bench);
      const answer = {
        pspReference: 'STRANGER',
        resultCode: 'Authorised',
        merchantReference: 'order',
        amount: { value: 10_000, currency: 'EUR' },
        ...change,
      };
      bench.fake.inject({
        fault: {
          kind: 'status',
          status: 200,
          body: JSON.stringify(answer),
          headers: { 'content-type': 'application/json' },
        },
      });
      const create = { reference: 'order', amount, method: methodOf(visa) };
      await expect(gateway.create(create)).rejects.toMatchObject({ code: 'internal', reason: 'integrity' });
      expect(alerts).toMatchObject([{ kind: 'integrity' }]);
      expect(await bench.driver.find(byName, call())).toBeUndefined();
    });

  it('a webhook about another amount is an alert, and no success', async (bench) => {
    const { gateway, alerts } = gatewayOf(bench);
    bench.fake.inject({ fault: { kind: 'cut', when: 'before' }, method: 'POST' });
    await expect(
      gateway.create({ reference: 'order', amount, method: methodOf(visa) }),
    ).rejects.toMatchObject({ effect: 'unknown' });
    const inbox = gateway.inbox({ handle: async () => {} });
    const forged = webhookOf(
      bench.fake,
      [{ ...authorisation('CHEAPER', true), amount: { value: 1, currency: 'EUR' } }],
      bench.clock.now(),
    );
    await expect(inbox.receive(forged)).rejects.toMatchObject({ code: 'internal', reason: 'integrity' });
    expect(alerts).toHaveLength(1);
    expect((await bench.driver.find(byName, call()))?.status).not.toBe('captured');
  });

  it('a second authorization under one reference is an alert', async (bench) => {
    const { gateway, alerts } = gatewayOf(bench);
    const { id } = await gateway.create({ reference: 'order', amount, method: methodOf(visa) });
    const inbox = gateway.inbox({ handle: async () => {} });
    const twice = webhookOf(bench.fake, [authorisation('AGAIN', true)], bench.clock.now());
    await expect(inbox.receive(twice)).rejects.toMatchObject({ code: 'internal', reason: 'integrity' });
    expect(alerts).toMatchObject([{ kind: 'integrity', payment: 'AGAIN' }]);
    expect(await gateway.retrieve({ id })).toMatchObject({ id, status: 'captured', captured: amount });
  });
});

describe('one capture for an account without several', () => {
  const single = { multiplePartialCaptures: false };
  it(
    'refuses to keep the rest, before anything is sent',
    async ({ driver, fake }) => {
      const { id } = await driver.create(order({ capture: 'manual' }), call());
      const sent = fake.exchanges.length;
      const part = { reference: 'c', amount: money(1_000n, 'EUR'), final: false };
      await expect(driver.capture(id, part, call())).rejects.toMatchObject({
        code: 'failed_precondition',
        reason: 'multiple_partial_captures',
      });
      expect(fake.exchanges).toHaveLength(sent);
      expect(await driver.capture(id, { ...part, final: true }, call())).toMatchObject({
        status: 'captured',
        captured: { minor: 1_000n },
      });
    },
    single,
  );
});

test('a driver over state that outlives the process knows what another one was told', async () => {
  const clock = createVirtualClock();
  const state = memoryState(clock);
  const first = await openBench({}, { clock, state: () => state });
  const { id } = await first.driver.create(order(), call());
  expect(await first.another().find({ id }, call())).toMatchObject({ status: 'captured' });
  await first.close();
});
