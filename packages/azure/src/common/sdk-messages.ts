/** What goes in and comes out of the vendor's SDKs: bodies, headers and signals of their own kinds. */
import { Readable } from 'node:stream';
import type { TokenCredentialOptions } from '@azure/identity';
import type { IHttpClient } from '@azure/storage-blob';
import { type HttpBody, type HttpResponse, readBytes } from '@im/http';

/** An HTTP client as the present SDKs take it. */
export type PipelineClient = NonNullable<TokenCredentialOptions['httpClient']>;
/** Its requests. */
export type PipelineRequest = Parameters<PipelineClient['sendRequest']>[0];
/** Requests of the older SDKs. */
export type CompatRequest = Parameters<IHttpClient['sendRequest']>[0];
type CompatHeaders = CompatRequest['headers'];

/** Most bytes of an answer that is not taken as a stream. */
const maxTextBytes = 64 * 1024 * 1024;

/** A signal of the SDK's own kind as one of the platform's. */
export function toSignal(signal: PipelineRequest['abortSignal']): AbortSignal | undefined {
  if (signal === undefined || signal instanceof AbortSignal) return signal;
  const controller = new AbortController();
  if (signal.aborted) controller.abort();
  else signal.addEventListener('abort', () => controller.abort());
  return controller.signal;
}

/** Whether the same body can be sent again. */
export function isReplayable(body: unknown): boolean {
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

/** @throws TypeError for a body that no client of ours makes */
export function toBody(body: unknown): HttpBody | undefined {
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

/** The body of an answer, as a stream where the SDK wants one. */
export async function bodyOf(
  response: HttpResponse,
  { streamResponseStatusCodes: streamed }: PipelineRequest | CompatRequest,
): Promise<{ readonly readableStreamBody: Readable } | { readonly bodyAsText: string }> {
  if (streamed?.has(response.status) || streamed?.has(Number.POSITIVE_INFINITY))
    return { readableStreamBody: Readable.from(response.body, { objectMode: false }) };
  try {
    return { bodyAsText: Buffer.from(await readBytes(response, maxTextBytes)).toString() };
  } finally {
    await response[Symbol.asyncDispose]();
  }
}

/** The older clients' headers, made of the request's own since their class is not to be had otherwise. */
export function compatHeaders(like: CompatHeaders, response: HttpResponse): CompatHeaders {
  const headers = like.clone();
  for (const name of headers.headerNames()) headers.remove(name);
  for (const [name, value] of response.headers) headers.set(name, value);
  return headers;
}

/** The present clients' headers. */
export class PipelineHeaders {
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
