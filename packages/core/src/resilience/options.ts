/**
 * Options of the pipeline: plain data, so that they come from code and from YAML alike. Every default stands here and
 * nowhere else. Three layers lie on one another: the definition's, the tenant's, the registration's.
 */
import { z } from 'zod';
import { IntegrationError } from '../errors.ts';

const milliseconds = z.number().int().min(0).max(31_536_000_000);
const positiveMilliseconds = milliseconds.min(1);
const count = z.number().int().min(1).max(1_000_000);
const share = z.number().gt(0).lt(1);

/** A section that `false` switches off; an empty one has every default. */
const section = <Shape extends z.ZodRawShape>(shape: Shape) =>
  z.union([z.literal(false), z.strictObject(shape)]);

const retry = section({
  maxAttempts: count
    .default(3)
    .describe('Most calls to the vendor for one call of yours, the first included.'),
  initialMs: milliseconds
    .default(200)
    .describe('Milliseconds of the first backoff; each later one is twice as long.'),
  maxMs: milliseconds.default(10_000).describe('Longest backoff, milliseconds. A server hint may be longer.'),
  jitter: z
    .enum(['full', 'half', 'none'])
    .default('full')
    .describe(
      'How a backoff is spread: `full` from 0 to itself, `half` from half of itself, `none` not at all.',
    ),
});

const retryBudget = section({
  ratio: z.number().min(0).max(1).default(0.08).describe('Retries for each call, over the last 10 seconds.'),
  minimum: z.number().int().min(0).default(10).describe('Retries in 10 seconds that are always granted.'),
});

const breaker = section({
  by: z
    .enum(['consecutive', 'count', 'sampling'])
    .default('consecutive')
    .describe(
      'What opens it: failures in a row, a share of the last calls, or a share of the calls of a stretch of time.',
    ),
  failures: count.default(5).describe('Failures in a row. Used by `consecutive`.'),
  threshold: share
    .default(0.5)
    .describe('Share of failures that must be exceeded. Used by `count` and `sampling`.'),
  size: count.default(20).describe('Calls looked back on. Used by `count`.'),
  windowMs: positiveMilliseconds.default(10_000).describe('Milliseconds looked back on. Used by `sampling`.'),
  minimumCalls: count
    .default(10)
    .describe('Calls below which nothing is judged; at most `size`. Used by `count` and `sampling`.'),
  halfOpenAfterMs: positiveMilliseconds
    .default(10_000)
    .describe('Milliseconds that it stays open; then one call may try.'),
});

const rateLimit = section({
  limit: count.describe('Calls that may start in any stretch of `windowMs`. No default.'),
  windowMs: positiveMilliseconds.default(1_000).describe('Milliseconds.'),
  burst: count.optional().describe('Calls that may start at the same moment. Default: `limit`.'),
  maxQueue: z.number().int().min(0).default(1_000).describe('Calls that may wait, for each key.'),
  maxWaitMs: milliseconds.default(30_000).describe('Milliseconds that a call may wait for its turn.'),
  maxKeys: count
    .default(10_000)
    .describe('Keys counted apart at one time; idle ones are let go, more than these share one limit.'),
  processes: count
    .default(1)
    .describe(
      'Processes of a fleet that `shared` reckons with before it has seen them: each keeps to that part of the limit while the shared state is away.',
    ),
});

const bulkhead = section({
  maxConcurrent: count.default(100).describe('Calls at the vendor at the same time.'),
  maxQueue: z.number().int().min(0).default(1_000).describe('Calls that may wait for one of them to end.'),
});

const hedge = section({
  delayMs: positiveMilliseconds
    .default(1_000)
    .describe('Milliseconds without an answer before the next one is sent.'),
  max: count.max(10).default(1).describe('Most that are sent beside the first.'),
});

const hints = z.strictObject({
  maxMs: positiveMilliseconds
    .default(86_400_000)
    .describe('Longest that the vendor is believed when it says when to come back, milliseconds (a day).'),
});

/** The schema. `false` switches a section off; unknown keys are refused. */
export const resilienceOptions = z.strictObject({
  timeoutMs: positiveMilliseconds
    .default(30_000)
    .describe('Milliseconds for a whole call, waits and retries included. A call may give its own.'),
  attemptTimeoutMs: positiveMilliseconds.default(10_000).describe('Milliseconds for one call to the vendor.'),
  retry: retry.prefault({}).describe('Repeats what failed for the moment and is safe to repeat.'),
  retryBudget: retryBudget
    .prefault({})
    .describe('Keeps retries to a share of the calls, so that an outage is not made worse.'),
  breaker: breaker.prefault({}).describe('Refuses calls while the vendor is down.'),
  rateLimit: rateLimit.default(false).describe('Keeps to a limit of the vendor; off unless set.'),
  bulkhead: bulkhead.prefault({}).describe('Bounds how much of your process one vendor can hold.'),
  hedge: hedge.default(false).describe('Sends a slow read a second time; off unless set.'),
  hints: hints.prefault({}).describe('How far the vendor is believed about when to come back.'),
  shared: z
    .boolean()
    .default(false)
    .describe(
      'Whether all processes with the same shared state keep to one rate limit, obey what the vendor told any of them, and warn each other when a breaker opens.',
    ),
  referenceTtlMs: positiveMilliseconds
    .default(2_592_000_000)
    .describe('Milliseconds for which the idempotency key of a `reference` is remembered (30 days).'),
});

/** What may be written: everything optional. */
export type ResilienceInput = z.input<typeof resilienceOptions>;

/** What the pipeline works with: checked, every default filled in. */
export type ResilienceOptions = z.output<typeof resilienceOptions>;

type Layer = Readonly<Record<string, unknown>>;

const isSection = (value: unknown): value is Layer => typeof value === 'object' && value !== null;

/**
 * Lays `layers` on one another, later ones on top, and fills in the defaults. Sections are merged key by key; `false`
 * replaces a section whole, and a section put on top of `false` begins from the defaults.
 *
 * @throws {@link IntegrationError} `invalid_argument` that lists every fault
 */
export function mergeResilience(...layers: readonly (ResilienceInput | undefined)[]): ResilienceOptions {
  const merged: Record<string, unknown> = {};
  for (const layer of layers) {
    for (const [key, value] of Object.entries(layer ?? {})) {
      if (value === undefined) continue;
      const below = merged[key];
      merged[key] = isSection(value) && isSection(below) ? { ...below, ...value } : value;
    }
  }
  const { success, data, error } = resilienceOptions.safeParse(merged);
  if (success) return data;
  const faults = error.issues.map((issue) => `resilience.${issue.path.join('.')}: ${issue.message}`);
  throw new IntegrationError(faults.join(', '), {
    code: 'invalid_argument',
    remedy: 'correct the resilience options',
  });
}
