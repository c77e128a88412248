import {
  type Call,
  describeAnswer,
  describeRequest,
  type IntegrationContext,
  injectTraceContext,
  VendorError,
  type VendorFailure,
} from '@im/core';
import type { z } from 'zod';
import { errorBodyOf, readAnswer, readErrorBytes, refuseAnnounced } from './answer.ts';
import type { AccessToken, TokenCall } from './auth/token-source.ts';
import { createDownload } from './download.ts';
import { createEgressGuard } from './egress.ts';
import { forwardedAnswer, forwardedFailure, passedHeaders, rooted } from './forward.ts';
import type { Http, HttpRequestInit } from './http.ts';
import type { Path } from './path.ts';
import { isSecretName, scrub, secretsOf, showsSecret } from './redact.ts';
import { type Destination, encodeBody, isReplayable, onceOnly, urlBuilder } from './request.ts';
import { defaultMaxBytes, type HttpSettings } from './settings.ts';
import { transportOf } from './shared-transport.ts';
import type { HttpHeaders, HttpRequest, HttpResponse } from './transport.ts';

/** What the client needs of a provider's context. */
export type HttpContext = Pick<IntegrationContext<unknown>, 'options' | 'egress' | 'service'>;

type Method = HttpRequest['method'];

/** What is different for some requests. */
interface Sending {
  /** The answer is taken piece by piece. */
  readonly streams?: boolean;
  /** The answer goes to the caller as it is, whatever its status. */
  readonly isForwarded?: boolean;
}

/** A reason becomes a metric's label and part of messages: a plain name, or nothing. */
const plainReason = /^[\w.:/ -]{1,100}$/;

/** A token that others had renewed before may have been refused since; then one is issued for us, and no more. */
const mostRenewals = 2;

/**
 * Makes the client of one integration. Opens nothing; connections are shared by the whole process and kept alive.
 *
 * A credential that the vendor refuses as expired is renewed (once for us, at most), and the request is sent again when that cannot do
 * harm: for `read`, `idempotent` and `keyed` operations whose body is not a stream. An `unsafe` operation renews it
 * too, for the next call, but fails.
 *
 * @throws TypeError when `baseUrl` or `proxy` is no URL
 */
export function createHttp(context: HttpContext, settings: HttpSettings): Http {
  const base = new URL(settings.baseUrl);
  const toUrl = urlBuilder(base);
  const checkUnspent = onceOnly();
  const guard = createEgressGuard({
    allow: context.egress,
    onPurpose: [base, ...(settings.alsoOnPurpose ?? [])],
  });
  const transport = transportOf(context);
  const ownHeaders = lowerCase({ accept: 'application/json', ...settings.headers });
  const idempotencyHeader = settings.idempotencyHeader ?? 'idempotency-key';
  const proxy = settings.proxy === undefined ? undefined : new URL(settings.proxy);
  const readRequestId = requestIdReader(settings.requestIdHeader ?? 'x-request-id');
  const isExpired = settings.isTokenExpired ?? ((failure) => failure.status === 401);
  const isTraced = settings.traceContext ?? settings.sign === undefined;
  const tokenHeader = settings.tokenHeader ?? ((value) => ({ authorization: `Bearer ${value}` }));

  /** What may not stand in a message that came with this request. */
  const secretsIn = (token: AccessToken | undefined, headers: Readonly<Record<string, string>>): string[] => [
    ...secretsOf(context.options),
    ...(token === undefined ? [] : [token.value.reveal()]),
    ...Object.entries(headers).flatMap(([name, value]) => (isSecretName(name) ? [value] : [])),
  ];

  const sentSecrets = (init: HttpRequestInit | undefined): string[] =>
    Object.entries(init?.headers ?? {}).flatMap(([name, value]) =>
      value !== undefined && isSecretName(name) ? [value] : [],
    );

  /** The vendor's id of the request, unless the vendor put something of ours there. */
  const shownRequestId = (headers: HttpHeaders, secrets: () => string[]): string | undefined => {
    const id = readRequestId(headers);
    return id === undefined || showsSecret(id, secrets()) ? undefined : id;
  };

  const failureFrom = async (
    response: HttpResponse,
    secrets: () => string[],
    isForwarded: boolean,
  ): Promise<VendorFailure> => {
    const { status, headers } = response;
    const bytes = await readErrorBytes(response);
    const body = bytes && errorBodyOf(bytes);
    const read = settings.readFailure?.(status, body, headers);
    const reason = read?.reason === undefined ? undefined : scrub(read.reason, secrets());
    return {
      status,
      headers,
      sent: true,
      requestId: shownRequestId(headers, secrets),
      reason: reason !== undefined && plainReason.test(reason) ? reason : undefined,
      says: read?.says === undefined ? undefined : scrub(read.says, secrets()),
      retryAfterMs: read?.retryAfterMs,
      answer: isForwarded ? forwardedFailure(response, bytes, secrets()) : undefined,
    };
  };

  /** Sends once with the given credential. @returns the response when it is a success, else what failed */
  const attempt = async (
    method: Method,
    { url, target }: Destination,
    call: Call,
    init: HttpRequestInit | undefined,
    token: AccessToken | undefined,
    { streams = false, isForwarded = false }: Sending,
  ): Promise<HttpResponse | VendorFailure> => {
    const encoded = init === undefined ? undefined : encodeBody(init);
    checkUnspent(encoded?.body);
    const headers: Record<string, string> = { ...ownHeaders };
    if (encoded?.contentType !== undefined) headers['content-type'] = encoded.contentType;
    if (call.idempotencyKey !== undefined) headers[idempotencyHeader] = call.idempotencyKey;
    if (init?.headers !== undefined) mergeHeaders(headers, init.headers);
    if (token !== undefined) Object.assign(headers, tokenHeader(token.value.reveal()));
    if (isTraced) injectTraceContext(headers);
    const body = encoded?.body;
    if (settings.sign !== undefined) {
      const sentTarget = target ?? url.pathname + url.search;
      Object.assign(headers, await settings.sign({ method, url, target: sentTarget, headers, body }, call));
    }
    describeRequest(method, url);
    const response = await transport({
      method,
      url,
      target,
      headers,
      body,
      redirect: settings.sign === undefined && !isForwarded ? undefined : 'manual',
      signal: call.signal,
      onSend: () => call.markSent(),
      onProgress: init?.onProgress,
      guard,
      proxy,
      http2: settings.http2,
      streams,
      decode: init?.decode,
      lane: init?.lane ?? settings.lane,
    });
    call.observe(response.headers);
    describeAnswer(response.status);
    if (response.status >= 200 && response.status < (isForwarded ? 400 : 300)) return response;
    try {
      return await failureFrom(response, () => secretsIn(token, headers), isForwarded);
    } finally {
      await response[Symbol.asyncDispose]();
    }
  };

  const send = async (
    method: Method,
    path: Path | string,
    call: Call,
    init: HttpRequestInit | undefined,
    how: Sending = {},
  ): Promise<HttpResponse> => {
    const place = toUrl(path, init?.query);
    const source = init?.authorize === false || place.url.origin !== base.origin ? undefined : settings.token;
    if (source === undefined) return successOf(await attempt(method, place, call, init, undefined, how));
    const tokenCall: TokenCall = { signal: call.signal };
    let token = await source.get(tokenCall);
    let outcome = await attempt(method, place, call, init, token, how);
    for (
      let renewals = 0;
      renewals < mostRenewals && isFailure(outcome) && isExpired(outcome);
      renewals += 1
    ) {
      const next = await source.refresh(token, tokenCall);
      const replays = call.effect !== 'unsafe' && isReplayable(init?.body);
      if (!replays || next.value.reveal() === token.value.reveal()) break;
      outcome = await attempt(method, place, call, init, next, how);
      if (next.isOlder !== true) break;
      token = next;
    }
    return successOf(outcome);
  };

  const request: Http['request'] = async (method, path, schema, call, init) => {
    const response = await send(method, path, call, init);
    try {
      const { status, headers } = response;
      const maxBytes = init?.maxBytes ?? settings.maxBytes ?? defaultMaxBytes;
      refuseAnnounced(method, response, maxBytes);
      const body = await readAnswer(response, schema, maxBytes, () =>
        shownRequestId(headers, () => [...secretsOf(context.options), ...sentSecrets(init)]),
      );
      return { status, headers, body };
    } finally {
      await response[Symbol.asyncDispose]();
    }
  };

  const method =
    (name: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE') =>
    async <Schema extends z.ZodType>(
      path: Path | string,
      schema: Schema,
      call: Call,
      init?: HttpRequestInit,
    ) =>
      (await request(name, path, schema, call, init)).body;

  return {
    get: method('GET'),
    post: method('POST'),
    put: method('PUT'),
    patch: method('PATCH'),
    delete: method('DELETE'),
    request,
    download: (path, call, init) =>
      createDownload((more) => send('GET', path, call, more, { streams: true }), call, init),
    forward: async ({ method, path, headers, body }, call) => {
      const init = { headers: passedHeaders(headers), body, lane: 'undici' as const };
      const how = { streams: true, isForwarded: true };
      return forwardedAnswer(await send(method, rooted(path), call, init, how));
    },
  };
}

function isFailure(outcome: HttpResponse | VendorFailure): outcome is VendorFailure {
  return 'sent' in outcome;
}

function successOf(outcome: HttpResponse | VendorFailure): HttpResponse {
  if (isFailure(outcome)) throw new VendorError(outcome);
  return outcome;
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function mergeHeaders(
  into: Record<string, string>,
  more: Readonly<Record<string, string | undefined>>,
): void {
  for (const name in more) {
    const value = more[name];
    const lower = name.toLowerCase();
    if (value !== undefined) into[lower] = value;
    // Deleting makes the object slow for good, so only what is there.
    else if (into[lower] !== undefined) delete into[lower];
  }
}

function requestIdReader(names: string | readonly string[]): (headers: HttpHeaders) => string | undefined {
  const wanted = (typeof names === 'string' ? [names] : names).map((name) => name.toLowerCase());
  return (headers) => {
    for (const name of wanted) {
      const value = headers.get(name);
      // An id is quoted in messages: only what looks like one.
      if (value && /^[\w.:=/+-]{1,200}$/.test(value)) return value;
    }
    return undefined;
  };
}
