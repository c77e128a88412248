import { vi } from 'vitest';
import { type HeaderReader, VendorError, type VendorFailure } from '../errors.ts';
import type { Effect } from '../operation.ts';
import { mergeResilience, type ResilienceInput } from '../resilience/options.ts';
import { createPipeline } from '../resilience/pipeline.ts';
import type { PipelineObserver } from '../resilience/types.ts';
import { memoryState, type StateStore } from '../state.ts';
import { createTestClock, type TestClock } from './clock.ts';

export interface Setup {
  readonly options?: ResilienceInput;
  readonly clock?: TestClock;
  readonly state?: StateStore;
  readonly random?: () => number;
  readonly observer?: PipelineObserver;
}

/** A pipeline on a clock that is moved by hand, with chance that always says one half. */
export function setUp({
  options,
  clock = createTestClock(),
  state = memoryState(clock),
  random = () => 0.5,
  observer,
}: Setup = {}) {
  const names = { provider: 'acme', integration: 'acme_main', tenant: 'one' };
  const errors = { docs: 'https://example.com/errors', rows: [] };
  const pipeline = createPipeline(mergeResilience(options), {
    names,
    errors,
    clock,
    random,
    state,
    observer,
  });
  return { pipeline, clock, state };
}

export const operation = (effect: Effect) => ({ name: 'do', effect });

export const read = operation('read');

/** Headers as a transport hands them over. */
export const headers = (values: Readonly<Record<string, string>>): HeaderReader => ({
  get: (name) => values[name],
});

/** An answer with `status`. */
export const answered = (
  status: number,
  values: Readonly<Record<string, string>> = {},
  more: Partial<VendorFailure> = {},
) => new VendorError({ status, headers: headers(values), sent: true, ...more });

/** No answer, after something was sent. */
export const cut = () => new VendorError({ reason: 'ECONNRESET', sent: true });

/** A provider's function that fails with each of `failures` in turn, then answers `ok`; with the instants of its calls. */
export function upstream(clock: TestClock, ...failures: readonly unknown[]) {
  const times: number[] = [];
  const start = clock.now();
  const body = vi.fn(async () => {
    times.push(clock.now() - start);
    const failure = failures[times.length - 1];
    if (failure !== undefined) throw failure;
    return 'ok';
  });
  return { body, times };
}

/** The outcome of a promise, so that nothing is unhandled while time is moved. */
export function outcome<Value>(promise: Promise<Value>) {
  const seen: { value?: Value; error?: unknown; settled: boolean } = { settled: false };
  promise.then(
    (value) => Object.assign(seen, { value, settled: true }),
    (error) => Object.assign(seen, { error, settled: true }),
  );
  return seen;
}
