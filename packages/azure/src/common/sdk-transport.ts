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
import { Readable } from 'node:stream';
import type { TokenCredentialOptions } from '@azure/identity';
import type { IHttpClient } from '@azure/storage-blob';
import type { Call } from '@im/core';
import {
  createEgressGuard,
  createTransport,
  type HttpBody,
  type HttpContext,
  type HttpRequest,
  type HttpResponse,
  type SignRequest,
  type TokenSource,
  type Transport,
  transportKey,
} from '@im/http';

type PipelineClient = NonNullable<TokenCredentialOptions['httpClient']>;
type PipelineRequest = Parameters<PipelineClient['sendRequest']>[0];
type CompatRequest = Parameters<IHttpClient['sendRequest']>[0];
type CompatHeaders = CompatRequest['headers'];

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

/** Most bytes of an answer that is not taken as a stream. */
const maxTextBytes = 64 * 1024 * 1024;

/** Makes the clients. Opens nothing. */
export function createSdkTransport(context: HttpContext, authorisation: SdkAuthorisation): SdkTransport {
  const transport = context.service(transportKey) ?? shared();
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

/** Whether the same body can be sent again. */
function isReplayable(body: unknown): boolean {
  return (
    body === undefined ||
    body === null ||
    typeof body === 'string' ||
    typeof body === 'function' ||
    body instanceof Blob ||
    body instanceof ArrayBuffer ||
    ArrayBuffer.isView(body)
  );
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

let ownTransport: Transport | undefined;

/** Shared by all SDK clients of the process that were given no other; opens nothing until it is used. */
function shared(): Transport {
  ownTransport ??= createTransport();
  return ownTransport;
}

/** A signal of the SDK's own kind as one of the platform's. */
function toSignal(signal: SdkRequest['abortSignal']): AbortSignal | undefined {
  if (signal === undefined || signal instanceof AbortSignal) return signal;
  const controller = new AbortController();
  if (signal.aborted) controller.abort();
  else signal.addEventListener('abort', () => controller.abort());
  return controller.signal;
}

/** @throws TypeError for a body that no client of ours makes */
function toBody(body: unknown): HttpBody | undefined {
  if (body === undefined || body === null) return undefined;
  const value: unknown = typeof body === 'function' ? body() : body;
  if (typeof value === 'string' || value instanceof FormData) return value;
  if (value instanceof Uint8Array) return value;
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof Blob) return value.stream();
  if (typeof value === 'object' && value !== null && Symbol.asyncIterator in value)
    return value as AsyncIterable<Uint8Array>;
  throw new TypeError('the SDK gave a body of an unknown kind');
}

async function bodyOf(
  response: HttpResponse,
  { streamResponseStatusCodes: streamed }: PipelineRequest | CompatRequest,
): Promise<{ readonly readableStreamBody: Readable } | { readonly bodyAsText: string }> {
  if (streamed?.has(response.status) || streamed?.has(Number.POSITIVE_INFINITY))
    return { readableStreamBody: Readable.from(response.body, { objectMode: false }) };
  try {
    // It has no body, though its length may be told (RFC 9110 §15.4.5).
    if (response.status === 304) return { bodyAsText: '' };
    const bytes = response.bytes?.(maxTextBytes) ?? collect(response.body);
    return { bodyAsText: Buffer.from(await bytes).toString() };
  } finally {
    await response[Symbol.asyncDispose]();
  }
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.byteLength;
    if (size > maxTextBytes) throw new RangeError(`the answer is larger than ${maxTextBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The older clients' headers, made of the request's own since their class is not to be had otherwise. */
function compatHeaders(like: CompatHeaders, response: HttpResponse): CompatHeaders {
  const headers = like.clone();
  for (const name of headers.headerNames()) headers.remove(name);
  for (const [name, value] of response.headers) headers.set(name, value);
  return headers;
}

/** The present clients' headers. */
class PipelineHeaders {
  readonly #values = new Map<string, string>();

  constructor(entries: Iterable<readonly [string, string]>) {
    for (const [name, value] of entries) this.set(name, value);
  }

  get(name: string): string | undefined {
    return this.#values.get(name.toLowerCase());
  }

  has(name: string): boolean {
    return this.#values.has(name.toLowerCase());
  }

  set(name: string, value: string | number | boolean): void {
    this.#values.set(name.toLowerCase(), String(value));
  }

  delete(name: string): void {
    this.#values.delete(name.toLowerCase());
  }

  toJSON(): Record<string, string> {
    return Object.fromEntries(this.#values);
  }

  [Symbol.iterator](): Iterator<[string, string]> {
    return this.#values.entries();
  }
}
