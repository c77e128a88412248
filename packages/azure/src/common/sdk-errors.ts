/** What the vendor's SDKs throw, as neutral failures. */
import { type HeaderReader, VendorError } from '@im/core';
import { type ReadFailure, scrub } from '@im/http';
import { requestIdHeader } from './storage-errors.ts';

interface RestErrorLike {
  readonly code?: unknown;
  readonly statusCode?: unknown;
  readonly response?: {
    readonly bodyAsText?: string | null;
    readonly headers?: { get(name: string): string | undefined };
  };
}

/** The SDK's name for an answer that it could not read. */
const unreadable = 'PARSE_ERROR';

/**
 * A `RestError` of an SDK as a failure; anything else as it is. The error itself is not kept as cause, since it carries the
 * request's headers.
 *
 * @param read reads the service's error format, as for plain requests
 * @param secrets what must not stand in a message
 */
export function fromSdkError(thrown: unknown, read: ReadFailure, secrets: () => Iterable<string>): unknown {
  if (!(thrown instanceof Error) || thrown.name !== 'RestError') return thrown;
  const { code, statusCode, response } = thrown as RestErrorLike;
  const status = typeof statusCode === 'number' ? statusCode : undefined;
  if (code === unreadable)
    return new VendorError({
      sent: true,
      code: 'internal',
      status,
      reason: 'unexpected_body',
      says: 'the answer is not what was promised',
    });
  const headers: HeaderReader = { get: (name) => response?.headers?.get(name) ?? null };
  const failure = read(status ?? 0, response?.bodyAsText ?? undefined, {
    ...headers,
    *[Symbol.iterator]() {},
  });
  const reason = failure.reason ?? (typeof code === 'string' ? code : undefined);
  return new VendorError({
    sent: true,
    status,
    headers,
    reason: reason !== undefined && /^[\w.:/ -]{1,100}$/.test(reason) ? reason : undefined,
    says: failure.says === undefined ? undefined : scrub(failure.says, secrets()),
    requestId: headers.get(requestIdHeader) ?? undefined,
    retryAfterMs: failure.retryAfterMs,
  });
}
