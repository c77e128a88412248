import { IntegrationError, memoryState, type StateStore } from '@im/core';
import { createVirtualClock } from '@im/testing';
import { describe, expect, it } from 'vitest';
import type { PaymentDriver } from '../driver.ts';
import { createPaymentGateway } from '../gateway.ts';
import { memoryTokens } from '../memory/ledger.ts';
import { type MemoryDriver, type MemoryDriverOptions, memoryDriver } from '../memory/memory-driver.ts';
import { memoryError } from '../memory/memory-errors.ts';
import { type Money, money } from '../money.ts';
import { createPaymentRouter } from './router.ts';
import type { PaymentRouterOptions } from './routing.types.ts';

const ten: Money = money(1_000n, 'EUR');
const clock = createVirtualClock();
const down = () => Promise.reject(new IntegrationError('down', { code: 'unavailable', effect: 'none' }));

function open(
  changes: Readonly<Record<string, (driver: MemoryDriver) => Partial<PaymentDriver>>>,
  more: Partial<PaymentRouterOptions> = {},
  state: StateStore = memoryState(clock),
  processor: MemoryDriverOptions = {},
) {
  const names = ['a', 'b', 'c'];
  const drivers = names.map((name) => {
    const driver = memoryDriver({ clock, ...processor });
    return { ...driver, ...changes[name]?.(driver) } as MemoryDriver;
  });
  const gateways = drivers.map((driver, index) =>
    createPaymentGateway(driver, { state, clock, name: names[index], onAlert: () => {} }),
  );
  const rules = [{ name: 'all', to: names }];
  const router = createPaymentRouter({ gateways, rules, state, clock, ...more });
  const counts = () => drivers.map((driver) => driver.native().ledger.payments.length);
  return { router, counts, drivers };
}
const all = (token: string = memoryTokens.succeeds) => ({ a: token, b: token, c: token });

describe('routing', () => {
  it('goes by the first rule that matches, over currency, amount and attributes', () => {
    const { router } = open(
      {},
      {
        rules: [
          { name: 'yen', when: { currencies: ['JPY'] }, to: ['c'] },
          { name: 'large', when: { minMinor: 5_000n, maxMinor: 9_000n }, to: ['b'] },
          { name: 'germany', when: { attributes: { country: ['DE', 'AT'] } }, to: ['b', 'a'] },
          { name: 'rest', to: ['a', 'b'] },
        ],
      },
    );
    const rule = (amount: Money, country = 'FR') =>
      router.explain({ reference: 'r', amount, methods: all(), attributes: { country } });
    expect(rule(money(1n, 'JPY'))).toEqual({ rule: 'yen', gateways: ['c'] });
    expect(rule(money(9_000n, 'EUR')).rule).toBe('large');
    expect(rule(money(9_001n, 'EUR'), 'DE')).toEqual({ rule: 'germany', gateways: ['b', 'a'] });
    expect(rule(ten).rule).toBe('rest');
    expect(router.explain({ reference: 'r', amount: ten, methods: { b: 't' } }).gateways).toEqual(['b']);
  });

  it('takes the cheapest, which depends on the amount', () => {
    const costs = { a: { basisPoints: 290n, fixedMinor: { EUR: 30n } }, b: { basisPoints: 350n } };
    const { router } = open({}, { costs, rules: [{ name: 'cheap', to: { cheapest: ['c', 'a', 'b'] } }] });
    const order = (minor: bigint) =>
      router.explain({ reference: 'r', amount: money(minor, 'EUR'), methods: all() }).gateways;
    expect([order(1_000n), order(100_000n)]).toEqual([
      ['b', 'a', 'c'],
      ['a', 'b', 'c'],
    ]);
  });

  it('shares by weight, and gives a reference the same order every time', () => {
    const { router } = open({}, { rules: [{ name: 'w', to: { weights: { a: 3, b: 1, c: 0 } } }] });
    const order = (index: number) =>
      router.explain({ reference: `r-${index}`, amount: ten, methods: all() }).gateways;
    const first = Array.from({ length: 4_000 }, (_, index) => order(index)[0]);
    const share = first.filter((name) => name === 'a').length / first.length;
    expect(Math.abs(share - 0.75)).toBeLessThan(0.03);
    expect(order(7)).toEqual(order(7));
    expect(first).not.toContain('c');
  });

  it('asks the next when the first is known not to have charged, and stays there', async () => {
    const { router, counts } = open({ a: () => ({ create: down }) });
    const create = { reference: 'r', amount: ten, methods: all() };
    expect((await router.create(create)).gateway).toBe('b');
    expect((await router.create(create)).gateway).toBe('b');
    expect((await router.retrieve('r')).payment.status).toBe('captured');
    expect(counts()).toEqual([0, 1, 0]);
  });

  it('asks nobody else while the outcome is not known, whoever asks again', async () => {
    const state = memoryState(clock);
    const { router, counts, drivers } = open({}, {}, state);
    drivers[0]?.native().lose('create', 'answer');
    const create = { reference: 'r', amount: ten, methods: all() };
    await expect(router.create(create)).rejects.toMatchObject({ effect: 'unknown' });
    expect(counts()).toEqual([1, 0, 0]);
    expect((await router.create(create)).gateway).toBe('a');
    expect(counts()).toEqual([1, 0, 0]);
  });

  it('asks nobody else where the processor cannot be asked, for an absence proves nothing there', async () => {
    const { router, counts, drivers } = open({}, {}, memoryState(clock), { lookup: 'none' });
    drivers[0]?.native().lose('create', 'request');
    const create = { reference: 'r', amount: ten, methods: all() };
    await expect(router.create(create)).rejects.toMatchObject({ effect: 'unknown' });
    await clock.advance(86_400_001);
    await expect(router.create(create)).rejects.toMatchObject({
      code: 'failed_precondition',
      effect: 'unknown',
    });
    expect(counts()).toEqual([0, 0, 0]);
  });

  it('asks nobody else after a refusal that another would give too', async () => {
    const { router, counts } = open({ a: () => ({ create: () => Promise.reject(memoryError('currency')) }) });
    await expect(router.create({ reference: 'r', amount: ten, methods: all() })).rejects.toMatchObject({
      code: 'invalid_argument',
    });
    expect(counts()).toEqual([0, 0, 0]);
  });

  it('asks the next after a decline only where that is wanted', async () => {
    const create = { reference: 'r', amount: ten, methods: { ...all(), a: memoryTokens.noFunds } };
    const plain = await open({}).router.create(create);
    expect([plain.gateway, plain.payment.status]).toEqual(['a', 'failed']);
    const keen = await open({}, { afterDeclines: ['insufficient_funds'] }).router.create(create);
    expect([keen.gateway, keen.payment.status]).toEqual(['b', 'captured']);
  });

  it('asks a gateway that keeps failing last, until it has rested', async () => {
    const { router } = open({ a: () => ({ create: down }) });
    const create = (reference: string) => ({ reference, amount: ten, methods: all() });
    for (const reference of ['1', '2', '3']) await router.create(create(reference));
    expect(router.explain(create('4')).gateways).toEqual(['b', 'c', 'a']);
    await clock.advance(30_001);
    expect(router.explain(create('4')).gateways).toEqual(['a', 'b', 'c']);
  });

  it('charges at one gateway when many processes ask for one reference at once, and the first recovers meanwhile', async () => {
    let seed = 3;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return (seed >>> 8) % below;
    };
    const delayed = (state: StateStore): StateStore => {
      const slow =
        <Arguments extends readonly unknown[], Answer>(call: (...args: Arguments) => Promise<Answer>) =>
        async (...args: Arguments) => {
          for (let turns = random(random(6) === 0 ? 400 : 5); turns > 0; turns -= 1) await Promise.resolve();
          return call(...args);
        };
      return { ...state, get: slow(state.get), compareAndSet: slow(state.compareAndSet) };
    };
    let failedOver = 0;
    for (let round = 0; round < 300; round += 1) {
      let refusals = 1 + random(3);
      const recovering = (driver: MemoryDriver) => ({
        create: ((...args) =>
          refusals-- > 0 ? down() : driver.create(...args)) satisfies PaymentDriver['create'],
      });
      const { router, counts } = open({ a: recovering }, {}, delayed(memoryState(clock)));
      const create = { reference: 'r', amount: ten, methods: all() };
      await Promise.allSettled(Array.from({ length: 6 }, () => router.create(create)));
      const { gateway } = await router.create(create);
      if (gateway !== 'a') failedOver += 1;
      expect(counts().reduce((sum, count) => sum + count)).toBe(1);
    }
    expect(failedOver).toBeGreaterThan(20);
  });

  it('goes on after a process that died between giving up one gateway and writing down the next', async () => {
    const state = memoryState(clock);
    const dying: StateStore = {
      ...state,
      compareAndSet: (key, version, value, expiry) =>
        value.includes('"now":"b"')
          ? new Promise(() => {})
          : state.compareAndSet(key, version, value, expiry),
    };
    const create = { reference: 'r', amount: ten, methods: all() };
    const { router } = open({ a: () => ({ create: down }) }, {}, dying);
    void router.create(create);
    await clock.advance(1);
    const { router: next, counts } = open({}, {}, state);
    expect((await next.create(create)).gateway).toBe('b');
    expect(counts()).toEqual([0, 1, 0]);
  });

  it('refuses rules and gateways that do not go together', async () => {
    expect(() => open({}, { rules: [{ name: 'x', to: ['nobody'] }] })).toThrow(
      /"nobody", which is no gateway/,
    );
    await expect(
      open({}, { rules: [] }).router.create({ reference: 'r', amount: ten, methods: all() }),
    ).rejects.toMatchObject({
      code: 'failed_precondition',
    });
  });
});
