/** A gentle flow of real calls through the adapters, so that there is something to see. */
import {
  type AnyDefinition,
  type Clock,
  describeOperations,
  type Effect,
  type OperationDescription,
  sleep,
} from '@im/core';
import type { FaultRule } from '@im/testing';
import type { SampleCalls } from './find.ts';

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
  readonly samples?: SampleCalls | undefined;
  /** It keeps its state itself, so that what is idempotent among the samples is done once first. */
  readonly inProcess: boolean;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly random: () => number;
  /** Milliseconds between two calls, on average. */
  readonly everyMs: number;
}

/**
 * Calls one read after the other until the signal is aborted. Without samples the provider's own check is called. A
 * call that fails is part of the show: it stands in the statistics, and the flow goes on.
 */
export async function runFlow(flow: Flow): Promise<void> {
  const { signal, clock, random, everyMs } = flow;
  const { prepare, calls } = callsOf(flow);
  await Promise.allSettled(prepare.map((call) => call()));
  for (let turn = 0; calls.length > 0 && !signal.aborted; turn += 1) {
    await Promise.allSettled([calls[turn % calls.length]?.()]);
    await Promise.allSettled([sleep(clock, everyMs * (0.5 + random()), signal)]);
  }
}

type FlowCall = () => Promise<unknown>;
type Operation = (...args: readonly unknown[]) => Promise<unknown> | { toArray(): Promise<unknown> };

/** The reads that can be made, in the order of the samples, and what makes something to read; deprecated ones are left alone. */
function callsOf(flow: Flow): { readonly prepare: readonly FlowCall[]; readonly calls: readonly FlowCall[] } {
  const { definition, client, samples = {}, signal, inProcess } = flow;
  const api = client as Readonly<Record<string, Operation>>;
  const operations = describeOperations(definition).filter(
    ({ name, deprecated }) => name in samples && deprecated === undefined,
  );
  const toCall =
    ({ name, kind, argumentCount }: OperationDescription): FlowCall =>
    async () => {
      // The call's options stand behind every parameter of the provider's, also behind those that the sample leaves out.
      const args = Array.from({ length: argumentCount }, (_, index) => samples[name]?.[index]);
      const answer = api[name]?.(...args, { signal, ...(kind === 'pages' ? { limit: 100 } : {}) });
      return answer !== undefined && 'toArray' in answer ? answer.toArray() : answer;
    };
  const of = (wanted: Effect) => operations.filter(({ effect }) => effect === wanted).map(toCall);
  const reads = of('read');
  const { check } = definition;
  if (reads.length === 0 && check !== undefined) reads.push(async () => check(client as never, { signal }));
  // What keeps its state itself begins empty; a fake brings a world of its own.
  return { prepare: inProcess ? of('idempotent') : [], calls: reads };
}
