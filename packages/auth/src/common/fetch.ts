/** Requests of this package: through the transport of `@im/http`, to allowed hosts, within a time and a size. */
import {
  type Clock,
  type LogFields,
  loadOptional,
  type Provided,
  systemClock,
  unlessAborted,
  VendorError,
} from '@im/core';
import type { EgressGuard, EgressRules, HttpRequest, HttpResponse, Transport } from '@im/http';

/** How requests are made. */
export interface FetchOptions {
  /** Such as a transport of your own, under `transportKey` of `@im/http`. */
  readonly services?: readonly Provided[] | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Milliseconds for one request. Default 10,000. */
  readonly timeoutMs?: number | undefined;
  /** Most bytes of an answer. Default 256 KiB. */
  readonly maxBytes?: number | undefined;
}

/** What is sent. */
export interface FetchInit {
  readonly method?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called just before bytes may leave; what it throws stops the request. */
  readonly onSend?: (() => void) | undefined;
}

/** Follows no redirect: a token or a key set that comes by way of one comes from somewhere else. */
export type GuardedFetch = (url: string | URL, init?: FetchInit) => Promise<Response>;

const defaultTimeoutMs = 10_000;
const defaultMaxBytes = 256 * 1_024;

interface Tools {
  readonly guard: EgressGuard;
  readonly transport: Transport;
  readonly readBytes: (response: HttpResponse, maxBytes: number) => Promise<Uint8Array>;
}

async function loadTools(rules: EgressRules, services: readonly Provided[] = []): Promise<Tools> {
  const http = await loadOptional('@im/http', 'asking an authorization server', () => import('@im/http'));
  const given = services.find(({ name }) => name === http.transportKey.name)?.service;
  return {
    guard: http.createEgressGuard(rules),
    transport: (given as Transport | undefined) ?? http.sharedTransport,
    readBytes: http.readBytes,
  };
}

/** Makes it. `rules` say which hosts may be asked. */
export function createFetch(rules: EgressRules, options: FetchOptions = {}): GuardedFetch {
  const { clock = systemClock, timeoutMs = defaultTimeoutMs, maxBytes = defaultMaxBytes } = options;
  let tools: Promise<Tools> | undefined;
  return async (url, init = {}) => {
    tools ??= loadTools(rules, options.services).catch((error: unknown) => {
      tools = undefined;
      throw error;
    });
    const { guard, transport, readBytes } = await tools;
    init.signal?.throwIfAborted();
    const timeout = new AbortController();
    const cancel = clock.schedule(timeoutMs, () => timeout.abort(tooSlow(timeoutMs)));
    const signal =
      init.signal === undefined ? timeout.signal : AbortSignal.any([init.signal, timeout.signal]);
    try {
      const response = await unlessAborted(
        transport({
          method: (init.method ?? 'GET') as HttpRequest['method'],
          url: new URL(url),
          headers: init.headers ?? {},
          body: init.body,
          signal,
          guard,
          redirect: 'manual',
          onSend: init.onSend,
        }),
        signal,
      );
      try {
        return toResponse(response, await readBytes(response, maxBytes));
      } finally {
        await response[Symbol.asyncDispose]();
      }
    } finally {
      cancel();
    }
  };
}

function toResponse({ status, headers }: HttpResponse, body: Uint8Array): Response {
  const isEmpty = status === 204 || status === 205 || status === 304;
  return new Response(isEmpty ? null : new Uint8Array(body), {
    status,
    headers: [...headers].map(([name, value]): [string, string] => [name, value]),
  });
}

function tooSlow(timeoutMs: number): VendorError {
  return new VendorError({
    sent: true,
    code: 'unavailable',
    reason: 'timeout',
    says: `there was no answer within ${timeoutMs} ms`,
  });
}

/** What a log may hold of a failed request: names, never bodies. */
export function failureFields(error: unknown): LogFields {
  if (error instanceof VendorError)
    return { reason: error.failure.reason ?? error.failure.code, says: error.failure.says };
  return { reason: error instanceof Error ? error.name : typeof error };
}
