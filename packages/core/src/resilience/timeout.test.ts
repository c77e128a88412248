import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { createTestClock, settle } from '../__tests__/clock.ts';
import { outcome, read, setUp } from '../__tests__/pipeline.ts';
import { type Clock, systemClock } from '../clock.ts';
import { memoryState } from '../state.ts';
import { mergeResilience } from './options.ts';
import { createPipeline } from './pipeline.ts';
import { type Timed, Timers } from './timeout.ts';

const timed = (expire: () => void): Timed => ({
  earlier: undefined,
  later: undefined,
  timers: undefined,
  due: 0,
  expire,
});

describe('Timers', () => {
  it('expires each at its time, in order, whatever was disarmed between', async () => {
    const clock = createTestClock(0);
    const timers = new Timers(clock);
    const expired: string[] = [];
    const all = Array.from({ length: 100 }, (_, index) =>
      timed(() => expired.push(`${index} at ${clock.now()}`)),
    );
    for (const [index, one] of all.entries()) {
      timers.arm(one, 1_000, clock.now());
      await clock.advance(1);
      if (index % 10 !== 3) timers.disarm(one);
    }
    expect(clock.pending).toBeLessThanOrEqual(2);
    await clock.advance(2_000);
    expect(expired).toEqual(Array.from({ length: 10 }, (_, ten) => `${ten * 10 + 3} at ${ten * 10 + 1_003}`));
    expect(clock.pending).toBe(0);
  });

  it('keeps any number of durations apart and leaves no timer of any', async () => {
    const clock = createTestClock(0);
    const timers = new Timers(clock);
    const expired: number[] = [];
    for (let delay = 1; delay <= 100; delay += 1)
      timers.arm(
        timed(() => expired.push(clock.now())),
        delay,
        0,
      );
    await clock.advance(200);
    expect(expired).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
    expect(clock.pending).toBe(0);
  });

  it('lets nobody wait for longer than its time again when the clock is set back', async () => {
    const inner = createTestClock(10_000_000);
    let offset = 0;
    const clock: Clock = { now: () => inner.now() + offset, schedule: inner.schedule };
    const timers = new Timers(clock);
    let expired = false;
    timers.arm(
      timed(() => {
        expired = true;
      }),
      1_000,
      clock.now(),
    );
    offset = -3_600_000;
    await inner.advance(1_000);
    expect(expired).toBe(false);
    await inner.advance(1_000);
    expect(expired).toBe(true);
  });
});

describe('what a pipeline holds', () => {
  it('is one listener a signal while calls are inside, and none after', async () => {
    const { pipeline } = setUp();
    const { signal } = new AbortController();
    const ends: (() => void)[] = [];
    const calls = [1, 2, 3].map(() =>
      outcome(pipeline.run(read, { signal }, () => new Promise<void>((resolve) => ends.push(resolve)))),
    );
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    for (const end of ends) end();
    await settle();
    expect(calls.every(({ settled }) => settled)).toBe(true);
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });

  it('is no handle of the process after thousands of calls by the real clock, aborted ones included', async () => {
    const held = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = held();
    const pipeline = createPipeline(mergeResilience({ bulkhead: false }), {
      names: { provider: 'acme', integration: 'acme', tenant: 'one' },
      errors: { docs: 'https://example.com', rows: [] },
      clock: systemClock,
      random: Math.random,
      state: memoryState(),
    });
    const calls = Array.from({ length: 5_000 }, (_, index) => {
      const controller = new AbortController();
      const call = pipeline.run(read, { signal: controller.signal, timeoutMs: 60_000 + index }, async () => {
        if (index % 3 === 0) await new Promise(() => {});
      });
      if (index % 3 === 0) queueMicrotask(() => controller.abort());
      return call.catch(() => {});
    });
    await Promise.all(calls);
    await pipeline.drain(0);
    for (let turn = 0; turn < 50 && held() > before; turn += 1) await settle();
    expect(held()).toBeLessThanOrEqual(before + 2);
  });
});

describe('many pipelines of one clock', () => {
  it('share their timers', async () => {
    const clock = createTestClock();
    const pipelines = Array.from({ length: 500 }, () => setUp({ clock }).pipeline);
    const ends: (() => void)[] = [];
    const calls = pipelines.map((pipeline) =>
      outcome(pipeline.run(read, undefined, () => new Promise<void>((resolve) => ends.push(resolve)))),
    );
    expect(clock.pending).toBe(1);
    for (const end of ends) end();
    await clock.advance(0);
    expect(calls.every(({ settled }) => settled)).toBe(true);
    expect(clock.pending).toBe(0);
  });
});
