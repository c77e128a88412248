/**
 * The vendor's SDKs over the transport of `@im/http`: the same connections, egress control and aborts as plain requests. An SDK
 * takes an HTTP client of its own kind; there are two kinds, the present one (`pipeline`) and that of older clients (`compat`).
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

/**
 * Makes the clients. Opens nothing.
 *
 * @param onPurpose URLs that the options name, which may be asked whatever their address
 */
export function createSdkTransport(context: HttpContext, onPurpose: readonly (string | URL)[]): SdkTransport {
  const transport = context.service(transportKey) ?? shared();
  const guard = createEgressGuard({ allow: context.egress, onPurpose });
  const send = (request: SdkRequest): Promise<HttpResponse> => {
    const call = currentCall();
    return transport({
      method: request.method as HttpRequest['method'],
      url: new URL(request.url),
      headers: request.headers,
      body: toBody(request.body),
      signal: toSignal(request.abortSignal) ?? call?.signal ?? never,
      onSend: () => call?.markSent(),
      guard,
      redirect: 'manual',
      lane: 'undici',
    }).then((response) => {
      call?.observe(response.headers);
      return response;
    });
  };
  return {
    pipeline: {
      async sendRequest(request) {
        const response = await send({ ...pick(request), headers: request.headers.toJSON() });
        const headers = new PipelineHeaders(response.headers);
        return { request, status: response.status, headers, ...(await bodyOf(response, request)) };
      },
    },
    compat: {
      async sendRequest(request) {
        const response = await send({ ...pick(request), headers: request.headers.toJson() });
        const headers = compatHeaders(request.headers, response);
        return { request, status: response.status, headers, ...(await bodyOf(response, request)) };
      },
    },
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
