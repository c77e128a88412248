/**
 * Waits for work that goes on without us: a renewal or a check that others wait for too. It is not cancelled when
 * `signal` is aborted, and a failure that comes later is nobody's any more.
 *
 * @returns what `work` gives
 * @throws what `work` throws; the signal's reason as soon as it is aborted
 */
export function unlessAborted<Value>(work: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
