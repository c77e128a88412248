import type { ResilienceInput } from '@im/core';
import { spotify } from '@im/spotify';
import { sampleIds } from '@im/spotify/testing';
import { describe, expect, it } from 'vitest';
import { parrot, startParrot } from './__tests__/parrot.ts';
import {
  type Calls,
  countCalls,
  failed,
  keepCalling,
  openStack,
  p99,
  type Stack,
} from './__tests__/stack.ts';

const quiet = ['tenant_1', 'tenant_2', 'tenant_3', 'tenant_4'];
const noisy = 'tenant_noisy';
/** What the vendor takes to answer, milliseconds. */
const vendorMs = 150;

function caller({ registry, fake }: Stack, tenant: string, resilience?: ResilienceInput) {
  registry.register(spotify, { tenant, options: fake.options(tenant), resilience });
  const client = registry.tenant(tenant).get(spotify);
  return () => client.getTrack(sampleIds.track);
}

/** The vendor answers requests after a while; those of `hanging` it never answers. */
function slowDown({ fake }: Stack, hanging?: RegExp): void {
  const times = Number.POSITIVE_INFINITY;
  if (hanging !== undefined)
    fake.inject({ path: hanging, fault: { kind: 'latency', delayMs: Number.POSITIVE_INFINITY }, times });
  fake.inject({ path: /^\/v1\//, fault: { kind: 'latency', delayMs: vendorMs }, times });
}

describe('a tenant at ten times its limit', () => {
  const limit = 20;
  const resilience = { rateLimit: { limit, windowMs: 1_000 } };

  /** The quiet ones at half their limit for 6 seconds; `factor` times the limit comes from the noisy one. */
  async function run(factor: number): Promise<{ quiet: Calls; noisy: Calls; noisyRequests: number }> {
    await using stack = await openStack();
    const { clock, fake } = stack;
    const others = quiet.map((tenant) => caller(stack, tenant, resilience));
    const loud = caller(stack, noisy, resilience);
    await Promise.all([...others, loud].map((call) => call()));
    fake.forget();
    slowDown(stack);
    const calls = { quiet: countCalls(stack), noisy: countCalls(stack) };
    await keepCalling(stack, { everyMs: 100, times: 60, stepMs: 25 }, () => {
      for (let count = 0; count < (limit * factor) / 10; count += 1) calls.noisy.make(loud);
      for (const call of others) calls.quiet.make(call);
    });
    const until = clock.now();
    await calls.quiet.end();
    const sent = fake.exchanges.filter(({ at }) => at <= until).length;
    await calls.noisy.end();
    return { ...calls, noisyRequests: sent - calls.quiet.made };
  }

  it('slows nobody else down and has nobody else refused', async () => {
    const alone = await run(0);
    const beside = await run(10);
    expect(beside.noisy.made).toBe(1_200);
    expect(failed(beside.noisy.outcomes).length).toBeGreaterThan(500);
    // In any second the limit, and never more.
    expect(beside.noisyRequests).toBeLessThanOrEqual(limit * 7);

    expect(beside.quiet.made).toBe(240);
    expect(failed([...alone.quiet.outcomes, ...beside.quiet.outcomes])).toEqual([]);
    expect(p99(alone.quiet.outcomes)).toBeGreaterThanOrEqual(vendorMs);
    expect(p99(beside.quiet.outcomes)).toBeLessThanOrEqual(1.5 * p99(alone.quiet.outcomes));
  }, 60_000);
});

describe('a vendor that answers nothing any more, with 1,000 callers waiting', () => {
  const callers = 1_000;

  it('leaves the calls of another provider as they were', async () => {
    async function run(waiting: number): Promise<{ other: Calls; hanging: Calls }> {
      await using stack = await openStack();
      const { clock, registry } = stack;
      await using vendor = await startParrot({ clock, record: () => {} });
      registry.register(parrot, {
        tenant: noisy,
        options: { apiKey: 'a key of no account', baseUrl: vendor.url },
      });
      const other = registry.tenant(noisy).get(parrot);
      const hang = caller(stack, noisy);
      stack.watch(vendor);
      await Promise.all([hang(), other.repeat('first')]);
      vendor.inject({
        fault: { kind: 'latency', delayMs: vendorMs },
        times: Number.POSITIVE_INFINITY,
      });
      slowDown(stack, /^\/v1\//);
      const calls = { other: countCalls(stack), hanging: countCalls(stack) };
      for (let count = 0; count < waiting; count += 1) calls.hanging.make(hang);
      // Before, while and after the hanging ones time out.
      await keepCalling(stack, { everyMs: 200, times: 60, stepMs: 50 }, () =>
        calls.other.make(() => other.repeat('word')),
      );
      await calls.other.end();
      await calls.hanging.end();
      return calls;
    }
    const alone = await run(0);
    const beside = await run(callers);
    expect(beside.hanging.outcomes).toHaveLength(callers);
    expect(failed(beside.hanging.outcomes)).toHaveLength(callers);
    expect(beside.other.made).toBe(60);
    expect(failed([...alone.other.outcomes, ...beside.other.outcomes])).toEqual([]);
    expect(p99(beside.other.outcomes)).toBeLessThanOrEqual(2 * p99(alone.other.outcomes));
  }, 60_000);

  it('for one tenant only, leaves the other tenants of the same provider as they were', async () => {
    async function run(waiting: number): Promise<{ others: Calls; hanging: Calls }> {
      await using stack = await openStack();
      const { registry } = stack;
      const others = quiet.map((tenant) => caller(stack, tenant));
      registry.register(spotify, { tenant: noisy, options: stack.fake.options(noisy) });
      const stuck = registry.tenant(noisy).get(spotify);
      await Promise.all([...others.map((call) => call()), stuck.getCurrentUser()]);
      slowDown(stack, /^\/v1\/me$/);
      const calls = { others: countCalls(stack), hanging: countCalls(stack) };
      for (let count = 0; count < waiting; count += 1) calls.hanging.make(() => stuck.getCurrentUser());
      await keepCalling(stack, { everyMs: 200, times: 60, stepMs: 50 }, () => {
        for (const call of others) calls.others.make(call);
      });
      await calls.others.end();
      await calls.hanging.end();
      return calls;
    }
    const alone = await run(0);
    const beside = await run(callers);
    expect(failed(beside.hanging.outcomes)).toHaveLength(callers);
    expect(beside.others.made).toBe(240);
    expect(failed([...alone.others.outcomes, ...beside.others.outcomes])).toEqual([]);
    expect(p99(beside.others.outcomes)).toBeLessThanOrEqual(1.5 * p99(alone.others.outcomes));
  }, 60_000);
});
