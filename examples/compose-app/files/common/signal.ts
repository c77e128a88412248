import type { ServerResponse } from 'node:http';

/** Aborted when the listener goes away before the answer: nobody waits for what is under way then. */
export function signalOf(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}
