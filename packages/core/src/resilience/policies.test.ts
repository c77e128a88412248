import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { answered, cut, operation, outcome, read, setUp, upstream } from '../__tests__/pipeline.ts';
import { describeVectors } from '../__tests__/vectors.ts';
import { IntegrationError } from '../errors.ts';
import type { Call, Effect } from '../operation.ts';
import { memoryState } from '../state.ts';
import { withFallback } from './fallback.ts';
import { fingerprintOf, newIdempotencyKey } from './idempotency.ts';
import { mergeResilience } from './options.ts';

const never = () => new Promise<never>(() => {});

describe('mergeResilience', () => {
  it('lays registration on tenant on definition, section by section', () => {
    const merged = mergeResilience(
      { timeoutMs: 10_000, retry: { maxAttempts: 5, initialMs: 50 }, bulkhead: false },
      { retry: { maxAttempts: 2 }, breaker: { failures: 9 } },
      undefined,
      { breaker: false, bulkhead: { maxConcurrent: 7 } },
    );
    expect(merged).toMatchObject({ timeoutMs: 10_000, breaker: false, rateLimit: false, hedge: false });
    expect(merged.retry).toEqual({ maxAttempts: 2, initialMs: 50, maxMs: 10_000, jitter: 'full' });
    expect(merged.bulkhead).toEqual({ maxConcurrent: 7, maxQueue: 1_000 });
  });

  it('lists every fault at once', () => {
    const faulty = { timeoutMs: -1, retry: { maxAttempt: 3 }, rateLimit: {} } as object;
    expect(() => mergeResilience(faulty)).toThrow(/timeoutMs.*retry.*rateLimit/s);
  });
});

describe('the bulkhead', () => {
  it('bounds the calls in flight, queues in order and refuses what the queue does not hold', async () => {
    const { pipeline, clock } = setUp({ options: { bulkhead: { maxConcurrent: 2, maxQueue: 2 } } });
    const ends: ((value: string) => void)[] = [];
    const calls = Array.from({ length: 5 }, () =>
      outcome(pipeline.run(read, undefined, () => new Promise<string>((resolve) => ends.push(resolve)))),
    );
    await clock.advance(0);
    expect(ends).toHaveLength(2);
    expect(pipeline.snapshot()).toMatchObject({ inFlight: 4, queued: 2 });
    expect(calls[4]?.error).toMatchObject({ code: 'resource_exhausted', effect: 'none', attempts: 0 });
    ends[0]?.('first');
    await clock.advance(0);
    expect(ends).toHaveLength(3);
    ends[1]?.('second');
    ends[2]?.('third');
    await clock.advance(0);
    ends[3]?.('fourth');
    await clock.advance(0);
    expect(calls.slice(0, 4).map(({ value }) => value)).toEqual(['first', 'second', 'third', 'fourth']);
  });

  it('gives the places of aborted calls back, waiting ones included', async () => {
    const { pipeline, clock } = setUp({ options: { bulkhead: { maxConcurrent: 1 } } });
    const controller = new AbortController();
    const { signal } = controller;
    const calls = Array.from({ length: 10 }, () => outcome(pipeline.run(read, { signal }, never)));
    await clock.advance(0);
    controller.abort();
    await clock.advance(0);
    expect(calls.every(({ settled }) => settled)).toBe(true);
    await expect(pipeline.run(read, undefined, async () => 'free')).resolves.toBe('free');
  });

  it('sends nothing of its queue to a vendor whose circuit opened meanwhile', async () => {
    const { pipeline, clock } = setUp({
      options: { retry: false, bulkhead: { maxConcurrent: 1 }, breaker: { failures: 1 } },
    });
    const { body } = upstream(clock, answered(503));
    const calls = Array.from({ length: 5 }, () => outcome(pipeline.run(read, undefined, body)));
    await clock.advance(0);
    expect(body).toHaveBeenCalledTimes(1);
    expect(
      calls.every(({ error }) => error instanceof IntegrationError && error.code === 'unavailable'),
    ).toBe(true);
  });
});

describe('hedging', () => {
  const options = { hedge: { delayMs: 100, max: 2 } };

  it('sends a slow read again, takes the first answer and aborts the rest', async () => {
    const { pipeline, clock } = setUp({ options });
    const signals: AbortSignal[] = [];
    const call = outcome(
      pipeline.run(read, undefined, ({ signal, attempt }) => {
        signals.push(signal);
        return attempt === 2 ? Promise.resolve('second') : never();
      }),
    );
    await clock.advance(99);
    expect(signals).toHaveLength(1);
    await clock.advance(1);
    expect(call.value).toBe('second');
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    await clock.advance(0);
    expect(clock.pending).toBe(0);
    expect(pipeline.snapshot().inFlight).toBe(0);
  });

  it('sends at most max beside the first, and nothing when the answer is quick', async () => {
    const { pipeline, clock } = setUp({ options });
    const { body } = upstream(clock);
    await pipeline.run(read, undefined, body);
    await clock.advance(1_000);
    expect(body).toHaveBeenCalledTimes(1);
    const sent: Call[] = [];
    outcome(
      pipeline.run(read, { timeoutMs: 5_000 }, (call) => {
        sent.push(call);
        return never();
      }),
    );
    await clock.advance(4_000);
    expect(sent).toHaveLength(3);
    await clock.advance(1_001);
    expect(clock.pending).toBe(0);
  });

  it('is for reads alone', async () => {
    for (const effect of ['idempotent', 'keyed', 'unsafe'] as const) {
      const { pipeline, clock } = setUp({ options });
      const sent: Call[] = [];
      outcome(
        pipeline.run(operation(effect), { timeoutMs: 2_000 }, (call) => {
          sent.push(call);
          return never();
        }),
      );
      await clock.advance(1_900);
      expect(sent).toHaveLength(1);
    }
  });

  it('ends all of them on an abort', async () => {
    const { pipeline, clock } = setUp({ options });
    const controller = new AbortController();
    const signals: AbortSignal[] = [];
    const call = outcome(
      pipeline.run(read, { signal: controller.signal }, ({ signal }) => {
        signals.push(signal);
        return never();
      }),
    );
    await clock.advance(150);
    controller.abort('enough');
    await clock.advance(0);
    expect(call.error).toBe('enough');
    expect(signals.map(({ reason }) => reason)).toEqual(['enough', 'enough']);
    expect(clock.pending).toBe(0);
  });
});

describe('idempotency keys', () => {
  const keyed = operation('keyed');
  const keyOf = async (call: Call) => call.idempotencyKey;

  it('are made for each call, reused over its retries, and absent for other effects', async () => {
    const { pipeline, clock } = setUp({ random: Math.random });
    const keys: (string | undefined)[] = [];
    const call = outcome(
      pipeline.run(keyed, undefined, async ({ idempotencyKey, attempt }) => {
        keys.push(idempotencyKey);
        if (attempt < 3) throw cut();
      }),
    );
    await clock.advance(60_000);
    expect(call.settled).toBe(true);
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    expect(await pipeline.run(keyed, undefined, keyOf)).not.toBe(keys[0]);
    expect(await pipeline.run(keyed, { idempotencyKey: 'mine' }, keyOf)).toBe('mine');
    for (const effect of ['read', 'idempotent', 'unsafe'] as const) {
      expect(await pipeline.run(operation(effect), undefined, keyOf)).toBeUndefined();
    }
  });

  it('are the same for the same seed', () => {
    expect(newIdempotencyKey(() => 0.5)).toBe('88888888-8888-4888-a888-888888888888');
  });

  it('of a reference are stored before sending and found again after a restart', async () => {
    const state = memoryState();
    const args = ['order', { amount: 5, currency: 'EUR' }];
    const before = setUp({ state, random: Math.random });
    let stored: string | undefined;
    const first = outcome(
      before.pipeline.run(
        keyed,
        { reference: 'order 7', timeoutMs: 1_000 },
        async ({ idempotencyKey }) => {
          stored = (await state.get('idempotency/do/order 7'))?.value;
          expect(stored).toContain(idempotencyKey);
          return never();
        },
        undefined,
        args,
      ),
    );
    await before.clock.advance(1_000);
    expect(first.settled).toBe(true);
    const after = setUp({ state, random: Math.random });
    const reordered = ['order', { currency: 'EUR', amount: 5 }, undefined];
    const key = await after.pipeline.run(keyed, { reference: 'order 7' }, keyOf, undefined, reordered);
    expect(stored).toContain(key);
    await expect(
      after.pipeline.run(keyed, { reference: 'order 7' }, keyOf, undefined, [
        'order',
        { amount: 6, currency: 'EUR' },
      ]),
    ).rejects.toMatchObject({ code: 'invalid_argument', attempts: 0, effect: 'none', operation: 'do' });
  });

  it('of one reference are one, for callers at the same moment', async () => {
    const { pipeline } = setUp({ random: Math.random });
    const keys = await Promise.all(
      Array.from({ length: 50 }, () => pipeline.run(keyed, { reference: 'r' }, keyOf, undefined, [1])),
    );
    expect(new Set(keys).size).toBe(1);
  });

  it('that cannot be stored stop the call before it is sent', async () => {
    const state = {
      ...memoryState(),
      get: () => Promise.reject(new IntegrationError('store is away', { code: 'unavailable' })),
    };
    const { pipeline } = setUp({ state });
    const sent: Call[] = [];
    await expect(
      pipeline.run(keyed, { reference: 'r' }, async (call) => sent.push(call)),
    ).rejects.toMatchObject({
      code: 'unavailable',
      provider: 'acme',
      effect: 'none',
    });
    expect(sent).toEqual([]);
  });

  it('can be waited for no longer than the call may take, and not beyond an abort', async () => {
    const { pipeline, clock } = setUp({ state: { ...memoryState(), get: never } });
    const controller = new AbortController();
    const late = outcome(pipeline.run(keyed, { reference: 'r', timeoutMs: 100 }, keyOf));
    const aborted = outcome(pipeline.run(keyed, { reference: 'r', signal: controller.signal }, keyOf));
    controller.abort('gone');
    await clock.advance(100);
    expect(late.error).toMatchObject({ code: 'deadline_exceeded', effect: 'none' });
    expect(aborted.error).toBe('gone');
    expect(clock.pending).toBe(0);
  });

  it('go by what the arguments say, bytes and dates included', () => {
    expect(fingerprintOf([new Uint8Array([1])])).not.toBe(fingerprintOf([new Uint8Array([2])]));
    expect(fingerprintOf([new Date(1)])).not.toBe(fingerprintOf([new Date(2)]));
    expect(fingerprintOf([1n])).not.toBe(fingerprintOf(['1']));
    expect(fingerprintOf([new Map([[1, 2]])])).not.toBe(fingerprintOf([new Map([[1, 3]])]));
  });
});

describe('withFallback', () => {
  const failing = (fields: ConstructorParameters<typeof IntegrationError>[1]) => () =>
    Promise.reject(new IntegrationError('x', fields));

  it('gives the other answer for what it stands in for', async () => {
    await expect(
      withFallback(failing({ code: 'unavailable' }), { use: (error) => error.code }),
    ).resolves.toBe('unavailable');
    await expect(
      withFallback(failing({ code: 'not_found' }), { on: ['not_found'], use: () => 1 }),
    ).resolves.toBe(1);
    await expect(withFallback(async () => 2, { use: () => 1 })).resolves.toBe(2);
  });

  it('lets everything else through: other codes, aborts, and what may have had an effect', async () => {
    const use = () => 'instead';
    await expect(withFallback(failing({ code: 'not_found' }), { use })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(
      withFallback(failing({ code: 'unavailable', effect: 'unknown' }), { use }),
    ).rejects.toMatchObject({ effect: 'unknown' });
    await expect(withFallback(() => Promise.reject('aborted'), { use })).rejects.toBe('aborted');
  });
});

describe('the observer', () => {
  it('hears of each call, attempt, retry and wait, with durations', async () => {
    const heard: unknown[] = [];
    const { pipeline, clock } = setUp({
      options: { retry: { jitter: 'none', initialMs: 100 } },
      observer: {
        callEnd: (_, ms, attempts, error) => heard.push(['call', ms, attempts, error]),
        attemptEnd: (_, attempt, ms, error) => heard.push(['attempt', attempt, ms, error === undefined]),
        retry: (_, next, ms) => heard.push(['retry', next, ms]),
        wait: (_, reason, ms) => heard.push(['wait', reason, ms]),
      },
    });
    const { body } = upstream(clock, cut());
    outcome(pipeline.run(read, undefined, body));
    await clock.advance(100);
    expect(heard).toEqual([
      ['attempt', 1, 0, false],
      ['retry', 2, 100],
      ['wait', 'backoff', 100],
      ['attempt', 2, 0, true],
      ['call', 100, 2, undefined],
    ]);
  });
});

describeVectors('vendors’ retry vectors', 'retry', (folder) => {
  const load = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'));

  interface AwsCase {
    name: string;
    given: { max_attempts: number; initial_retry_tokens: number; max_backoff_time: number };
    responses: { response: { status_code: number }; expected: { outcome: string; delay?: number } }[];
  }

  for (const { name, given, responses } of load('aws-standard-retry.json') as AwsCase[]) {
    it(`AWS: ${name}`, async () => {
      const { pipeline, clock } = setUp({
        options: {
          timeoutMs: 600_000,
          retry: {
            maxAttempts: given.max_attempts,
            initialMs: 1_000,
            maxMs: given.max_backoff_time * 1_000,
            jitter: 'none',
          },
          // Their bucket of tokens at 5 a retry, as ours counts: retries within ten seconds.
          retryBudget: { ratio: 0, minimum: given.initial_retry_tokens / 5 },
        },
      });
      const statuses = responses.map(({ response }) => response.status_code);
      const { body, times } = upstream(
        clock,
        ...statuses.map((status) => (status === 200 ? undefined : answered(status))),
      );
      const call = outcome(pipeline.run(read, undefined, body));
      await clock.advance(600_000);
      const delays = responses.flatMap(({ expected }) => expected.delay ?? []);
      expect(times.slice(1).map((at, index) => (at - (times[index] ?? 0)) / 1_000)).toEqual(delays);
      expect(call.error === undefined).toBe(responses.at(-1)?.expected.outcome === 'success');
    });
  }

  interface GcsTest {
    id: number;
    description: string;
    cases: { instructions: string[] }[];
    preconditionProvided: boolean;
    expectSuccess: boolean;
  }

  /** What our effects say of the calls of each test. */
  const effectsOf: Record<number, readonly Effect[]> = {
    1: ['read', 'idempotent'],
    2: ['idempotent', 'keyed'],
    3: ['unsafe'],
    4: ['unsafe'],
    5: ['read', 'idempotent', 'keyed', 'unsafe'],
    6: ['read', 'idempotent', 'keyed'],
    7: ['idempotent', 'keyed'],
    8: ['read'],
  };

  for (const { id, description, cases, expectSuccess } of load('gcs-retry_tests.json')
    .retryTests as GcsTest[]) {
    it(`Google Cloud Storage, ${id}: ${description}`, async () => {
      for (const { instructions } of cases) {
        for (const effect of effectsOf[id] ?? []) {
          const { pipeline, clock } = setUp();
          const failures = instructions.map((text) => {
            const status = /^return-(\d{3})/.exec(text)?.[1];
            return status === undefined ? cut() : answered(Number(status));
          });
          const { body } = upstream(clock, ...failures);
          const call = outcome(pipeline.run(operation(effect), undefined, body));
          await clock.advance(60_000);
          expect([instructions, effect, call.error === undefined]).toEqual([
            instructions,
            effect,
            expectSuccess,
          ]);
        }
      }
    });
  }
});
