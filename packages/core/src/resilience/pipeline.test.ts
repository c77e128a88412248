import { describe, expect, it } from 'vitest';
import { createTestClock, settle } from '../__tests__/clock.ts';
import { answered, cut, operation, outcome, read, setUp, upstream } from '../__tests__/pipeline.ts';
import { errorCode, type IntegrationError, isIntegrationError, VendorError } from '../errors.ts';
import type { Call, Effect } from '../operation.ts';

const quiet = { retry: { jitter: 'none', initialMs: 100, maxMs: 1_000 } } as const;
const never = () => new Promise<never>(() => {});

describe('createPipeline', () => {
  it('gives the result of a call that succeeds, with one attempt and no timer left', async () => {
    const { pipeline, clock } = setUp();
    await expect(pipeline.run(read, undefined, async (call) => call.attempt)).resolves.toBe(1);
    await clock.advance(0);
    expect(clock.pending).toBe(0);
    expect(pipeline.snapshot()).toMatchObject({ inFlight: 0, queued: 0, breaker: 'closed' });
  });

  it('makes attempts at 0, 100 and 300 ms when the first two fail for the moment', async () => {
    const { pipeline, clock } = setUp({ options: quiet });
    const { body, times } = upstream(clock, answered(503), cut());
    const call = outcome(pipeline.run(read, undefined, body));
    await clock.advance(1_000);
    expect(call.value).toBe('ok');
    expect(times).toEqual([0, 100, 300]);
  });

  it('spreads a backoff by the injected chance', async () => {
    const { pipeline, clock } = setUp({ options: { retry: { initialMs: 100 } }, random: () => 0.25 });
    const { body, times } = upstream(clock, answered(503));
    outcome(pipeline.run(read, undefined, body));
    await clock.advance(1_000);
    expect(times).toEqual([0, 25]);
  });

  it('gives up after maxAttempts with the last error, which tells the attempts and names the call', async () => {
    const { pipeline, clock } = setUp({ options: quiet });
    const { body } = upstream(clock, answered(503), answered(503), answered(503, {}, { requestId: 'r-3' }));
    const call = outcome(pipeline.run(read, undefined, body));
    await clock.advance(5_000);
    expect(call.error).toMatchObject({
      code: 'unavailable',
      status: 503,
      requestId: 'r-3',
      attempts: 3,
      provider: 'acme',
      operation: 'do',
      integration: 'acme_main',
      tenant: 'one',
      message: 'acme.do: answered with status 503',
    });
  });

  it('does not repeat what will not pass by itself', async () => {
    for (const status of [400, 401, 403, 404, 409, 422, 501]) {
      const { pipeline, clock } = setUp();
      const { body } = upstream(clock, answered(status));
      await expect(pipeline.run(read, undefined, body)).rejects.toMatchObject({ status, attempts: 1 });
    }
  });

  it('gives an attempt attemptTimeoutMs and the whole call timeoutMs', async () => {
    const { pipeline, clock } = setUp({ options: { ...quiet, timeoutMs: 2_500, attemptTimeoutMs: 1_000 } });
    const signals: AbortSignal[] = [];
    const call = outcome(
      pipeline.run(read, undefined, ({ signal }) => {
        signals.push(signal);
        return never();
      }),
    );
    await clock.advance(999);
    expect(signals[0]?.aborted).toBe(false);
    await clock.advance(1);
    expect(signals[0]?.aborted).toBe(true);
    expect(signals[0]?.reason).toMatchObject({ code: 'deadline_exceeded' });
    await clock.advance(1_399);
    expect(call.settled).toBe(false);
    await clock.advance(101);
    expect(call.error).toMatchObject({
      code: 'deadline_exceeded',
      message: 'acme.do: took longer than 2500 ms',
    });
    expect(signals).toHaveLength(3);
    expect(signals.every(({ aborted }) => aborted)).toBe(true);
    await clock.advance(0);
    expect(clock.pending).toBe(0);
  });

  it('obeys the time of a single call and refuses one that is no time', async () => {
    const { pipeline, clock } = setUp();
    const call = outcome(pipeline.run(read, { timeoutMs: 50 }, never));
    await clock.advance(50);
    expect(call.error).toMatchObject({ code: 'deadline_exceeded' });
    for (const timeoutMs of [0, -1, Number.NaN]) {
      await expect(pipeline.run(read, { timeoutMs }, never)).rejects.toMatchObject({
        code: 'invalid_argument',
      });
    }
  });

  it('ignores what an attempt does after it was given up', async () => {
    const { pipeline, clock } = setUp({ options: { ...quiet, attemptTimeoutMs: 100 } });
    const late = Promise.withResolvers<string>();
    let attempts = 0;
    const call = outcome(
      pipeline.run(read, undefined, () => {
        attempts += 1;
        return attempts === 1 ? late.promise : Promise.resolve('second');
      }),
    );
    await clock.advance(150);
    late.reject(new Error('too late'));
    await clock.advance(100);
    expect(call.value).toBe('second');
    expect(pipeline.snapshot().inFlight).toBe(0);
  });

  it('turns a fault of the provider into internal, without quoting it', async () => {
    const { pipeline } = setUp();
    const call = pipeline.run(read, undefined, async () => {
      throw new TypeError('cannot read https://user:hunter2@example.com');
    });
    const error = await call.catch((thrown: IntegrationError) => thrown);
    expect(error).toMatchObject({ code: 'internal', attempts: 1 });
    expect(String(error)).not.toContain('hunter2');
    expect((error as IntegrationError).cause).toBeInstanceOf(TypeError);
  });

  it('treats a throw and a rejection alike', async () => {
    const { pipeline } = setUp({ options: { retry: false } });
    const thrown = () => {
      throw answered(404);
    };
    await expect(pipeline.run(read, undefined, thrown)).rejects.toMatchObject({ code: 'not_found' });
    expect(pipeline.snapshot().inFlight).toBe(0);
  });
});

/** The vendor may have seen it, and this came of it. */
function failSent(call: Call, error: unknown): Promise<never> {
  call.markSent();
  return Promise.reject(error);
}

describe('effects', () => {
  const failures = {
    'an answer of 503': () => (call: Call) => failSent(call, answered(503)),
    'an answer of 429': () => (call: Call) => failSent(call, answered(429, { 'retry-after': '0' })),
    'a refused token': () => (call: Call) => failSent(call, answered(401)),
    'a cut connection': () => (call: Call) => failSent(call, cut()),
    'a refused connection': () => () =>
      Promise.reject(new VendorError({ reason: 'ECONNREFUSED', sent: false })),
    'a time-out of the attempt': () => (call: Call) => {
      call.markSent();
      return never();
    },
    'a fault of the provider': () => (call: Call) => failSent(call, new TypeError('x')),
    'an error of ours from within': () => (call: Call) => failSent(call, new Error('x')),
  } satisfies Record<string, () => (call: Call) => Promise<never>>;

  for (const [what, failing] of Object.entries(failures)) {
    it(`sends an unsafe operation once on ${what}`, async () => {
      const { pipeline, clock } = setUp();
      let sent = 0;
      const fail = failing();
      const call = outcome(
        pipeline.run(operation('unsafe'), undefined, (attempt) => {
          sent += 1;
          return fail(attempt);
        }),
      );
      await clock.advance(120_000);
      expect(isIntegrationError(call.error)).toBe(true);
      expect(sent).toBe(1);
    });
  }

  const effectOf = async (effect: Effect, fail: (call: Call) => Promise<never>) => {
    const { pipeline, clock } = setUp({ options: { retry: false } });
    const call = outcome(pipeline.run(operation(effect), undefined, fail));
    await clock.advance(60_000);
    return (call.error as IntegrationError).effect;
  };

  it('says that the outcome is unknown when it was sent and nothing came back', async () => {
    const unknown = [
      'a cut connection',
      'a time-out of the attempt',
      'a fault of the provider',
      'an answer of 503',
    ] as const;
    for (const effect of ['unsafe', 'keyed', 'idempotent'] as const) {
      for (const what of unknown)
        expect([what, await effectOf(effect, failures[what]())]).toEqual([what, 'unknown']);
    }
  });

  it('says that there was no effect when the vendor refused it, nothing was sent, or it was a read', async () => {
    for (const what of ['an answer of 429', 'a refused token', 'a refused connection'] as const) {
      expect([what, await effectOf('unsafe', failures[what]())]).toEqual([what, 'none']);
    }
    expect(await effectOf('unsafe', never)).toBe('none');
    for (const failing of Object.values(failures)) expect(await effectOf('read', failing())).toBe('none');
  });

  it('does not forget an earlier attempt that may have worked', async () => {
    const { pipeline, clock } = setUp({ options: quiet });
    const { body } = upstream(clock, cut(), answered(409));
    const call = outcome(pipeline.run(operation('keyed'), undefined, body));
    await clock.advance(1_000);
    expect(call.error).toMatchObject({ status: 409, attempts: 2, effect: 'unknown' });
  });

  it('does not call an unsafe failure of unknown outcome retryable', async () => {
    const { pipeline } = setUp();
    const error = pipeline.run(operation('unsafe'), undefined, () => Promise.reject(cut()));
    await expect(error).rejects.toMatchObject({ code: 'unavailable', retryable: false, effect: 'unknown' });
  });
});

describe('abort', () => {
  const reason = new Error('the user went away');
  const waits: Record<
    string,
    {
      readonly options: Parameters<typeof setUp>[0];
      readonly ahead: number;
      readonly headers?: Record<string, string>;
    }
  > = {
    'an attempt': { options: {}, ahead: 0 },
    'a backoff': { options: { options: { retry: { jitter: 'none', initialMs: 5_000 } } }, ahead: 0 },
    'a server hint': { options: {}, ahead: 0, headers: { 'retry-after': '20' } },
    'the queue of the rate limit': {
      options: { options: { rateLimit: { limit: 1, windowMs: 10_000 } } },
      ahead: 1,
    },
    'the queue of the bulkhead': { options: { options: { bulkhead: { maxConcurrent: 1 } } }, ahead: 1 },
  };

  for (const [what, { options, ahead, headers }] of Object.entries(waits)) {
    it(`ends ${what} at once, with the caller's reason untouched and nothing left behind`, async () => {
      const { pipeline, clock } = setUp(options);
      const others = Array.from({ length: ahead }, () =>
        outcome(pipeline.run(read, { timeoutMs: 1_000 }, never)),
      );
      const controller = new AbortController();
      const fails = what === 'a backoff' || what === 'a server hint';
      const call = outcome(
        pipeline.run(read, { signal: controller.signal }, () =>
          fails ? Promise.reject(answered(503, headers)) : never(),
        ),
      );
      await clock.advance(100);
      expect(call.settled).toBe(false);
      controller.abort(reason);
      await settle();
      expect(call.error).toBe(reason);
      await clock.advance(1_000);
      expect(others.every(({ settled }) => settled)).toBe(true);
      expect(pipeline.snapshot()).toMatchObject({ inFlight: 0, queued: 0 });
      expect(clock.pending).toBe(0);
    });
  }

  it('refuses a call whose signal is aborted already, without calling the provider', async () => {
    const { pipeline, clock } = setUp();
    const { body } = upstream(clock);
    await expect(pipeline.run(read, { signal: AbortSignal.abort(reason) }, body)).rejects.toBe(reason);
    expect(body).not.toHaveBeenCalled();
  });

  it('aborts the signal of the attempt with the same reason', async () => {
    const { pipeline } = setUp();
    const controller = new AbortController();
    let seen: AbortSignal | undefined;
    const call = outcome(
      pipeline.run(read, { signal: controller.signal }, ({ signal }) => {
        seen = signal;
        return never();
      }),
    );
    controller.abort(reason);
    await settle();
    expect(seen?.reason).toBe(reason);
    expect(call.error).toBe(reason);
  });

  it('stops a thousand calls that share one signal, and listens to it once', async () => {
    const { pipeline, clock } = setUp({ options: { bulkhead: false } });
    const controller = new AbortController();
    const calls = Array.from({ length: 1_000 }, () =>
      outcome(pipeline.run(read, { signal: controller.signal }, never)),
    );
    await settle();
    controller.abort(reason);
    await clock.advance(0);
    expect(calls.every(({ error }) => error === reason)).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('leaves no timer and no call after ten thousand calls of every outcome', async () => {
    const { pipeline, clock } = setUp({
      options: { bulkhead: { maxConcurrent: 50, maxQueue: 20_000 }, breaker: false },
    });
    const calls = Array.from({ length: 10_000 }, (_, index) => {
      const controller = new AbortController();
      const call = outcome(
        pipeline.run(read, { signal: controller.signal, timeoutMs: 1 + (index % 40) * 100 }, async () => {
          if (index % 5 === 0) throw answered(503);
          if (index % 5 === 1) throw answered(404);
          if (index % 5 === 2) return never();
          return index;
        }),
      );
      if (index % 7 === 0) queueMicrotask(() => controller.abort(reason));
      return call;
    });
    await clock.advance(60_000);
    expect(calls.filter(({ settled }) => !settled)).toEqual([]);
    expect(pipeline.snapshot()).toMatchObject({ inFlight: 0, queued: 0 });
    expect(clock.pending).toBe(0);
  });
});

describe('drain', () => {
  it('aborts all that is left, also where the abort of one call ends another', async () => {
    const { pipeline, clock } = setUp();
    const neighbour = Promise.withResolvers<string>();
    const calls = [
      pipeline.run(read, undefined, ({ signal }) => {
        signal.addEventListener('abort', () => neighbour.resolve('ended'));
        return never();
      }),
      pipeline.run(read, undefined, () => neighbour.promise),
      pipeline.run(read, undefined, never),
    ].map(outcome);
    const drained = outcome(pipeline.drain(1_000));
    await clock.advance(1_000);
    expect(calls.every(({ error }) => errorCode(error) === 'unavailable')).toBe(true);
    expect(drained.settled).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('refuses new calls, lets those inside end, and aborts what is left after the grace', async () => {
    const { pipeline, clock } = setUp();
    const short = Promise.withResolvers<string>();
    const one = outcome(pipeline.run(read, undefined, () => short.promise));
    const two = outcome(
      pipeline.run(operation('unsafe'), undefined, (call) => {
        call.markSent();
        return never();
      }),
    );
    const drained = outcome(pipeline.drain(1_000));
    await expect(pipeline.run(read, undefined, never)).rejects.toMatchObject({
      code: 'unavailable',
      attempts: 0,
    });
    short.resolve('done');
    await clock.advance(999);
    expect(one.value).toBe('done');
    expect(drained.settled).toBe(false);
    await clock.advance(1);
    expect(two.error).toMatchObject({ code: 'unavailable', effect: 'unknown' });
    expect(drained.settled).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('ends at once when nothing is inside', async () => {
    await setUp().pipeline.drain(1_000);
  });
});

describe('a dead upstream', () => {
  for (const [what, breaker] of [
    ['with', {}],
    ['without', false],
  ] as const) {
    it(`gets at most 1.10 attempts a call over 60 s at 50 calls a second, ${what} the breaker`, async () => {
      const { pipeline, clock } = setUp({ options: { breaker }, clock: createTestClock() });
      let attempts = 0;
      for (let call = 0; call < 3_000; call += 1) {
        outcome(
          pipeline.run(read, undefined, () => {
            attempts += 1;
            return Promise.reject(answered(503));
          }),
        );
        await clock.advance(20);
      }
      await clock.advance(60_000);
      expect(attempts / 3_000).toBeLessThanOrEqual(1.1);
      expect(attempts).toBeGreaterThan(0);
    });
  }
});
