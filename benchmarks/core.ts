/** Benchmarks of `@im/core`: what the policies cost around a call that itself costs nothing. */
import { createRequire } from 'node:module';
import {
  bulkhead,
  ConsecutiveBreaker,
  circuitBreaker,
  ExponentialBackoff,
  handleAll,
  retry,
  TimeoutStrategy,
  timeout,
  wrap,
} from 'cockatiel';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import {
  type CallOptions,
  createPipeline,
  memoryState,
  mergeResilience,
  type PipelineOperation,
  systemClock,
  VendorError,
} from '../packages/core/src/index.ts';
import { RateLimit } from '../packages/core/src/resilience/rate-limit.ts';
import { importLines } from './core/import.ts';
import { registryLines } from './core/registry.ts';
import { bytesPerCall, contest, failing, inFlight, type Line, line, oneByOne } from './measure.ts';

/** opossum has no types of its own; this is what is used of it. */
interface Opossum {
  fire(): Promise<unknown>;
  open(): void;
  shutdown(): void;
}
const OpossumBreaker: new (action: () => Promise<unknown>, options: Record<string, unknown>) => Opossum =
  createRequire(import.meta.url)('opossum');

const width = 1_000;
const places = 10 * width;
const ok = async () => 1;
/** A failure that nobody repeats; the same for all contenders. */
const refuse = async () => {
  throw new VendorError({ status: 404, sent: true });
};

let longestMs = 0;

/** Ours: every policy on, and an application's observer as the registry has one. */
function ours(options: { readonly isolated?: boolean } = {}) {
  const read: PipelineOperation = { name: 'getTrack', effect: 'read' };
  const pipeline = createPipeline(
    mergeResilience({
      bulkhead: { maxConcurrent: places },
      rateLimit: { limit: 1_000_000, windowMs: 100 },
    }),
    {
      names: { provider: 'spotify', integration: 'spotify_main', tenant: 'one' },
      errors: { docs: 'https://example.com', rows: [] },
      clock: systemClock,
      random: Math.random,
      state: memoryState(),
      observer: {
        callEnd: (_operation, durationMs) => {
          longestMs = Math.max(longestMs, durationMs);
        },
      },
    },
  );
  if (options.isolated) pipeline.isolate();
  return (body: () => Promise<unknown>, call?: CallOptions) => pipeline.run(read, call, body);
}

function cockatiel() {
  const policy = wrap(
    retry(handleAll, { maxAttempts: 3, backoff: new ExponentialBackoff() }),
    circuitBreaker(handleAll, { halfOpenAfter: 10_000, breaker: new ConsecutiveBreaker(5) }),
    timeout(10_000, TimeoutStrategy.Aggressive),
    bulkhead(places, 1_000),
  );
  return (body: () => Promise<unknown>, signal?: AbortSignal) => policy.execute(body, signal);
}

function opossum(body: () => Promise<unknown>): Opossum {
  // Its other way to open, a share of failures, is out of the way here.
  return new OpossumBreaker(body, { timeout: 10_000, volumeThreshold: Number.MAX_SAFE_INTEGER });
}

/**
 * The least that does the same job, as one would write it for one place in an application: retry, breaker, bulkhead, and
 * a time-out by one timer for all calls in flight. No options, no telemetry, no hints, no abort, no effects.
 */
function handWritten() {
  interface Waiting {
    readonly due: number;
    readonly reject: (error: Error) => void;
  }
  const waiting = new Set<Waiting>();
  let timer: NodeJS.Timeout | undefined;
  let active = 0;
  let failures = 0;
  let openUntil = 0;
  const sweep = () => {
    const now = Date.now();
    for (const entry of waiting) {
      if (entry.due > now) break;
      waiting.delete(entry);
      entry.reject(new Error('timed out'));
    }
    if (waiting.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
  const limited = (body: () => Promise<unknown>) =>
    new Promise((resolve, reject) => {
      const entry = { due: Date.now() + 10_000, reject };
      waiting.add(entry);
      timer ??= setInterval(sweep, 100);
      body().then(
        (value) => {
          waiting.delete(entry);
          resolve(value);
        },
        (error) => {
          waiting.delete(entry);
          reject(error);
        },
      );
    });
  return {
    open: () => {
      openUntil = Number.POSITIVE_INFINITY;
    },
    run: async (body: () => Promise<unknown>) => {
      for (let attempt = 1; ; attempt += 1) {
        if (openUntil > Date.now()) throw new Error('circuit open');
        if (active >= places) throw new Error('too many calls');
        active += 1;
        try {
          const value = await limited(body);
          failures = 0;
          return value;
        } catch (error) {
          const passes = !(error instanceof VendorError) || (error.failure.status ?? 500) >= 500;
          if (passes) failures += 1;
          if (failures >= 5) openUntil = Date.now() + 10_000;
          if (!passes || attempt === 3) throw error;
          await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** attempt));
        } finally {
          active -= 1;
        }
      }
    },
  };
}

async function successfulCall(): Promise<Line[]> {
  const [mine, theirs, byHand, breaker] = [ours(), cockatiel(), handWritten(), opossum(ok)];
  const contenders = {
    ours: oneByOne(() => mine(ok)),
    bare: oneByOne(ok),
    byHand: oneByOne(() => byHand.run(ok)),
    opossum: oneByOne(() => breaker.fire()),
    cockatiel: oneByOne(() => theirs(ok)),
  };
  const cpu = await contest(contenders, { times: 20_000 });
  const bytes = await bytesPerCall(contenders.ours);
  const theirBytes = await bytesPerCall(contenders.cockatiel);
  breaker.shutdown();
  return [
    line('successful call, against cockatiel (wrap of four)', 'ns', cpu.ours, cpu.cockatiel, {
      ratio: 1 / 8,
    }),
    line('successful call, against opossum (breaker and time-out)', 'ns', cpu.ours, cpu.opossum, {
      ratio: 1,
    }),
    line('successful call, against a hand-written limit', 'ns', cpu.ours, cpu.byHand, { ratio: 3 }),
    line('successful call, against a bare await (for the record)', 'ns', cpu.ours, cpu.bare, { ratio: 30 }),
    line('successful call, allocated, beside cockatiel (wrap of four)', 'bytes', bytes, theirBytes, {
      ours: 3_072,
    }),
  ];
}

async function withSignal(): Promise<Line[]> {
  const [mine, theirs] = [ours(), cockatiel()];
  const signals = Array.from({ length: width }, () => new AbortController().signal);
  const shared = new AbortController().signal;
  const cpu = await contest(
    {
      ours: inFlight(width, (index) => mine(ok, { signal: signals[index] })),
      oursShared: inFlight(width, () => mine(ok, { signal: shared })),
      cockatiel: inFlight(width, (index) => theirs(ok, signals[index])),
    },
    { times: 20_000 },
  );
  const peer = 'against cockatiel (wrap of four)';
  return [
    line(`call with a signal each, 1,000 in flight, ${peer}`, 'ns', cpu.ours, cpu.cockatiel, {
      ratio: 1 / 6,
    }),
    line(`call with a signal shared by all, 1,000 in flight, ${peer}`, 'ns', cpu.oursShared, cpu.cockatiel, {
      ratio: 1 / 6,
    }),
  ];
}

async function failingCall(): Promise<Line[]> {
  const [mine, byHand, breaker] = [ours(), handWritten(), opossum(refuse)];
  const contenders = {
    ours: failing(() => mine(refuse)),
    byHand: failing(() => byHand.run(refuse)),
    opossum: failing(() => breaker.fire()),
  };
  const cpu = await contest(contenders, { times: 2_000, rounds: 7 });
  breaker.shutdown();
  return [
    line('failing call, not retried, against a hand-written limit', 'ns', cpu.ours, cpu.byHand, { ratio: 2 }),
    line('failing call, not retried, against opossum', 'ns', cpu.ours, cpu.opossum, { ratio: 1 }),
  ];
}

async function refusedCall(): Promise<Line[]> {
  const [mine, byHand, breaker] = [ours({ isolated: true }), handWritten(), opossum(ok)];
  byHand.open();
  breaker.open();
  const contenders = {
    ours: failing(() => mine(ok)),
    byHand: failing(() => byHand.run(ok)),
    opossum: failing(() => breaker.fire()),
  };
  const cpu = await contest(contenders, { times: 10_000 });
  breaker.shutdown();
  return [
    line('call refused by an open circuit, against a hand-written limit', 'ns', cpu.ours, cpu.byHand, {
      ratio: 2,
    }),
    line('call refused by an open circuit, against opossum', 'ns', cpu.ours, cpu.opossum, { ratio: 1 }),
  ];
}

async function rateLimitDecision(): Promise<Line[]> {
  const keys = Array.from({ length: 10_000 }, (_, index) => `tenant-${index}`);
  const mine = new RateLimit(
    mergeResilience({ rateLimit: { limit: 1_000, windowMs: 60_000 } }).rateLimit || unset(),
    systemClock,
  );
  const theirs = new RateLimiterMemory({ points: 1_000, duration: 60 });
  const cpu = await contest(
    {
      ours: async (times) => {
        for (let index = 0; index < times; index += 1) mine.take(keys[index % keys.length], Date.now());
      },
      theirs: async (times) => {
        for (let index = 0; index < times; index += 1) await theirs.consume(keys[index % keys.length] ?? '');
      },
    },
    { times: 50_000 },
  );
  return [
    line('rate-limit decision, 10,000 keys, against rate-limiter-flexible', 'ns', cpu.ours, cpu.theirs, {
      ratio: 1,
    }),
  ];
}

function unset(): never {
  throw new Error('the rate limit is switched off');
}

/** The lines of this group. */
export async function run(): Promise<readonly Line[]> {
  const lines: Line[] = [];
  for (const measure of [
    successfulCall,
    withSignal,
    failingCall,
    refusedCall,
    rateLimitDecision,
    registryLines,
    importLines,
  ]) {
    lines.push(...(await measure()));
  }
  return lines;
}
