/**
 * What both lanes have in common: redirects, decoding, multipart, progress. A lane only sends one request to one server.
 *
 * Redirects (RFC 9110 §15.4): 303 becomes GET, or stays HEAD; 301 and 302 turn POST into GET, as every browser does;
 * 307 and 308 keep method and body. A body that is a stream was sent and is gone, so such a redirect is an error.
 * Every hop is checked by the guard, and to another origin only headers go that say nothing about who asks.
 */
import { VendorError } from '@im/core';
import { announcedBytes } from './content.ts';
import { acceptedEncodings, decoded } from './decode.ts';
import { isStream } from './lanes/choose.ts';
import type { Lane, LaneRequest } from './lanes/lane.ts';
import { encodeMultipart } from './multipart.ts';
import { counted, inPieces, progressReporter } from './progress.ts';
import type { HttpRequest, HttpResponse } from './transport.ts';

/** Most redirects that are followed. */
export const maxRedirects = 10;

/** The only headers that go along to another origin. */
const neutralHeaders: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'content-type',
  'content-length',
  'if-match',
  'if-none-match',
  'if-range',
  'range',
  'user-agent',
]);

/** Sends `request` over `lane` and follows where the server points. */
export async function follow(lane: Lane, request: HttpRequest): Promise<HttpResponse> {
  request.signal.throwIfAborted();
  request.guard.url(request.url);
  const response = await lane.send(firstHop(request));
  const target = nextUrl(request, response);
  return finish(request, target === undefined ? response : await followOn(lane, request, response, target));
}

/** Multipart encoded, a body with progress in pieces, and the encodings we can read. */
function firstHop(request: HttpRequest): LaneRequest {
  const headers: Record<string, string> = { ...request.headers };
  const isPlain = headers.range === undefined && request.decode !== false;
  headers['accept-encoding'] ??= isPlain ? acceptedEncodings : 'identity';
  let { body } = request;
  if (body instanceof FormData) {
    const encoded = encodeMultipart(body);
    headers['content-type'] = encoded.contentType;
    headers['content-length'] = String(encoded.size);
    body = encoded.body;
  }
  if (body !== undefined && request.onProgress !== undefined) {
    const bytes = typeof body === 'string' ? Buffer.from(body) : body;
    if (bytes instanceof Uint8Array) headers['content-length'] ??= String(bytes.byteLength);
    const total = headers['content-length'] === undefined ? undefined : Number(headers['content-length']);
    const report = progressReporter(request.onProgress, 'up', total);
    body = counted(bytes instanceof Uint8Array ? inPieces(bytes) : bytes, report);
  }
  return { ...request, headers, body };
}

async function followOn(
  lane: Lane,
  original: HttpRequest,
  first: HttpResponse,
  target: URL,
): Promise<HttpResponse> {
  let request = original;
  let response = first;
  let url: URL | undefined = target;
  for (let hops = 1; url !== undefined; hops += 1) {
    const { status } = response;
    await response[Symbol.asyncDispose]();
    if (hops > maxRedirects) throw broken('too_many_redirects', `more than ${maxRedirects} redirects`);
    request = redirected(request, status, url);
    try {
      request.guard.url(url);
      response = await lane.send(firstHop(request));
    } catch (error) {
      // The first request was answered: whatever happens now, bytes have left.
      if (error instanceof VendorError)
        throw new VendorError({ ...error.failure, sent: true }, { cause: error.cause });
      throw error;
    }
    url = nextUrl(request, response);
  }
  return response;
}

function nextUrl(request: HttpRequest, response: HttpResponse): URL | undefined {
  if (response.status < 300 || response.status > 399 || request.redirect === 'manual') return undefined;
  if (!redirectStatuses.has(response.status)) return undefined;
  const location = response.headers.get('location');
  if (!location) return undefined;
  if (!URL.canParse(location, response.url.href))
    throw broken('bad_redirect', 'the redirect leads to no URL');
  return new URL(location, response.url);
}

const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

function redirected(request: HttpRequest, status: number, url: URL): HttpRequest {
  const { method } = request;
  const becomesGet =
    (status === 303 && method !== 'HEAD') || ((status === 301 || status === 302) && method === 'POST');
  if (!becomesGet && isStream(request.body)) {
    throw broken('redirected_stream', 'the server redirected a stream, which cannot be sent again');
  }
  const sameOrigin = url.origin === request.url.origin;
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(
      ([name]) => (sameOrigin || neutralHeaders.has(name)) && !(becomesGet && name.startsWith('content-')),
    ),
  );
  return {
    ...request,
    url,
    target: undefined,
    headers,
    method: becomesGet ? 'GET' : method,
    body: becomesGet ? undefined : request.body,
    onSend: undefined,
  };
}

function broken(reason: string, says: string): VendorError {
  return new VendorError({ sent: true, code: 'internal', reason, says });
}

function finish(request: HttpRequest, raw: HttpResponse): HttpResponse {
  const response = request.decode === false ? raw : decoded(raw, request.method);
  if (request.onProgress === undefined) return response;
  const total = raw === response ? announcedBytes(request.method, response) : undefined;
  const report = progressReporter(request.onProgress, 'down', total);
  return {
    status: response.status,
    headers: response.headers,
    url: response.url,
    body: counted(response.body, report),
    [Symbol.asyncDispose]: () => response[Symbol.asyncDispose](),
  };
}
