import { money } from '@im/payments';
import { describe, expect } from 'vitest';
import { webhookOf } from './__tests__/payment-harness.ts';
import { amount, call, changeOf, it, order } from './__tests__/shop.ts';

describe('what fails later', () => {
  it('a capture that is refused, and one that the scheme rejects afterwards', async ({
    driver,
    fake,
    tell,
  }) => {
    const { id } = await driver.create(order({ capture: 'manual' }), call());
    fake.account().failNext.capture = 1;
    expect(await driver.capture(id, { reference: 'c1', amount, final: true }, call())).toMatchObject({
      status: 'captured',
      captures: [{ reference: 'c1', status: 'pending' }],
    });
    await tell(fake.events());
    expect(await driver.find({ id }, call())).toMatchObject({
      status: 'authorized',
      captured: { minor: 0n },
      captures: [{ status: 'failed' }],
    });
    const again = await driver.capture(id, { reference: 'c2', amount, final: true }, call());
    await tell(fake.events());
    expect(await driver.find({ id }, call())).toMatchObject({
      status: 'captured',
      captures: [{ status: 'failed' }, { status: 'succeeded' }],
    });
    fake.failLater(again.captures[1]?.id ?? '', 'CAPTURE_FAILED');
    await tell(fake.events());
    expect(await driver.find({ id }, call())).toMatchObject({
      status: 'authorized',
      captured: { minor: 0n },
    });
  });

  it('a capture that Adyen made by itself', async ({ driver, fake, tell }) => {
    const { id } = await driver.create(order(), call());
    await tell([changeOf('CAPTURE_FAILED', 'CAPTURED', id, 10_000)]);
    expect(await driver.find({ id }, call())).toMatchObject({
      status: 'authorized',
      captured: { minor: 0n },
      captures: [{ status: 'failed' }],
    });
    expect(fake.ledger().at(-1)?.captured).toBe(10_000);
  });

  for (const eventCode of ['REFUND_FAILED', 'REFUNDED_REVERSED'] as const)
    it(`a refund that had succeeded (${eventCode})`, async ({ driver, fake, tell }) => {
      const { id } = await driver.create(order(), call());
      const refunded = await driver.refund(id, { reference: 'back', amount, reason: 'duplicate' }, call());
      expect(refunded).toMatchObject({
        status: 'refunded',
        refunds: [{ reference: 'back', status: 'pending' }],
      });
      await tell(fake.events());
      expect(await driver.find({ id }, call())).toMatchObject({ refunds: [{ status: 'succeeded' }] });
      fake.failLater(refunded.refunds[0]?.id ?? '', eventCode);
      await tell(fake.events());
      expect(await driver.find({ id }, call())).toMatchObject({
        status: 'captured',
        refunded: { minor: 0n },
        refunds: [{ status: 'failed' }],
      });
      expect((await driver.refund(id, { reference: 'again', amount }, call())).status).toBe('refunded');
    });

  it('a void: told under a name of its own, and the authorization lives', async ({ driver, fake, clock }) => {
    const { id } = await driver.create(order({ capture: 'manual' }), call());
    fake.account().failNext.cancel = 1;
    expect((await driver.void(id, 'away', call())).status).toBe('voided');
    const events = await driver.webhooks?.verify(
      webhookOf(fake, fake.events().slice(-1), clock.now()),
      clock.now(),
    );
    expect(events).toMatchObject([{ type: 'CANCELLATION:false', payment: { id } }]);
    expect((await driver.find({ id }, call()))?.status).toBe('authorized');
  });

  it('an authorization that expires, by the webhook or by the clock', async ({
    driver,
    fake,
    tell,
    clock,
  }) => {
    const held = await driver.create(order({ capture: 'manual' }), call());
    const part = await driver.create(order({ reference: 'part', capture: 'manual' }), call());
    await driver.capture(part.id, { reference: 'p', amount: money(4_000n, 'EUR'), final: false }, call());
    await clock.advance(28 * 86_400_000);
    expect(await driver.find({ id: held.id }, call())).toMatchObject({ status: 'expired' });
    expect(await driver.find({ id: part.id }, call())).toMatchObject({ status: 'partially_captured' });
    await tell(fake.events());
    expect(await driver.find({ id: held.id }, call())).toMatchObject({ status: 'expired' });
    expect(await driver.find({ id: part.id }, call())).toMatchObject({
      status: 'captured',
      captured: { minor: 4_000n },
    });
  });
});
