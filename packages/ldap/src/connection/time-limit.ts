import type { Clock } from '@im/core';

/**
 * Runs `body` with a signal that is aborted as `signal` is, and with the error of `late` once `ms` milliseconds have passed.
 *
 * @throws what `body` throws
 */
export async function withTimeLimit<Value>(
  clock: Clock,
  ms: number,
  signal: AbortSignal,
  late: () => unknown,
  body: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const controller = new AbortController();
  const follow = () => controller.abort(signal.reason);
  const cancel = clock.schedule(ms, () => controller.abort(late()));
  signal.addEventListener('abort', follow, { once: true });
  if (signal.aborted) follow();
  try {
    return await body(controller.signal);
  } finally {
    cancel();
    signal.removeEventListener('abort', follow);
  }
}
