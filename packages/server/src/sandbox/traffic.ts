/** A gentle flow of real calls through the adapters, so that there is something to see. */
import {
  type AnyDefinition,
  type Clock,
  describeOperations,
  type Effect,
  type OperationDescription,
  sleep,
} from '@im/core';
import type { SampleCalls } from './find.ts';

/** A call that failed, retries included. */
export interface FailedCall {
  readonly operation: string;
  readonly error: unknown;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

/** One registration that calls are made to. */
export interface Flow {
  readonly definition: AnyDefinition;
  readonly client: unknown;
  readonly samples?: SampleCalls | undefined;
  /** It keeps its state itself, so that what is idempotent among the samples is done once first. */
  readonly inProcess: boolean;
  /** Told of each call that fails. */
  readonly onFailure: (failure: FailedCall) => void;
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly random: () => number;
  /** Milliseconds between two calls, on average. */
  readonly everyMs: number;
  /** Where among its calls it begins, from 0 to 1: several tenants do not all do the same. */
  readonly beginsAt: number;
}

/**
 * Calls one read after the other until the signal is aborted. Without samples the provider's own check is called. A
 * call that fails is part of the show: it stands in the statistics, and the flow goes on.
 */
export async function runFlow(flow: Flow): Promise<void> {
  const { signal, clock, random, everyMs } = flow;
  const { prepare, calls } = callsOf(flow);
  const make = async ({ operation, call }: FlowCall) => {
    const startedAt = clock.now();
    try {
      await call();
    } catch (error) {
      if (!signal.aborted) flow.onFailure({ operation, error, startedAt });
    }
  };
  await Promise.all(prepare.map(make));
  for (let turn = Math.floor(calls.length * flow.beginsAt); !signal.aborted; turn += 1) {
    const next = calls[turn % calls.length];
    if (next === undefined) return;
    await make(next);
    await Promise.allSettled([sleep(clock, everyMs * (0.5 + random()), signal)]);
  }
}

interface FlowCall {
  readonly operation: string;
  call(): Promise<unknown>;
}
type Operation = (...args: readonly unknown[]) => Promise<unknown> | { toArray(): Promise<unknown> };

/** Operations that have a sample; deprecated ones are left alone. */
export function sampledOperations(
  definition: AnyDefinition,
  samples: SampleCalls = {},
): readonly OperationDescription[] {
  return describeOperations(definition).filter(
    ({ name, deprecated }) => name in samples && deprecated === undefined,
  );
}

/** The reads that can be made, and what makes something to read. */
function callsOf(flow: Flow): { readonly prepare: readonly FlowCall[]; readonly calls: readonly FlowCall[] } {
  const { definition, client, samples = {}, signal, inProcess } = flow;
  const api = client as Readonly<Record<string, Operation>>;
  const operations = sampledOperations(definition, samples);
  const toCall = ({ name, kind, argumentCount }: OperationDescription): FlowCall => ({
    operation: name,
    async call() {
      // The call's options stand behind every parameter of the provider's, also behind those that the sample leaves out.
      const args = Array.from({ length: argumentCount }, (_, index) => samples[name]?.[index]);
      const answer = api[name]?.(...args, { signal, ...(kind === 'pages' ? { limit: 100 } : {}) });
      return answer !== undefined && 'toArray' in answer ? answer.toArray() : answer;
    },
  });
  const of = (wanted: Effect) => operations.filter(({ effect }) => effect === wanted).map(toCall);
  const reads = of('read');
  const { check } = definition;
  if (reads.length === 0 && check !== undefined)
    reads.push({ operation: 'check', call: async () => check(client as never, { signal }) });
  // What keeps its state itself begins empty; a fake brings a world of its own.
  return { prepare: inProcess ? of('idempotent') : [], calls: reads };
}
