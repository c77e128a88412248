import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTestClock } from '../__tests__/clock.ts';
import { outcome, read, setUp, upstream } from '../__tests__/pipeline.ts';
import type { RateLimitOptions } from './bucket.ts';
import { mergeResilience, type ResilienceInput } from './options.ts';
import { RateLimit } from './rate-limit.ts';

const options = (rateLimit: ResilienceInput['rateLimit']): RateLimitOptions => {
  const merged = mergeResilience({ rateLimit }).rateLimit;
  if (merged === false) throw new Error('the limit is off');
  return merged;
};

describe('RateLimit', () => {
  it('never starts more than its limit in any stretch of its window, and wastes little', () => {
    const limits = fc.record({
      limit: fc.integer({ min: 1, max: 300 }),
      windowMs: fc.integer({ min: 10, max: 5_000 }),
    });
    fc.assert(
      fc.property(
        limits,
        fc.array(fc.nat(60), { minLength: 50, maxLength: 400 }),
        ({ limit, windowMs }, gaps) => {
          const rate = new RateLimit(options({ limit, windowMs }), createTestClock());
          const starts: number[] = [];
          let now = 0;
          for (const gap of gaps) {
            now += gap;
            const inWindow = starts.filter((at) => at > now - windowMs).length;
            const taken = rate.take(undefined, now);
            if (taken) starts.push(now);
            expect(taken && inWindow >= limit).toBe(false);
            if (limit <= 64) expect(taken).toBe(inWindow < limit);
          }
        },
      ),
    );
  });

  it('says exactly when the next turn is', () => {
    const rate = new RateLimit(options({ limit: 2, windowMs: 1_000 }), createTestClock());
    expect([rate.take('a', 0), rate.take('a', 300), rate.take('a', 400)]).toEqual([true, true, false]);
    expect(rate.turn('a', 400)).toBe(1_000);
    expect(rate.take('a', 999)).toBe(false);
    expect(rate.take('a', 1_000)).toBe(true);
    expect(rate.remaining('a', 1_000)).toBe(0);
    expect(rate.remaining('a', 1_300)).toBe(1);
  });

  it('keeps keys apart, lets idle ones go, and shares one limit among too many', () => {
    const rate = new RateLimit(options({ limit: 1, windowMs: 1_000, maxKeys: 100 }), createTestClock());
    for (let key = 0; key < 100; key += 1) expect(rate.take(`key ${key}`, 0)).toBe(true);
    expect(rate.take('one too many', 10)).toBe(true);
    expect(rate.take('another', 10)).toBe(false);
    expect(rate.take('key 7', 10)).toBe(false);
    for (let key = 0; key < 100_000; key += 1) rate.take(`invented ${key}`, 20);
    expect(rate.keys).toBeLessThanOrEqual(101);
    expect(rate.take('later', 2_000)).toBe(true);
    expect(rate.keys).toBe(1);
  });

  it('spreads calls after a burst', () => {
    const rate = new RateLimit(options({ limit: 10, windowMs: 1_000, burst: 2 }), createTestClock());
    const starts = Array.from({ length: 60 }, (_, index) => index * 10).filter((at) =>
      rate.take(undefined, at),
    );
    expect(starts).toEqual([0, 10, 100, 200, 300, 400, 500]);
  });
});

describe('the rate limit in the pipeline', () => {
  it('holds calls back until their turn, in their order', async () => {
    const waits: string[] = [];
    const { pipeline, clock } = setUp({
      options: { rateLimit: { limit: 2, windowMs: 1_000 } },
      observer: { wait: (_, reason, ms) => waits.push(`${reason} ${ms}`) },
    });
    const order: number[] = [];
    const { body, times } = upstream(clock);
    for (let call = 0; call < 6; call += 1)
      outcome(
        pipeline.run(read, undefined, () => {
          order.push(call);
          return body();
        }),
      );
    expect(pipeline.snapshot()).toMatchObject({ inFlight: 6, queued: 4, quotaRemaining: 0 });
    await clock.advance(5_000);
    expect(times).toEqual([0, 0, 1_000, 1_000, 2_000, 2_000]);
    expect(order).toEqual([0, 1, 2, 3, 4, 5]);
    expect(waits).toEqual(['rate-limit 1000', 'rate-limit 1000', 'rate-limit 2000', 'rate-limit 2000']);
    await clock.advance(1_000);
    expect(clock.pending).toBe(0);
  });

  it('refuses at once what could not start in time, and says when it could', async () => {
    const { pipeline, clock } = setUp({
      options: { rateLimit: { limit: 1, windowMs: 10_000, maxWaitMs: 5_000 } },
    });
    const { body } = upstream(clock);
    await pipeline.run(read, undefined, body);
    await expect(pipeline.run(read, undefined, body)).rejects.toMatchObject({
      code: 'resource_exhausted',
      effect: 'none',
      attempts: 0,
      notBefore: clock.now() + 10_000,
    });
    expect(body).toHaveBeenCalledTimes(1);
  });

  it('refuses what its queue does not hold', async () => {
    const { pipeline, clock } = setUp({ options: { rateLimit: { limit: 1, windowMs: 1_000, maxQueue: 2 } } });
    const { body } = upstream(clock);
    const calls = Array.from({ length: 5 }, () => outcome(pipeline.run(read, undefined, body)));
    await clock.advance(10_000);
    expect(calls.map(({ error }) => (error === undefined ? 'ok' : 'refused'))).toEqual([
      'ok',
      'ok',
      'ok',
      'refused',
      'refused',
    ]);
  });

  it('limits each rateLimitKey for itself', async () => {
    const { pipeline, clock } = setUp({ options: { rateLimit: { limit: 1, windowMs: 1_000 } } });
    const { body, times } = upstream(clock);
    for (const rateLimitKey of ['a', 'b', 'a']) outcome(pipeline.run(read, { rateLimitKey }, body));
    await clock.advance(2_000);
    expect(times).toEqual([0, 0, 1_000]);
  });
});
