/** Every case can fail: a processor that is broken in this one way must fail these cases, and one that is not fails none. */
import { describe, expect, it } from 'vitest';
import { memoryHarness } from './__fixtures__/harness.ts';
import type { Mutations } from './__fixtures__/mutations/kit.ts';
import { lifeMutations } from './__fixtures__/mutations/life.ts';
import { listsMutations } from './__fixtures__/mutations/lists.ts';
import { onceMutations } from './__fixtures__/mutations/once.ts';
import { webhooksMutations } from './__fixtures__/mutations/webhooks.ts';
import { paymentCases, runPaymentConformance } from './testing.ts';

const mutations: Mutations = { ...lifeMutations, ...onceMutations, ...webhooksMutations, ...listsMutations };

/** What the portable gateway itself holds, so that no driver can break it. */
const heldByTheGateway = ['PM-007', 'PM-008', 'PM-053'];

describe('the conformance suite for payments', () => {
  it.each(Object.entries(mutations))(
    'fails a processor that %s',
    async (_, { options, change, opened, fails }) => {
      const harness = memoryHarness(options, change);
      const { results } = await runPaymentConformance({
        open: async (wanted) => {
          const processor = await harness.open(wanted);
          return { ...processor, ...opened?.(processor) };
        },
      });
      expect(results.filter(({ outcome }) => outcome === 'failed').map(({ id }) => id)).toEqual(
        [...fails].sort(),
      );
    },
  );

  it('has for every case a processor that fails it, or a gateway that holds it', () => {
    const failing = new Set([...Object.values(mutations).flatMap(({ fails }) => fails), ...heldByTheGateway]);
    expect(paymentCases.map(({ id }) => id).filter((id) => !failing.has(id))).toEqual([]);
    expect(new Set(paymentCases.map(({ id }) => id)).size).toBe(paymentCases.length);
  });

  it('fails a processor that declares what nobody knows', async () => {
    const harness = memoryHarness({}, ({ abilities }) => ({
      abilities: { ...abilities, flying: true } as never,
    }));
    expect((await runPaymentConformance(harness)).passed).toBe(0);
  });

  it('asks of a processor no more than it declares', async () => {
    const undeclared = Object.fromEntries(
      ['vault', 'disputes', 'payouts', 'settlements', 'listing', 'webhooks'].map((name) => [name, undefined]),
    );
    const { failed, passed, notApplicable } = await runPaymentConformance(
      memoryHarness({}, () => ({ abilities: {}, ...undeclared })),
    );
    expect([failed, passed + notApplicable]).toEqual([0, paymentCases.length]);
    expect(notApplicable).toBeGreaterThan(8);
  });
});
