import { memoryState } from '@im/core';
import { money } from '@im/payments';
import { describe, expect, test } from 'vitest';
import { openBench, webhookOf } from './__tests__/payment-harness.ts';
import { amount, authorisation, byName, call, changeOf, it, itemOf, order } from './__tests__/shop.ts';
import type { FakeItem } from './testing.ts';

describe('the order in which things are told', () => {
  /** Every order of some, and each of them twice. */
  const shuffled = function* <Item>(items: readonly Item[], rounds: number): Generator<readonly Item[]> {
    let seed = 7;
    for (let round = 0; round < rounds; round += 1) {
      const left = [...items, ...items];
      const out: Item[] = [];
      while (left.length > 0) {
        seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
        out.push(...left.splice((seed >>> 8) % left.length, 1));
      }
      yield out;
    }
  };

  test('does not matter, nor that it is told twice: the payment is the same', async () => {
    const story: readonly FakeItem[] = [
      authorisation('ATTEMPT1', false),
      authorisation('P', true),
      changeOf('CAPTURE', 'C1', 'P', 6_000),
      changeOf('CAPTURE', 'C2', 'P', 3_000),
      changeOf('CAPTURE', 'C3', 'P', 500, false),
      changeOf('CAPTURE_FAILED', 'C2', 'P', 3_000),
      changeOf('REFUND', 'R1', 'P', 1_000),
      changeOf('REFUND', 'R2', 'P', 2_000),
      changeOf('REFUND_FAILED', 'R2', 'P', 2_000),
      changeOf('CANCELLATION', 'V', 'P', 10_000, false),
      itemOf('EXPIRE', 'P', true, { merchantReference: 'order', amount: { value: 10_000, currency: 'EUR' } }),
      itemOf('RECURRING_CONTRACT', 'TOKEN', true, {
        originalReference: 'P',
        amount: { value: 0, currency: 'EUR' },
        additionalData: { 'recurring.shopperReference': 'shopper' },
      }),
    ];
    const bench = await openBench({ merchantAccount: 'Merchant_tenant_a' });
    const dateOf = new Map(story.map((item, index) => [item, bench.clock.now() + index]));
    const tellAll = async (items: readonly FakeItem[]) => {
      const state = memoryState(bench.clock);
      const other = await openBench(
        { merchantAccount: 'Merchant_tenant_a' },
        { clock: bench.clock, state: () => state },
      );
      for (const item of items)
        await other.driver.webhooks?.verify(webhookOf(other.fake, [item], dateOf.get(item) ?? 0), 0);
      const payment = await other.driver.find(byName, call());
      await other.close();
      const sorted = (moves: readonly { readonly id: string }[] = []) =>
        [...moves].sort((a, b) => (a.id < b.id ? -1 : 1));
      return {
        ...payment,
        id: undefined,
        captures: sorted(payment?.captures),
        refunds: sorted(payment?.refunds),
      };
    };
    const expected = await tellAll(story);
    expect(expected).toMatchObject({
      status: 'partially_refunded',
      captured: { minor: 6_000n },
      refunded: { minor: 1_000n },
      captures: [{ status: 'succeeded' }, { status: 'failed' }, { status: 'failed' }],
      refunds: [{ status: 'succeeded' }, { status: 'failed' }],
      mandate: 'TOKEN@shopper',
    });
    for (const items of shuffled(story, 40)) expect(await tellAll(items)).toEqual(expected);
    await bench.close();
  });

  it('a change that is told before the answer to it, and before its payment', async ({
    driver,
    fake,
    tell,
    another,
  }) => {
    const { id } = await driver.create(order({ capture: 'manual' }), call());
    fake.inject({ fault: { kind: 'cut', when: 'after' }, method: 'POST', path: /captures$/ });
    const capture = { reference: 'c1', amount: money(4_000n, 'EUR'), final: false };
    const same = call();
    await expect(driver.capture(id, capture, same)).rejects.toMatchObject({ effect: 'unknown' });
    // Nothing was told of it: what is under way counts for what is left, and is shown to nobody.
    expect(await driver.find({ id }, call())).toMatchObject({ status: 'authorized', captures: [] });
    await expect(
      another().capture(id, { reference: 'c2', amount: money(6_001n, 'EUR'), final: true }, call()),
    ).rejects.toMatchObject({ reason: 'amount' });
    await tell(fake.events().toReversed());
    const told = await driver.find({ id }, call());
    expect(told).toMatchObject({
      status: 'partially_captured',
      captures: [{ reference: 'c1', status: 'succeeded' }],
    });
    expect(await driver.capture(id, capture, same)).toEqual(told);
    expect(fake.ledger().at(-1)).toMatchObject({ captured: 4_000, captures: 1 });
  });

  it('what is reserved is free again when it was surely not done, and when its key is forgotten', async ({
    driver,
    fake,
    clock,
  }) => {
    const { id } = await driver.create(order(), call());
    const all = { reference: 'back', amount };
    fake.inject({ fault: { kind: 'status', status: 422 }, path: /refunds$/ });
    await expect(driver.refund(id, all, call())).rejects.toMatchObject({ effect: 'none' });
    fake.inject({ fault: { kind: 'cut', when: 'before' }, path: /refunds$/ });
    await expect(driver.refund(id, { ...all, reference: 'lost' }, call())).rejects.toMatchObject({
      effect: 'unknown',
    });
    await expect(driver.refund(id, { ...all, reference: 'other' }, call())).rejects.toMatchObject({
      code: 'failed_precondition',
    });
    await clock.advance(7 * 86_400_000);
    expect((await driver.refund(id, { ...all, reference: 'other' }, call())).status).toBe('refunded');
  });

  it('a reversal is a refund of what was captured, and lets go what was not', async ({
    client,
    driver,
    fake,
    tell,
  }) => {
    const [held, taken] = [
      await driver.create(order({ reference: 'held', capture: 'manual' }), call()),
      await driver.create(order({ reference: 'taken' }), call()),
    ];
    for (const { id } of [held, taken]) await client.reversePayment(id);
    await tell(fake.events());
    expect(await driver.find({ id: held.id }, call())).toMatchObject({ status: 'voided' });
    expect(await driver.find({ id: taken.id }, call())).toMatchObject({
      status: 'refunded',
      refunded: amount,
    });
  });
});
