import type { Clock } from '../clock.ts';
import { errorCode, IntegrationError, isIntegrationError } from '../errors.ts';
import type { Instance } from '../instance/instance.ts';
import type { AnyDefinition } from '../integration.ts';
import type { CallNames } from '../resilience/types.ts';

/**
 * Runs the check of a definition on one instance. Ends in time even when the check does not obey its signal.
 *
 * @throws what the check threw; {@link IntegrationError} `deadline_exceeded` after `timeoutMs`; the reason of a signal
 */
export async function runCheck(
  definition: AnyDefinition,
  instance: Instance,
  clock: Clock,
  timeoutMs: number,
  signals: readonly (AbortSignal | undefined)[],
): Promise<void> {
  const { check } = definition;
  if (check === undefined) return;
  const timeout = new AbortController();
  const signal = AbortSignal.any([timeout.signal, ...signals.filter((one) => one !== undefined)]);
  signal.throwIfAborted();
  const cancel = clock.schedule(timeoutMs, () => {
    const fields = { ...instance.names, code: 'deadline_exceeded' } as const;
    timeout.abort(new IntegrationError(`the check gave no answer within ${timeoutMs} ms`, fields));
  });
  try {
    await new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      const run = async () => check(instance.probe as never, { signal });
      run().then(resolve, reject);
    });
  } finally {
    cancel();
  }
}

/** Anything thrown as an {@link IntegrationError}; a text that is not ours is left to the cause, since it may hold anything. */
export function asIntegrationError(error: unknown, what: string, names: CallNames): IntegrationError {
  if (isIntegrationError(error)) return error;
  const name = error instanceof Error ? error.name : 'something was thrown';
  return new IntegrationError(
    `${what}: ${name}`,
    { ...names, code: errorCode(error), remedy: 'see the cause' },
    {
      cause: error,
    },
  );
}
