import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTestClock, type TestClock } from '../../__tests__/clock.ts';
import { createFleet, createNetwork, mostInWindow, seeded } from '../../__tests__/fleet.ts';
import { outcome } from '../../__tests__/pipeline.ts';

/** Lets each process make calls at random, `perSecond` each on average, for `ms` milliseconds. */
async function load(
  clock: TestClock,
  processes: ReturnType<typeof createFleet>['processes'],
  {
    perSecond,
    ms,
    random,
  }: { readonly perSecond: number; readonly ms: number; readonly random: () => number },
) {
  const calls: ReturnType<typeof outcome>[] = [];
  const stepMs = 5;
  for (let passed = 0; passed < ms; passed += stepMs) {
    for (const { call } of processes) {
      const mean = (perSecond * stepMs) / 1_000;
      const count = Math.floor(mean) + (random() < mean % 1 ? 1 : 0);
      for (let index = 0; index < count; index += 1) calls.push(outcome(call()));
    }
    await clock.advance(stepMs);
  }
  return calls;
}

describe('a shared rate limit', () => {
  it('is never exceeded in any stretch of its window, whatever the fleet and its traffic', async () => {
    const runs = process.env.CI === 'true' ? 100 : 8;
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          size: fc.integer({ min: 1, max: 5 }),
          limit: fc.integer({ min: 1, max: 300 }),
          perSecond: fc.integer({ min: 1, max: 400 }),
          latencyMs: fc.integer({ min: 0, max: 12 }),
          seed: fc.nat(),
        }),
        async ({ size, limit, perSecond, latencyMs, seed }) => {
          const clock = createTestClock();
          const random = seeded(seed);
          const network = createNetwork(clock, () => random() * latencyMs);
          const options = { rateLimit: { limit, windowMs: 500 } };
          const { processes, starts } = createFleet({ clock, network, size, options, random });
          const calls = await load(clock, processes, { perSecond, ms: 2_000, random });
          expect(mostInWindow(starts, 500)).toBeLessThanOrEqual(limit);
          await clock.advance(120_000);
          // A rare caller may make no call in two seconds.
          expect(starts.length > 0).toBe(calls.length > 0);
          expect(calls.every(({ settled }) => settled)).toBe(true);
          expect(clock.pending).toBe(0);
        },
      ),
      { numRuns: runs },
    );
  });

  it('is used up by a fleet that wants more, at less than a tenth of a request a call', async () => {
    const clock = createTestClock();
    const network = createNetwork(clock);
    const random = seeded(1);
    const options = { rateLimit: { limit: 1_000, windowMs: 1_000, maxQueue: 100_000 } };
    const { processes, starts } = createFleet({ clock, network, size: 4, options, random });
    void load(clock, processes, { perSecond: 400, ms: 4_000, random });
    await clock.advance(1_000);
    const from = { requests: network.requests, starts: starts.length };
    await clock.advance(2_000);
    const made = starts.length - from.starts;
    expect(mostInWindow(starts, 1_000)).toBeLessThanOrEqual(1_000);
    expect(made).toBeGreaterThan(0.9 * 2_000);

    expect((network.requests - from.requests) / made).toBeLessThan(0.1);
  });

  it('takes a request for each call where calls are rare', async () => {
    const clock = createTestClock();
    const network = createNetwork(clock);
    const options = { rateLimit: { limit: 1_000, windowMs: 1_000 } };
    const { processes, starts } = createFleet({ clock, network, size: 1, options });
    for (let call = 0; call < 3; call += 1) {
      const made = outcome(processes[0]?.call() ?? Promise.reject(new Error('no process')));
      await clock.advance(5);
      expect(made.value).toBe('ok');
      await clock.advance(10_000);
    }
    expect(starts.length).toBe(3);
    expect(clock.pending).toBe(0);
  });

  it('is free for the others when one has what it needs, leaves, or dies', async () => {
    const clock = createTestClock();
    const network = createNetwork(clock);
    const options = { rateLimit: { limit: 100, windowMs: 10_000, maxWaitMs: 60_000 }, timeoutMs: 60_000 };
    const { processes, starts } = createFleet({ clock, network, size: 3, options });
    const [one, two, three] = processes;
    for (let call = 0; call < 60; call += 1) void one?.call();
    await clock.advance(2_000);
    expect(starts.length).toBe(60);
    await Promise.all([one?.pipeline.drain(0), clock.advance(100)]);
    for (let call = 0; call < 60; call += 1) outcome(two?.call() ?? Promise.resolve());
    await clock.advance(3_000);
    expect(starts.length).toBe(100);
    // The second one dies here: nobody moves it any more, and what it holds lapses.
    await clock.advance(60_000);
    const before = starts.length;
    for (let call = 0; call < 100; call += 1) void three?.call();
    await clock.advance(10_000);
    expect(starts.length - before).toBe(100);
  });

  it('refuses at once what could not start in time, and says when it could', async () => {
    const clock = createTestClock();
    const network = createNetwork(clock, () => 0);
    const options = { rateLimit: { limit: 2, windowMs: 10_000, maxWaitMs: 5_000 } };
    const { processes } = createFleet({ clock, network, size: 2, options });
    const [one, two] = processes;
    const start = clock.now();
    await Promise.all([one?.call(), one?.call()].map((call) => Promise.all([call, clock.advance(2_000)])));
    const refused = outcome(two?.call() ?? Promise.resolve());
    await clock.advance(100);
    expect(refused.error).toMatchObject({ code: 'resource_exhausted', attempts: 0, effect: 'none' });
    expect((refused.error as { notBefore: number }).notBefore).toBeGreaterThanOrEqual(start + 10_000);
  });

  it('spreads the calls of all after a burst', async () => {
    const clock = createTestClock();
    const network = createNetwork(clock, () => 0);
    const options = { rateLimit: { limit: 10, windowMs: 1_000, burst: 1 } };
    const { processes, starts } = createFleet({ clock, network, size: 2, options });
    for (const { call } of processes) for (let index = 0; index < 5; index += 1) void call();
    await clock.advance(3_000);
    expect(starts.length).toBe(10);
    expect(mostInWindow(starts, 100)).toBeLessThanOrEqual(2);
  });

  it('keeps keys apart, also from each other in the store', async () => {
    const clock = createTestClock();
    const network = createNetwork(clock);
    const { processes, starts } = createFleet({
      clock,
      network,
      size: 1,
      options: { rateLimit: { limit: 1, windowMs: 1_000 } },
    });
    const pipeline = processes[0]?.pipeline;
    for (const rateLimitKey of ['a', 'b', 'all', undefined, 'overflow'])
      void pipeline?.run({ name: 'do', effect: 'read' }, { rateLimitKey }, async () =>
        starts.push(clock.now()),
      );
    await clock.advance(100);
    expect(starts.length).toBe(5);
  });
});

describe('a shared rate limit whose store goes away', () => {
  const scenario = async (seed: number, { empty }: { readonly empty: boolean }) => {
    const clock = createTestClock();
    const random = seeded(seed);
    const network = createNetwork(clock, () => random() * 2);
    const said: string[] = [];
    const observer = { sharing: (isShared: boolean) => said.push(isShared ? 'back' : 'away') };
    const options = { rateLimit: { limit: 400, windowMs: 1_000, maxQueue: 100 } };
    const { processes, starts } = createFleet({ clock, network, size: 4, options, random, observer });
    const busy = (ms: number) => load(clock, processes, { perSecond: 150, ms, random });
    await busy(1_500 + random() * 500);
    network.leave();
    await busy(2_500);
    const during = starts.filter((at) => at > clock.now() - 1_000).length;
    network.comeBack(empty);
    await busy(3_500);
    const after = starts.filter((at) => at > clock.now() - 1_000).length;
    return { most: mostInWindow(starts, 1_000), during, after, said };
  };

  it.each([
    ['with its data', false],
    ['without its data', true],
  ])('is kept by each process for its part, and shared again when the store is back %s', async (_, empty) => {
    for (let seed = 1; seed <= (process.env.CI === 'true' ? 25 : 3); seed += 1) {
      const { most, during, after, said } = await scenario(seed, { empty });
      expect(most).toBeLessThanOrEqual(404);
      expect(during).toBeGreaterThan(350);
      expect(after).toBeGreaterThan(340);
      expect(said.toSorted()).toEqual(['away', 'away', 'away', 'away', 'back', 'back', 'back', 'back']);
    }
  });

  it('holds also where the store does not answer, and before any process has seen the others', async () => {
    const clock = createTestClock();
    const network = createNetwork(clock);
    network.hang();
    const options = { rateLimit: { limit: 100, windowMs: 1_000, processes: 4 } };
    const { processes, starts } = createFleet({ clock, network, size: 4, options });
    for (const { call } of processes) for (let index = 0; index < 200; index += 1) outcome(call());
    await clock.advance(5_000);
    expect(mostInWindow(starts, 1_000)).toBeLessThanOrEqual(100);
    expect(starts.length).toBeGreaterThanOrEqual(300);
  });
});
