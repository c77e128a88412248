import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTestClock } from '../__tests__/clock.ts';
import { answered, cut, outcome, read, setUp, upstream } from '../__tests__/pipeline.ts';
import { type ErrorCode, IntegrationError } from '../errors.ts';
import {
  type BreakerOptions,
  type BreakerOutcome,
  breakerOutcome,
  CircuitBreaker,
} from './circuit-breaker.ts';
import { mergeResilience, type ResilienceInput } from './options.ts';
import type { BreakerState } from './types.ts';

type Breaker = Exclude<NonNullable<ResilienceInput['breaker']>, false>;

const options = (breaker: Breaker): BreakerOptions => {
  const merged = mergeResilience({ breaker }).breaker;
  if (merged === false) throw new Error('the breaker is off');
  return merged;
};

/** The state machine in its plainest form: it keeps every outcome, and judges by looking through all of them. */
class Model {
  state: BreakerState = 'closed';
  probe: number | undefined;
  openedAt = 0;
  /** What was counted since it was last closed. */
  history: { at: number; failed: boolean }[] = [];
  /** The period in which each call began. */
  period = 0;
  readonly calls = new Map<number, number>();
  readonly options: BreakerOptions;

  constructor(of: BreakerOptions) {
    this.options = of;
  }

  move(to: BreakerState) {
    this.state = to;
    this.period += 1;
    this.probe = undefined;
    if (to === 'closed') this.history = [];
  }

  mayEnter(now: number): boolean {
    if (this.state === 'closed') return true;
    if (this.state === 'open') return now - this.openedAt >= this.options.halfOpenAfterMs;
    return this.state === 'half-open' && this.probe === undefined;
  }

  enter(call: number) {
    if (this.state === 'open') this.move('half-open');
    if (this.state === 'half-open') this.probe = call;
    this.calls.set(call, this.period);
  }

  leave(call: number, result: BreakerOutcome, now: number) {
    if (this.calls.get(call) !== this.period) return;
    if (this.state === 'half-open') {
      this.probe = undefined;
      if (result === 'success') this.move('closed');
      if (result === 'failure') this.open(now);
    } else if (this.state === 'closed' && result !== 'nothing') {
      this.history.push({ at: now, failed: result === 'failure' });
      if (result === 'failure' && this.isTooMuch(now)) this.open(now);
    }
  }

  open(now: number) {
    this.openedAt = now;
    this.move('open');
  }

  isTooMuch(now: number): boolean {
    const { by, failures, size, threshold, minimumCalls, windowMs } = this.options;
    if (by === 'consecutive')
      return this.history.slice(-failures).filter(({ failed }) => failed).length === failures;
    const slice = windowMs / 10;
    const oldest = Math.floor(now / slice) - 9;
    const seen =
      by === 'count'
        ? this.history.slice(-size)
        : this.history.filter(({ at }) => Math.floor(at / slice) >= oldest);
    const failed = seen.filter((call) => call.failed).length;
    return (
      seen.length >= Math.min(minimumCalls, by === 'count' ? size : minimumCalls) &&
      failed > threshold * seen.length
    );
  }
}

type Step =
  | { readonly do: 'enter' }
  | { readonly do: 'leave'; readonly which: number; readonly result: BreakerOutcome }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'isolate' }
  | { readonly do: 'reset' };

const result = fc.constantFrom<BreakerOutcome>('success', 'failure', 'failure', 'nothing');
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.constant({ do: 'enter' } as const) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('leave' as const), which: fc.nat(5), result }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 700 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'reset' } as const) },
  { weight: 1, arbitrary: fc.constant({ do: 'isolate' } as const) },
);
const breakers = fc.oneof(
  fc.record({ by: fc.constant('consecutive' as const), failures: fc.integer({ min: 1, max: 4 }) }),
  fc.record({
    by: fc.constant('count' as const),
    size: fc.integer({ min: 1, max: 8 }),
    minimumCalls: fc.integer({ min: 1, max: 8 }),
    threshold: fc.constantFrom(0.2, 0.5, 0.8),
  }),
  fc.record({
    by: fc.constant('sampling' as const),
    windowMs: fc.constantFrom(500, 1_000),
    minimumCalls: fc.integer({ min: 1, max: 5 }),
    threshold: fc.constantFrom(0.2, 0.5, 0.8),
  }),
);

describe('CircuitBreaker', () => {
  it('does what the model of its state machine does, over 1,000 random traces', () => {
    fc.assert(
      fc.property(breakers, fc.array(step, { minLength: 20, maxLength: 120 }), (input, steps) => {
        const of = options({ ...input, halfOpenAfterMs: 1_000 });
        const breaker = new CircuitBreaker(of);
        const model = new Model(of);
        const inside: { call: number; permit: number }[] = [];
        let now = 5_000;
        let call = 0;
        for (const next of steps) {
          if (next.do === 'enter') {
            const may = breaker.refusal(now) === undefined;
            expect(may).toBe(model.mayEnter(now));
            if (!may) continue;
            model.enter(call);
            inside.push({ call, permit: breaker.enter() });
            call += 1;
          } else if (next.do === 'leave') {
            const [left] = inside.splice(next.which % Math.max(1, inside.length), 1);
            if (left === undefined) continue;
            model.leave(left.call, next.result, now);
            breaker.leave(left.permit, next.result, now);
          } else if (next.do === 'pass') {
            now += next.ms;
          } else if (next.do === 'reset') {
            model.move('closed');
            breaker.reset();
          } else {
            model.move('isolated');
            breaker.isolate();
          }
          expect(breaker.state).toBe(model.state);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('counts outcomes as its table says', () => {
    const of = (code: ErrorCode, status?: number) =>
      breakerOutcome(new IntegrationError('x', { code, status }));
    expect([of('unavailable'), of('deadline_exceeded'), of('internal', 500), of('unavailable', 503)]).toEqual(
      Array(4).fill('failure'),
    );
    expect([of('not_found', 404), of('resource_exhausted', 429), of('unimplemented', 501)]).toEqual(
      Array(3).fill('success'),
    );
    expect([of('internal'), of('cancelled'), of('unknown'), of('resource_exhausted')]).toEqual(
      Array(4).fill('nothing'),
    );
  });
});

describe('the breaker in the pipeline', () => {
  const setting = { retry: false, breaker: { failures: 3, halfOpenAfterMs: 5_000 } } as const;

  it('sends nothing while it is open, says when it may be tried again, and closes with one good call', async () => {
    const changes: string[] = [];
    const { pipeline, clock } = setUp({
      options: setting,
      observer: { breaker: (from, to) => changes.push(`${from} → ${to}`) },
    });
    const { body } = upstream(clock, cut(), answered(503), answered(500));
    for (let call = 0; call < 3; call += 1) await pipeline.run(read, undefined, body).catch(() => {});
    expect(pipeline.snapshot().breaker).toBe('open');
    await clock.advance(4_000);
    for (let call = 0; call < 100; call += 1) {
      await expect(pipeline.run(read, undefined, body)).rejects.toMatchObject({
        code: 'unavailable',
        effect: 'none',
        attempts: 0,
        retryAfterMs: 1_000,
        notBefore: clock.now() + 1_000,
      });
    }
    expect(body).toHaveBeenCalledTimes(3);
    await clock.advance(1_000);
    const probe = Promise.withResolvers<string>();
    const first = outcome(pipeline.run(read, undefined, () => probe.promise));
    await expect(pipeline.run(read, undefined, body)).rejects.toMatchObject({ code: 'unavailable' });
    expect(body).toHaveBeenCalledTimes(3);
    probe.resolve('back');
    await clock.advance(0);
    expect(first.value).toBe('back');
    expect(changes).toEqual(['closed → open', 'open → half-open', 'half-open → closed']);
  });

  it('lets the next call probe when the probe was aborted', async () => {
    const { pipeline, clock } = setUp({ options: setting });
    const { body } = upstream(clock, cut(), cut(), cut());
    for (let call = 0; call < 3; call += 1) await pipeline.run(read, undefined, body).catch(() => {});
    await clock.advance(5_000);
    const controller = new AbortController();
    const probe = outcome(pipeline.run(read, { signal: controller.signal }, () => new Promise(() => {})));
    controller.abort();
    await clock.advance(0);
    expect(probe.settled).toBe(true);
    await expect(pipeline.run(read, undefined, body)).resolves.toBe('ok');
  });

  it('opens and closes by hand, without a breaker as well', async () => {
    for (const breaker of [{}, false] as const) {
      const { pipeline, clock } = setUp({ options: { breaker } });
      const { body } = upstream(clock);
      pipeline.isolate();
      await clock.advance(1_000_000);
      await expect(pipeline.run(read, undefined, body)).rejects.toMatchObject({ code: 'unavailable' });
      expect(pipeline.snapshot().breaker).toBe('isolated');
      expect(body).not.toHaveBeenCalled();
      pipeline.reset();
      await expect(pipeline.run(read, undefined, body)).resolves.toBe('ok');
    }
  });

  it('does not open by answers that judge the call, nor by a time that the caller chose', async () => {
    const { pipeline, clock } = setUp({ options: setting, clock: createTestClock() });
    for (let call = 0; call < 10; call += 1) {
      await pipeline.run(read, undefined, () => Promise.reject(answered(404))).catch(() => {});
      outcome(pipeline.run(read, { timeoutMs: 5 }, () => new Promise(() => {})));
      await clock.advance(10);
    }
    expect(pipeline.snapshot().breaker).toBe('closed');
  });

  it('opens by calls that hang until the integration itself gives up', async () => {
    const { pipeline, clock } = setUp({ options: { ...setting, timeoutMs: 1_000 } });
    for (let call = 0; call < 3; call += 1) {
      outcome(pipeline.run(read, undefined, () => new Promise(() => {})));
      await clock.advance(1_000);
    }
    expect(pipeline.snapshot().breaker).toBe('open');
  });

  it('gives up a retry, with the failure that came before, once the circuit has opened', async () => {
    const { pipeline, clock } = setUp({ options: { breaker: { failures: 1 } } });
    const { body } = upstream(clock, answered(503));
    const call = outcome(pipeline.run(read, undefined, body));
    await clock.advance(0);
    expect(call.error).toMatchObject({ status: 503, attempts: 1 });
  });
});
