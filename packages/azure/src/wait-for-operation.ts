/** Waits until Azure has finished an operation. */
import { type Clock, IntegrationError, sleep, systemClock } from '@im/core';
import type { AzureOperation, OperationState } from './operations.ts';
import type { Resource } from './resources.ts';

/** How to wait. */
export interface WaitOptions {
  /** Ends the wait at once; its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
  /** Longest wait in milliseconds. Default 30 minutes. */
  readonly timeoutMs?: number | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
}

const defaultTimeoutMs = 30 * 60_000;

/** What is asked. */
export interface OperationAsker {
  getOperation(
    operation: AzureOperation,
    call?: { readonly signal?: AbortSignal | undefined },
  ): Promise<OperationState>;
}

/**
 * Asks in the vendor's own time until an operation has ended. Each question is a call of its own.
 *
 * @returns the result, where the vendor gives one
 * @throws IntegrationError `failed_precondition` when it failed or was cancelled, with the vendor's name of the reason; `deadline_exceeded`
 * after `timeoutMs`: it may still go on
 */
export async function waitForOperation(
  client: OperationAsker,
  operation: AzureOperation,
  options: WaitOptions = {},
): Promise<Resource | undefined> {
  const { signal, timeoutMs = defaultTimeoutMs, clock = systemClock } = options;
  const deadline = clock.now() + timeoutMs;
  let current = operation;
  while (true) {
    if (clock.now() + current.retryAfterMs > deadline) throw tooLong(timeoutMs);
    await sleep(clock, current.retryAfterMs, signal);
    const state = await client.getOperation(current, { signal });
    if (state.operation !== undefined) current = state.operation;
    else if (state.status === 'succeeded') return state.resource;
    else throw ended(state);
  }
}

function ended({ status, error }: OperationState): IntegrationError {
  const why = error?.message ? `: Azure says "${error.message}"` : '';
  return new IntegrationError(`the operation ${status === 'cancelled' ? 'was cancelled' : 'failed'}${why}`, {
    code: 'failed_precondition',
    provider: 'azure',
    operation: 'waitForOperation',
    reason: error?.code || undefined,
    effect: 'unknown',
  });
}

function tooLong(timeoutMs: number): IntegrationError {
  return new IntegrationError(`the operation did not end in ${timeoutMs} ms`, {
    code: 'deadline_exceeded',
    provider: 'azure',
    operation: 'waitForOperation',
    effect: 'unknown',
    remedy: 'ask again later with getOperation',
  });
}
