/** Killed at every await of authorize, capture, refund and void, restarted, and killed again: nothing twice, nothing lost. */
import { memoryState } from '@im/core';
import { createVirtualClock } from '@im/testing';
import { describe, expect, it } from 'vitest';
import { mortal } from './__fixtures__/crash.ts';
import { bookedOf, expectedBooks, serveOrder } from './crash/order.ts';
import { createPaymentGateway } from './gateway.ts';
import { memoryTokens } from './memory/ledger.ts';
import { type MemoryDriver, type MemoryDriverOptions, memoryDriver } from './memory/memory-driver.ts';
import { memoryError } from './memory/memory-errors.ts';
import { money } from './money.ts';

const settledMs = 31_000;
const refuseAlerts = ({ says }: { readonly says: string }) => {
  throw new Error(says);
};

const tools = {
  tokens: { succeeds: memoryTokens.succeeds, threeDSecure: memoryTokens.threeDSecure },
  finish: async () => ({ result: 'ok' }),
  step: () => {},
};

/** The processor's books hold exactly one of everything. */
function expectOnce(driver: MemoryDriver, order: string, where: string): void {
  const books = driver.native().ledger.payments.map(bookedOf);
  const bare = books.map(({ payment: _, ...booked }) => booked);
  expect(bare, where).toEqual(expectedBooks(driver, true, order));
}

interface Processor extends MemoryDriverOptions {
  readonly change?: (driver: MemoryDriver) => Partial<MemoryDriver>;
}

/** Runs the order to its end, dying on the way at these points, one a life. @returns points of the last life, which was not cut short */
async function live(options: Processor, deaths: readonly number[], withReconcile: boolean): Promise<number> {
  const clock = createVirtualClock();
  const real = memoryDriver({ clock, ...options });
  const driver = { ...real, ...options.change?.(real) };
  const state = memoryState(clock);
  for (const diesAt of [...deaths, Number.POSITIVE_INFINITY]) {
    const life = mortal(driver, state, diesAt);
    const gateway = createPaymentGateway(life.driver as MemoryDriver, {
      state: life.state,
      clock,
      onAlert: refuseAlerts,
    });
    const work = async () => {
      if (withReconcile) await gateway.reconcile();
      await serveOrder({ ...tools, gateway }, 'order');
    };
    await Promise.race([work(), life.dead]);
    await clock.advance(settledMs);
    if (diesAt === Number.POSITIVE_INFINITY) {
      expectOnce(driver, 'order', `died at ${deaths.join(', ')}`);
      expect(await gateway.reconcile(), 'nothing is left open').toEqual([]);
      return life.points;
    }
  }
  throw new Error('the last life has no end');
}

const processors: Readonly<Record<string, MemoryDriverOptions>> = {
  'keys and references': {},
  'references alone': { keys: false },
  'keys alone': { references: false },
  'keys alone that is asked by its id': { lookup: 'id' },
  'keys alone that cannot be asked': { references: false, lookup: 'none' },
};

describe('a payment gateway whose process dies', { timeout: 120_000 }, () => {
  it.each(Object.entries(processors))(
    'charges, captures and refunds once at a processor with %s, at whichever await it dies',
    async (_, options) => {
      const points = await live(options, [], false);
      expect(points).toBeGreaterThan(170);
      for (const withReconcile of [false, true])
        for (let diesAt = 1; diesAt <= points; diesAt += 1) await live(options, [diesAt], withReconcile);
    },
  );

  it('is caught when it charges or refunds twice: by a processor that forgets its keys, and shows no references', async () => {
    const change = (driver: MemoryDriver) => ({ facts: { ...driver.facts, keyTtlMs: 86_400_000 } });
    const twice: number[] = [];
    for (let diesAt = 1; diesAt <= 80; diesAt += 1)
      await live({ keys: false, references: false, change }, [diesAt], false).catch(() => twice.push(diesAt));
    expect(twice.length).toBeGreaterThan(2);
  });

  it('does so over many lives, each of which ends somewhere else', async () => {
    let seed = 7;
    const random = (below: number) => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return 1 + ((seed >>> 8) % below);
    };
    for (let round = 0; round < 300; round += 1) {
      const options = Object.values(processors)[round % 5] ?? {};
      await live(
        options,
        Array.from({ length: 1 + random(4) }, () => random(60)),
        round % 2 === 0,
      );
    }
  });

  it('makes 10,000 charges of 10,000, of which every tenth answer and every twentieth request is lost, 50 at a time', async () => {
    const clock = createVirtualClock();
    const driver = memoryDriver({ clock });
    const { ledger } = driver.native();
    const lossy: MemoryDriver = {
      ...driver,
      create: async (create, call) => {
        const number = Number(create.reference.slice(1));
        const isFirst = !tried.has(number);
        tried.add(number);
        if (isFirst && number % 20 === 1) throw memoryError('lost');
        const payment = await driver.create(create, call);
        if (isFirst && number % 10 === 0) throw memoryError('lost');
        return payment;
      },
    };
    const tried = new Set<number>();
    const gateway = createPaymentGateway(lossy, { state: memoryState(clock), clock, onAlert: refuseAlerts });
    const numbers = Array.from({ length: 10_000 }, (_, index) => index).values();
    const seen: string[] = [];
    let lost = 0;
    const worker = async () => {
      for (const number of numbers) {
        const create = {
          reference: `o${number}`,
          amount: money(1_000n, 'EUR'),
          method: memoryTokens.succeeds,
        };
        const payment = await gateway.create(create).catch((error: { readonly effect?: string }) => {
          lost += 1;
          expect(error.effect).toBe('unknown');
          return gateway.create(create);
        });
        seen.push(payment.id);
      }
    };
    await Promise.all(Array.from({ length: 50 }, worker));
    expect([ledger.payments.length, new Set(seen).size, lost]).toEqual([10_000, 10_000, 1_500]);
    expect(await gateway.reconcile()).toEqual([]);
  });
});
