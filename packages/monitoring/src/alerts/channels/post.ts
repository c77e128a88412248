/** Requests of channels: to hosts that are allowed, without redirects, and with an error that says whether anything was told. */
import { type ErrorCode, IntegrationError, readHint, unlessAborted, VendorError } from '@im/core';
import { createEgressGuard, type EgressGuard, readBytes, sharedTransport, type Transport } from '@im/http';

/** Where a channel sends. */
export interface PostTarget {
  /** For messages: `slack`. */
  readonly channel: string;
  readonly url: URL;
  readonly guard: EgressGuard;
  readonly transport: Transport;
}

/** How a channel reaches its receiver. */
export interface Reach {
  /**
   * The address was set by whoever runs the hub, and may be internal or without TLS. Default false: it may come from a tenant, and has to be
   * public and https.
   */
  readonly onPurpose?: boolean | undefined;
  /** Default: the transport of the process. */
  readonly transport?: Transport | undefined;
}

/**
 * Makes a target, and checks the URL now rather than with the first alert.
 *
 * @param hosts that may be asked; default: every public one
 * @throws {@link IntegrationError} `invalid_argument`, without the URL, which may hold a secret
 */
export function postTarget(
  channel: string,
  text: string,
  reach: Reach,
  hosts: readonly string[] = ['*'],
): PostTarget {
  const { onPurpose = false, transport = sharedTransport } = reach;
  const refuse = (says: string) =>
    new IntegrationError(`the URL of the ${channel} channel ${says}`, {
      code: 'invalid_argument',
      remedy: 'give an https URL of a public host, or set `onPurpose` for one of your own network',
    });
  if (!URL.canParse(text)) throw refuse('is none');
  const url = new URL(text);
  const guard = createEgressGuard({ allow: onPurpose ? [] : hosts, onPurpose: onPurpose ? [url] : [] });
  try {
    guard.url(url);
  } catch (error) {
    throw refuse(`is refused: ${(error as Error).message}`);
  }
  return { channel, url, guard, transport };
}

/** Most bytes of an answer that are read, and most characters that are shown. */
const maxBytes = 16_384;
const codes: Readonly<Record<number, ErrorCode>> = {
  400: 'invalid_argument',
  401: 'unauthenticated',
  403: 'permission_denied',
  404: 'not_found',
  408: 'unavailable',
  410: 'not_found',
  425: 'unavailable',
  429: 'resource_exhausted',
};

/**
 * Posts JSON.
 *
 * @throws {@link IntegrationError} for every answer that is not 2xx. Below 500 nothing was told; from 500 on, and when there is no answer to what was
 * sent, nobody knows
 */
export async function post(
  { channel, url, guard, transport }: PostTarget,
  body: string,
  headers: Readonly<Record<string, string>>,
  call: { readonly signal: AbortSignal; readonly now: number },
): Promise<void> {
  let isSent = false;
  try {
    const request = {
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
      body,
      signal: call.signal,
      guard,
      redirect: 'manual',
      onSend: () => {
        isSent = true;
      },
    } as const;
    const response = await unlessAborted(transport(request), call.signal);
    try {
      if (response.status >= 200 && response.status < 300) {
        await readBytes(response, maxBytes).catch(() => undefined);
        return;
      }
      throw refusal(channel, response.status, readHint(response.headers, call.now).retryAfterMs);
    } finally {
      await response[Symbol.asyncDispose]();
    }
  } catch (error) {
    if (error instanceof IntegrationError) throw error;
    throw noAnswer(channel, error, isSent);
  }
}

function refusal(channel: string, status: number, retryAfterMs: number | undefined): IntegrationError {
  const code = codes[status] ?? (status >= 500 ? 'unavailable' : 'failed_precondition');
  return new IntegrationError(`${channel} answered with status ${status}`, {
    code,
    status,
    effect: status >= 500 ? 'unknown' : 'none',
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    remedy:
      status < 500 && status !== 429
        ? 'check its URL and credentials'
        : 'it is tried again where that is safe',
  });
}

/** Never the error's own text, which may name the URL. */
function noAnswer(channel: string, error: unknown, wasSent: boolean): IntegrationError {
  const failure = error instanceof VendorError ? error.failure : undefined;
  const isSent = failure?.sent ?? wasSent;
  const reason = failure?.reason ?? (error instanceof Error ? error.name : 'unknown');
  return new IntegrationError(
    `${channel} did not answer (${reason})`,
    {
      code: failure?.code ?? 'unavailable',
      effect: isSent ? 'unknown' : 'none',
      reason,
      retryable: failure?.code === undefined || failure.code === 'unavailable',
      remedy: 'see whether its host can be reached from here',
    },
    { cause: error },
  );
}
