/**
 * Whether, and after how long, a failed attempt is made again.
 *
 * | the operation is | a failure that passes by itself (`retryable`) | any other |
 * |---|---|---|
 * | `read`, `idempotent`, `keyed` (with the same key) | made again | final |
 * | `unsafe` | final: it is sent once, whatever fails | final |
 *
 * Up to `maxAttempts`, while the budget lasts, and only when the time left reaches beyond the wait.
 */
import { noJitterGenerator } from 'cockatiel';
import type { IntegrationError } from '../errors.ts';
import type { Effect } from '../operation.ts';
import type { ResilienceOptions } from './options.ts';

/** Options of retries that are switched on. */
export type RetryOptions = Exclude<ResilienceOptions['retry'], false>;

/** By effect, whether a failure that passes by itself is made again. */
const isRepeatable: Record<Effect, boolean> = { read: true, idempotent: true, keyed: true, unsafe: false };

/** Whether the table above allows another attempt after `attempts` of them. */
export function mayRetry(
  options: ResilienceOptions['retry'],
  effect: Effect,
  attempts: number,
  error: IntegrationError,
): options is RetryOptions {
  return options !== false && isRepeatable[effect] && error.retryable && attempts < options.maxAttempts;
}

const jitters: Record<RetryOptions['jitter'], (delayMs: number, random: () => number) => number> = {
  full: (delayMs, random) => delayMs * random(),
  half: (delayMs, random) => (delayMs * (1 + random())) / 2,
  none: (delayMs) => delayMs,
};

/** Milliseconds to wait after the attempt numbered `attempt`. cockatiel's curve, our source of chance. */
export function backoffMs(options: RetryOptions, attempt: number, random: () => number): number {
  const { initialMs: initialDelay, maxMs: maxDelay } = options;
  const [delayMs] = noJitterGenerator(attempt - 1, {
    initialDelay,
    maxDelay,
    exponent: 2,
    generator: noJitterGenerator,
  });
  return Math.round(jitters[options.jitter](delayMs, random));
}
