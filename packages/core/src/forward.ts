/**
 * Requests that are passed on as they are: what a vendor's HTTP API has and no operation wraps. They go out with the integration's
 * credentials, through its egress check, its policies and its telemetry, as the operation `forward`.
 */
import { isVendorError } from './errors.ts';
import type { Call, Effect } from './operation.ts';

/** A request to pass on. */
export interface ForwardRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the integration's base URL, with the query: `tracks/11dFghVXANMlKmJXsNCbNl?market=DE`. A path that leads out of it is refused. */
  readonly path: string;
  /** Names in lower case. The integration's own, its credential among them, win. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** A stream can be sent once, so it is not retried. */
  readonly body?: Uint8Array | AsyncIterable<Uint8Array> | undefined;
}

/** The vendor's answer, whatever its status. Read `body` to its end or dispose the answer: else its socket stays taken. */
export interface ForwardAnswer extends AsyncDisposable {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Iterable<readonly [name: string, value: string]>;
  /** Decoded, so that `content-encoding` and `content-length` are not among the headers where it was encoded. */
  readonly body: AsyncIterable<Uint8Array>;
  /** All of it at once, in place of `body`, where that is less work. @throws `VendorError` beyond `maxBytes`, or when it is cut */
  readonly bytes?: ((maxBytes: number) => Promise<Uint8Array>) | undefined;
}

/** Passes requests on. `createHttp` of `@im/http` makes clients that can. */
export interface Forwarder {
  /**
   * @throws `VendorError`, with the answer in its failure, for a status of 400 and up, so that the policies judge it as any other;
   * without one when there is no answer
   */
  forward(request: ForwardRequest, call: Call): Promise<ForwardAnswer>;
}

/** What repeating a request does, by its method alone (RFC 9110 §9.2.2). */
export const effectOfMethod: Readonly<Record<ForwardRequest['method'], Effect>> = {
  GET: 'read',
  HEAD: 'read',
  PUT: 'idempotent',
  DELETE: 'idempotent',
  POST: 'unsafe',
  PATCH: 'unsafe',
};

/** Whether the `http` of a definition can pass requests on. */
export function canForward(http: unknown): http is Forwarder {
  return typeof http === 'object' && http !== null && 'forward' in http && typeof http.forward === 'function';
}

/**
 * The same answer, let go when `signal` is aborted: the call is over once the head is there, and the body comes later.
 *
 * @returns an answer whose reading rejects with the signal's reason
 */
export function letGoOnAbort(answer: ForwardAnswer, signal: AbortSignal | undefined): ForwardAnswer {
  if (signal === undefined) return answer;
  // What the letting go fails with has no reader any more.
  const letGo = () => void Promise.resolve(answer[Symbol.asyncDispose]()).catch(() => undefined);
  if (signal.aborted) letGo();
  else signal.addEventListener('abort', letGo, { once: true });
  const { bytes } = answer;
  const release = () => signal.removeEventListener('abort', letGo);
  const ended = (error: unknown): never => {
    signal.throwIfAborted();
    throw error;
  };
  return {
    ...answer,
    body: (async function* () {
      try {
        yield* answer.body;
      } catch (error) {
        ended(error);
      } finally {
        release();
      }
    })(),
    bytes: bytes && ((maxBytes) => bytes(maxBytes).catch(ended).finally(release)),
    [Symbol.asyncDispose]: async () => {
      release();
      await answer[Symbol.asyncDispose]();
    },
  };
}

/** The vendor's answer behind an error, where it gave one. */
export function answerBehind(error: unknown): ForwardAnswer | undefined {
  const cause = error instanceof Error ? error.cause : undefined;
  return isVendorError(cause) ? cause.failure.answer : undefined;
}
