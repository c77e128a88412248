/** A gentle flow of real calls through the adapters, so that there is something to see. */
import { type AnyDefinition, type Clock, describeOperations, sleep } from '@im/core';
import type { FaultRule } from '@im/testing';

/** What goes wrong on the fakes, for ever: now and then, as with real vendors. */
export const sandboxFaults: readonly FaultRule[] = [
  {
    fault: { kind: 'status', status: 429, retryAfter: { seconds: 1 } },
    after: 20,
    every: 90,
    times: Number.POSITIVE_INFINITY,
  },
  { fault: { kind: 'status', status: 503 }, after: 10, every: 35, times: Number.POSITIVE_INFINITY },
  { fault: { kind: 'cut', when: 'before' }, after: 30, every: 110, times: Number.POSITIVE_INFINITY },
  { fault: { kind: 'latency', delayMs: 400 }, after: 5, every: 25, times: Number.POSITIVE_INFINITY },
  { fault: { kind: 'expired-token' }, after: 60, every: 300, times: Number.POSITIVE_INFINITY },
];

/** One registration that calls are made to. */
export interface Flow {
  readonly definition: AnyDefinition;
  readonly client: unknown;
  readonly samples?: Readonly<Record<string, readonly unknown[]>> | undefined;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly random: () => number;
  /** Milliseconds between two calls, on average. */
  readonly everyMs: number;
}

/**
 * Calls one read after the other until the signal is aborted. Without samples the provider's own check is called. A
 * failed call is part of the show: it stands in the statistics, and the flow goes on.
 */
export async function runFlow(flow: Flow): Promise<void> {
  const { signal, clock, random, everyMs } = flow;
  const calls = callsOf(flow);
  if (calls.length === 0) return;
  for (let made = 0; !signal.aborted; made += 1) {
    await Promise.allSettled([calls[made % calls.length]?.()]);
    await Promise.allSettled([sleep(clock, everyMs * (0.5 + random()), signal)]);
  }
}

type Operation = (...args: readonly unknown[]) => Promise<unknown> | { toArray(): Promise<unknown> };

/** The reads that can be made, in the order of the samples; one that is deprecated is left alone. */
function callsOf({ definition, client, samples = {}, signal }: Flow): readonly (() => Promise<unknown>)[] {
  const operations = new Map(describeOperations(definition).map((operation) => [operation.name, operation]));
  const reads = Object.entries(samples).flatMap(([name, sample]) => {
    const operation = operations.get(name);
    return operation?.effect === 'read' && operation.deprecated === undefined
      ? [{ ...operation, sample }]
      : [];
  });
  const { check } = definition;
  if (reads.length === 0) return check === undefined ? [] : [async () => check(client as never, { signal })];
  const api = client as Readonly<Record<string, Operation>>;
  return reads.map(({ name, kind, argumentCount, sample }) => async () => {
    // The call's options stand behind every parameter of the provider's, also behind those that the sample leaves out.
    const args = Array.from({ length: argumentCount }, (_, index) => sample[index]);
    const answer = api[name]?.(...args, { signal, ...(kind === 'pages' ? { limit: 100 } : {}) });
    return answer !== undefined && 'toArray' in answer ? answer.toArray() : answer;
  });
}
