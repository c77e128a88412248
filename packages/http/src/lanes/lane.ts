/** What a lane does: one request to one server, no redirect followed, no body decoded, no retry, no time-out. */
import { VendorError } from '@im/core';
import type { HttpBody, HttpRequest, HttpResponse } from '../transport.ts';

/** A request as a lane gets it: multipart is encoded already, headers are final. */
export type LaneRequest = Omit<HttpRequest, 'body'> & {
  readonly body?: Exclude<HttpBody, FormData> | undefined;
};

/** One way to the network. Answers carry the body as it came, undecoded. */
export interface Lane {
  send(request: LaneRequest): Promise<HttpResponse>;
  /** Closes every connection. */
  close(): Promise<void>;
}

/** Milliseconds to wait for a connection; the pipeline's own time-outs are usually shorter. */
export const connectTimeoutMs = 30_000;
/** Groups of connections kept; the oldest is let go for a new one, and its calls in flight end as usual. */
export const mostAgents = 256;
/** Milliseconds after which an idle connection is closed, when the server does not say less. */
export const idleMs = 10_000;

/**
 * An error of the network as the neutral failure. The error itself is not kept as cause, since those of HTTP clients
 * carry the request's headers; its code is.
 */
export function networkError(error: unknown, sent: boolean): VendorError {
  if (error instanceof VendorError) return error;
  const cause = rootOf(error);
  if (cause instanceof VendorError) return cause;
  const reason = codeOf(cause) ?? codeOf(error) ?? 'network_error';
  const kept = Object.assign(new Error(reason), { code: reason });
  const code = malformed.has(reason) ? 'invalid_argument' : 'unavailable';
  return new VendorError({ sent, reason, says: meaningOf(reason, sent), code }, { cause: kept });
}

function meaningOf(reason: string, sent: boolean): string {
  const known = meanings[reason];
  if (known !== undefined) return `${known} (${reason})`;
  return sent
    ? `the connection broke before the answer was complete (${reason})`
    : `no connection (${reason})`;
}

/** The request itself cannot be written down. */
const malformed: ReadonlySet<string> = new Set([
  'ERR_INVALID_CHAR',
  'UND_ERR_INVALID_ARG',
  'ERR_UNESCAPED_CHARACTERS',
]);

const meanings: Readonly<Record<string, string>> = {
  ERR_INVALID_CHAR: 'a header has a character that none may have',
  UND_ERR_INVALID_ARG: 'a header or the method is malformed',
  ECONNREFUSED: 'the server refuses connections',
  ENOTFOUND: "the server's name is not known",
  EAI_AGAIN: "the server's name cannot be resolved now",
  ETIMEDOUT: 'the connection timed out',
  UND_ERR_CONNECT_TIMEOUT: 'the connection timed out',
  CERT_HAS_EXPIRED: "the server's certificate has expired",
  DEPTH_ZERO_SELF_SIGNED_CERT: "the server's certificate is self-signed",
  ERR_TLS_CERT_ALTNAME_INVALID: "the server's certificate is for another host",
};

function codeOf(error: unknown): string | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,60}$/.test(code) ? code : undefined;
}

/** The innermost of a chain of causes; of an aggregate, its first. */
function rootOf(error: unknown): unknown {
  let root = error;
  for (let depth = 0; depth < 8; depth += 1) {
    if (root instanceof AggregateError && root.errors.length > 0) root = root.errors[0];
    else if (root instanceof Error && root.cause instanceof Error) root = root.cause;
    else break;
  }
  return root;
}
