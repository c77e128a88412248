/**
 * The way of the SDK's requests to the network: the transport of `@im/http` instead of the SDK's own client. So they have egress control and
 * pooled connections, tell core when they are sent and what an answer announces, end with the call's signal, and fail as every request of
 * @im does.
 *
 * The SDK takes no signal and no context. What belongs to a request is found by the object of its headers, which the SDK makes anew for
 * each and shows to its authenticator first: an authenticator of the call writes it down ({@link HttpClient.authenticate}).
 */
import { Readable } from 'node:stream';
import { type Call, type HeaderReader, VendorError } from '@im/core';
import {
  type EgressGuard,
  type HttpBody,
  type HttpRequest,
  type HttpResponse,
  readBytes,
  type Transport,
} from '@im/http';
import type { Stripe } from 'stripe';
import { refuseCardDataIn } from './card-data.ts';

type SdkClient = Stripe.HttpClient;
type SdkHeaders = Parameters<SdkClient['makeRequest']>[4];
type SdkResponse = Awaited<ReturnType<SdkClient['makeRequest']>>;
type Authenticator = NonNullable<Stripe.RequestOptions['authenticator']>;

/** What the client is made of. */
export interface HttpClientSettings {
  readonly transport: Transport;
  readonly guard: EgressGuard;
  /** Takes secrets out of errors of Stripe's. */
  readonly hide: (text: string) => string;
  /** Told of a notice that Stripe sends with an answer, for developers. */
  readonly onNotice: (notice: string) => void;
  readonly authorization: () => string;
}

/** For the option `httpClient` of the SDK. */
export interface HttpClient extends SdkClient {
  /** The authenticator of one call, which also says whose request it is. */
  authenticate(call: Call): Authenticator;
}

/** Most bytes of an answer, as in `@im/http`. */
const maxBytes = 16 * 1024 * 1024;

/** Left to the connection, which writes its own. */
const dropped: ReadonlySet<string> = new Set(['content-length', 'connection', 'host']);

/** Makes the client. Connections belong to the transport. */
export function createHttpClient(settings: HttpClientSettings): HttpClient {
  const { transport, guard, authorization } = settings;
  const calls = new WeakMap<SdkHeaders, Call>();
  return {
    getClientName: () => 'im',
    authenticate: (call) => (request) => {
      request.headers.Authorization = authorization();
      calls.set(request.headers, call);
      return Promise.resolve();
    },
    // The SDK hangs for ever when this throws: it is async, so that it cannot.
    async makeRequest(host, port, path, method, headers, body, protocol, timeoutMs) {
      const call = calls.get(headers);
      refuseCardDataIn(path);
      if (typeof body === 'string') refuseCardDataIn(body);
      const response = await transport({
        method: method as HttpRequest['method'],
        url: new URL(`${protocol}://${host}:${port}${path}`),
        headers: sentHeaders(headers),
        body: (body as HttpBody) || undefined,
        redirect: 'manual',
        signal: call?.signal ?? AbortSignal.timeout(timeoutMs),
        guard,
        onSend: () => call?.markSent(),
      });
      call?.observe(response.headers);
      return toSdkResponse(response, settings);
    },
  } as HttpClient;
}

const lowerCase = new Map<string, string>();

function sentHeaders(headers: SdkHeaders): Record<string, string> {
  const sent: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    let lower = lowerCase.get(name);
    if (lower === undefined) {
      lower = name.toLowerCase();
      // The SDK writes a dozen names; a user's own must not fill the memory.
      if (lowerCase.size < 100) lowerCase.set(name, lower);
    }
    if (!dropped.has(lower)) sent[lower] = String(headers[name]);
  }
  return sent;
}

function toSdkResponse(response: HttpResponse, { hide, onNotice }: HttpClientSettings): SdkResponse {
  const { status } = response;
  const isError = status >= 400;
  const headers: Record<string, string> = {};
  for (const [name, value] of response.headers) headers[name] = isError ? hide(value) : value;
  // The SDK would make a warning of the whole process of it.
  const { 'stripe-notice': notice, ...shown } = headers;
  if (notice !== undefined) onNotice(notice);
  return {
    getStatusCode: () => status,
    getHeaders: () => shown,
    getRawResponse: () => ({ headers: shown }),
    toStream: (onEnd) => {
      const stream = Readable.from(response.body, { objectMode: false });
      stream.once('end', onEnd);
      stream.once('close', () => void response[Symbol.asyncDispose]());
      return stream;
    },
    toJSON: async () => {
      const text = Buffer.from(await wholeBody(response)).toString('utf8');
      return isError ? readError(hide(text), status, headerReader(shown)) : readAnswer(text, status);
    },
    dispose: () => void response[Symbol.asyncDispose](),
  };
}

async function wholeBody(response: HttpResponse): Promise<Uint8Array> {
  try {
    return await readBytes(response, maxBytes);
  } finally {
    await response[Symbol.asyncDispose]();
  }
}

/** @throws VendorError `internal` for what is no JSON object, or one that speaks of an error under a status of success */
function readAnswer(text: string, status: number): object {
  const value = parsed(text);
  if (isObject(value) && status < 300) return value;
  throw value === undefined
    ? broken('not_json', 'the answer is not the JSON that was promised', status)
    : broken('unexpected_body', 'the answer is not what was promised', status);
}

/**
 * An error as the SDK reads it. Without an `error` in it, as a proxy or an unknown address answers, the SDK would take the body for a success.
 *
 * @throws VendorError with the status alone
 */
function readError(text: string, status: number, headers: HeaderReader): object {
  const value = parsed(text);
  if (!isObject(value) || !isObject(value.error)) throw new VendorError({ status, headers, sent: true });
  // A payment or setup intent in it has a secret with which a browser could go on with it.
  for (const inner of Object.values(value.error))
    if (isObject(inner) && 'client_secret' in inner) delete inner.client_secret;
  return value;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Named by whoever asked: what it is instead must not be printed.
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function broken(reason: string, says: string, status?: number): VendorError {
  return new VendorError({ sent: true, code: 'internal', reason, says, status });
}

/** The headers of an answer as core reads them. */
export function headerReader(headers: Readonly<Record<string, string>>): HeaderReader {
  return { get: (name) => headers[name] };
}
