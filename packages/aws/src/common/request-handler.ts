/**
 * The way of the SDK's requests to the network: the transport of `@im/http` instead of the SDK's own client. So they have
 * egress control and pooled connections, tell core when they are sent and what limits an answer announces, end with the
 * call's signal, and fail as every request of @im does.
 */
import { Readable } from 'node:stream';
import type { Call, HeaderReader } from '@im/core';
import {
  defaultMaxBytes,
  type EgressGuard,
  type HttpBody,
  type HttpRequest,
  type HttpResponse,
  readBytes,
  type Transport,
} from '@im/http';
import { type Query, queryString } from './query.ts';

/** What one command did on the network, for whoever reads its failure. */
export interface Trace {
  /** Whether bytes may have left. */
  sent: boolean;
  /** Headers of the latest answer. Absent: there was none. */
  headers?: HeaderReader;
  status?: number;
  /** The `authorization` that was sent. */
  authorization?: string | undefined;
}

/** What travels with a command: `client.send(command, options)`. */
export interface SendOptions {
  /** An `AbortSignal`; the SDK's own type of it says less. */
  readonly abortSignal?: object | undefined;
  readonly call?: Call | undefined;
  readonly trace?: Trace | undefined;
  /** The handler of the integration that sends it, for a client that outlives one. */
  readonly via?: RequestHandler | undefined;
}

/** A request as the SDK hands it over. */
export interface SdkRequest {
  readonly method: string;
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number | undefined;
  readonly path: string;
  readonly query?: Query | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

/** An answer as the SDK wants it. */
export interface SdkResponse {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Readable | Uint8Array;
}

/** What the handler is made of. */
export interface HandlerSettings {
  readonly transport: Transport;
  readonly guard: EgressGuard;
  /**
   * Whether successful answers may be streams (S3, Lambda with response streams, any client of the user's). `false` reads each
   * at once, which costs less. Default true.
   */
  readonly streams?: boolean | undefined;
  /** Most bytes of an answer that is read at once. Default 16 MiB. */
  readonly maxBytes?: number | undefined;
  /** Told of every answer. */
  readonly onAnswer?: ((status: number, headers: HeaderReader) => void) | undefined;
  /** Signal of requests that come without one, such as those of credential providers. */
  readonly signal?: AbortSignal | undefined;
}

/** For the option `requestHandler` of any of the SDK's clients. */
export interface RequestHandler {
  handle(request: SdkRequest, options?: SendOptions): Promise<{ readonly response: SdkResponse }>;
  destroy(): void;
  updateHttpClientConfig(): void;
  httpHandlerConfigs(): Record<string, never>;
}

/** Left to the connection, which writes its own; the signature does not count them. */
const dropped: ReadonlySet<string> = new Set(['expect', 'connection', 'transfer-encoding']);

const never = new AbortController().signal;

/** Makes the handler. Connections belong to the transport and stay when a client is destroyed. */
export function createRequestHandler(settings: HandlerSettings): RequestHandler {
  const { transport, guard, maxBytes = defaultMaxBytes } = settings;

  return {
    async handle(request, { abortSignal, call, trace } = {}) {
      const body = toBody(request.body);
      if (trace !== undefined) trace.authorization = request.headers.authorization;
      const response = await transport({
        method: request.method as HttpRequest['method'],
        url: new URL(`${request.protocol}//${request.hostname}${request.port ? `:${request.port}` : ''}`),
        target: targetOf(request),
        headers: sentHeaders(request.headers),
        body,
        // A signature holds for one URL.
        redirect: 'manual',
        signal:
          call?.signal ?? (abortSignal instanceof AbortSignal ? abortSignal : (settings.signal ?? never)),
        guard,
        onSend: () => {
          if (trace !== undefined) trace.sent = true;
          call?.markSent();
        },
      });
      call?.observe(response.headers);
      if (trace !== undefined) Object.assign(trace, { status: response.status, headers: response.headers });
      settings.onAnswer?.(response.status, response.headers);
      const isStream =
        settings.streams !== false &&
        response.status < 300 &&
        response.status !== 204 &&
        request.method !== 'HEAD';
      return {
        response: {
          statusCode: response.status,
          headers: Object.fromEntries(response.headers),
          body: isStream ? toReadable(response) : await wholeBody(response, maxBytes),
        },
      };
    },
    destroy() {},
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
  };
}

/** The body as the SDK wants it. A stream that is destroyed before anybody read it must let go of its connection too. */
function toReadable(response: HttpResponse): Readable {
  const stream = Readable.from(response.body, { objectMode: false });
  stream.once('close', () => void response[Symbol.asyncDispose]());
  return stream;
}

async function wholeBody(response: HttpResponse, maxBytes: number): Promise<Uint8Array> {
  try {
    return await readBytes(response, maxBytes);
  } finally {
    await response[Symbol.asyncDispose]();
  }
}

function targetOf({ path, query }: SdkRequest): string {
  const search = query === undefined ? '' : queryString(query);
  return search === '' ? path : `${path}?${search}`;
}

function sentHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const sent: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    if (!dropped.has(lower)) sent[lower] = value;
  }
  return sent;
}

/** @throws TypeError for what no body is */
function toBody(body: unknown): HttpBody | undefined {
  if (body === undefined || body === null || body === '') return undefined;
  if (typeof body === 'string' || body instanceof Uint8Array) return body;
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  if (body instanceof Blob) return body.stream();
  if (typeof body === 'object' && Symbol.asyncIterator in body) return body as AsyncIterable<Uint8Array>;
  throw new TypeError('the body is neither text nor bytes nor a stream');
}
