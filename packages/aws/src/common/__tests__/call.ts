import type { Call } from '@im/core';

/** A call as core would make it, for what is tested below the pipeline. */
export function callOf(more: Partial<Call> = {}): Call {
  return {
    operation: 'test',
    effect: 'read',
    attempt: 1,
    signal: new AbortController().signal,
    deadline: Number.POSITIVE_INFINITY,
    idempotencyKey: undefined,
    cursor: undefined,
    pageSize: undefined,
    markSent: () => {},
    observe: () => {},
    ...more,
  };
}
