/**
 * The vendor's SDKs over the transport of `@im/http`: the same connections, egress control and aborts as plain requests. An SDK
 * takes an HTTP client of its own kind; there are two kinds, the present one (`pipeline`) and that of older clients (`compat`).
 *
 * Requests are authorised here rather than by the SDK: by the clock of the integration, from its one cache of tokens, with one renewal
 * of a token that was refused. What the SDK put there itself is replaced.
 *
 * Which call a request belongs to is known by the asynchronous context: operations run the SDK inside {@link withCall}, so that the
 * transport can say `markSent` and hand over headers. What is called through `.native()` belongs to no call.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { IHttpClient } from '@azure/storage-blob';
import type { Call } from '@im/core';
import {
  createEgressGuard,
  type HttpContext,
  type HttpRequest,
  type HttpResponse,
  type SignRequest,
  type TokenSource,
  transportOf,
} from '@im/http';
import {
  bodyOf,
  type CompatRequest,
  compatHeaders,
  isReplayable,
  type PipelineClient,
  PipelineHeaders,
  type PipelineRequest,
  toBody,
  toSignal,
} from './sdk-messages.ts';

/** HTTP clients for the vendor's SDKs. */
export interface SdkTransport {
  /** For clients on `@azure/core-client`: Key Vault, identity, management. */
  readonly pipeline: PipelineClient;
  /** For the storage clients. */
  readonly compat: IHttpClient;
}

/** How requests of an SDK are authorised. */
export interface SdkAuthorisation {
  /** URLs that the options name, which may be asked whatever their address. */
  readonly onPurpose: readonly (string | URL)[];
  /** Signs each request, last of all. */
  readonly sign?: SignRequest | undefined;
  /** Gives the bearer token; one that was refused with status 401 is renewed, and the request sent again where it can. */
  readonly token?: TokenSource | undefined;
  /** Added to the query, unless the request carries a SAS of its own. */
  readonly query?: Readonly<Record<string, string>> | undefined;
  /** Added to the headers of requests that belong to a call. */
  readonly headersOf?:
    | ((call: Call, request: Pick<SdkRequest, 'method' | 'headers'>) => Readonly<Record<string, string>>)
    | undefined;
}

const calls = new AsyncLocalStorage<Call>();

/** Runs the SDK for one attempt of an operation. */
export function withCall<Result>(call: Call, run: () => Promise<Result>): Promise<Result> {
  return calls.run(call, run);
}

/** The attempt that the SDK is running for. */
export function currentCall(): Call | undefined {
  return calls.getStore();
}

/** Makes the clients. Opens nothing. */
export function createSdkTransport(context: HttpContext, authorisation: SdkAuthorisation): SdkTransport {
  const transport = transportOf(context);
  const guard = createEgressGuard({ allow: context.egress, onPurpose: authorisation.onPurpose });
  const { sign, token, headersOf } = authorisation;

  const attempt = async (
    request: SdkRequest,
    signal: AbortSignal,
    credential: string | undefined,
  ): Promise<HttpResponse> => {
    const call = currentCall();
    const url = withQuery(request.url, authorisation.query);
    const method = request.method as HttpRequest['method'];
    const body = toBody(request.body);
    const headers: Record<string, string> = {
      ...request.headers,
      ...(call && headersOf?.(call, request)),
    };
    if (credential !== undefined) headers.authorization = `Bearer ${credential}`;
    if (sign !== undefined) {
      for (const name of ['authorization', 'x-ms-date', 'date']) delete headers[name];
      const unsigned = { method, url, target: url.pathname + url.search, headers, body };
      Object.assign(headers, await sign(unsigned, call ?? orphan(signal)));
    }
    const onSend = () => call?.markSent();
    const response = await transport({
      method,
      url,
      headers,
      body,
      signal,
      onSend,
      guard,
      redirect: 'manual',
      lane: 'undici',
      // Stored bytes are given as they are.
      decode: false,
    });
    call?.observe(response.headers);
    return response;
  };

  const send = async (request: SdkRequest): Promise<HttpResponse> => {
    const call = currentCall();
    const signal = toSignal(request.abortSignal) ?? call?.signal ?? never;
    if (token === undefined) return attempt(request, signal, undefined);
    const current = await token.get({ signal });
    const response = await attempt(request, signal, current.value.reveal());
    if (response.status !== 401) return response;
    const next = await token.refresh(current, { signal });
    const replays = call?.effect !== 'unsafe' && isReplayable(request.body);
    if (!replays || next.value.reveal() === current.value.reveal()) return response;
    await response[Symbol.asyncDispose]();
    return attempt(request, signal, next.value.reveal());
  };

  return {
    pipeline: {
      async sendRequest(request) {
        const response = await send({ ...pick(request), headers: lowerCase(request.headers.toJSON()) });
        const headers = new PipelineHeaders(response.headers);
        return { request, status: response.status, headers, ...(await bodyOf(response, request)) };
      },
    },
    compat: {
      async sendRequest(request) {
        const response = await send({ ...pick(request), headers: lowerCase(request.headers.toJson()) });
        const headers = compatHeaders(request.headers, response);
        return { request, status: response.status, headers, ...(await bodyOf(response, request)) };
      },
    },
  };
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function withQuery(text: string, query: SdkAuthorisation['query']): URL {
  const url = new URL(text);
  if (query === undefined || url.searchParams.has('sig')) return url;
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  return url;
}

/** What a signature needs to know of a request that belongs to no call. */
function orphan(signal: AbortSignal): Call {
  return {
    operation: 'native',
    effect: 'unsafe',
    attempt: 1,
    signal,
    deadline: Number.POSITIVE_INFINITY,
    idempotencyKey: undefined,
    cursor: undefined,
    pageSize: undefined,
    markSent() {},
    observe() {},
  };
}

/** What both kinds of request have. */
interface SdkRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly abortSignal?: PipelineRequest['abortSignal'];
}

function pick({
  method,
  url,
  body,
  abortSignal,
}: PipelineRequest | CompatRequest): Omit<SdkRequest, 'headers'> {
  return { method, url, body, ...(abortSignal !== undefined && { abortSignal }) };
}

const never = new AbortController().signal;
