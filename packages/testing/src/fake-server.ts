/** A fake of a vendor's HTTP API on loopback: state, faults as data, a request log. The server itself is `start-fake-server.ts`. */
import type { Clock } from '@im/core';

/** What goes wrong, as data. */
export type Fault =
  /** An answer of this status instead of the real one; `retryAfter` in seconds or as an HTTP date `dateInMs` from now. */
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly retryAfter?: { readonly seconds: number } | { readonly dateInMs: number } | undefined;
      readonly headers?: Readonly<Record<string, string>> | undefined;
      /** Default: what the fake's `faultBody` makes of the status, in the vendor's own error format. */
      readonly body?: string | undefined;
    }
  /** The real answer, later: the request takes effect at once. Waits on the fake's clock; `Infinity` never answers. */
  | { readonly kind: 'latency'; readonly delayMs: number }
  /**
   * The connection is cut: before the request is handled, after it (so it took effect) but before any answer, or in the
   * middle of the answer's body (of its head, when it has no body).
   */
  | { readonly kind: 'cut'; readonly when: 'before' | 'after' | 'body' }
  /** Fewer bytes than `content-length` promised, then a clean end. */
  | { readonly kind: 'truncate' }
  /** The real body, a few bytes at a time on the fake's clock. */
  | { readonly kind: 'slow-body'; readonly chunkBytes: number; readonly delayMs: number }
  /** The real body under another `content-type`, `text/html` by default. */
  | { readonly kind: 'content-type'; readonly value?: string | undefined }
  /** Credentials that were good are refused as expired, in the vendor's own format, from now on until renewed. */
  | { readonly kind: 'expired-token' };

/** When a fault strikes. */
export interface FaultRule {
  readonly fault: Fault;
  readonly method?: string | undefined;
  /** Path without query, whole or as a pattern. Default: any. */
  readonly path?: string | RegExp | undefined;
  /** Matching requests let through first. Default 0. */
  readonly after?: number | undefined;
  /** Strikes every so many matching requests, once `after` are through. Default 1: each. */
  readonly every?: number | undefined;
  /** How often it strikes in all. Default 1; `Infinity` for ever. */
  readonly times?: number | undefined;
}

/** One request and what became of it. Credentials are kept, since tests must see them: never print an exchange. */
export interface Exchange {
  readonly method: string;
  /** Path with query, as sent. */
  readonly target: string;
  readonly requestHeaders: Readonly<Record<string, string>>;
  /** Decoded, where the fake {@link FakeServerOptions.decodes | decodes}. */
  readonly requestBody: Uint8Array;
  /** Set as soon as the head goes out. Absent: the connection was cut before an answer, or there is none yet. */
  readonly status?: number | undefined;
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly responseBody: Uint8Array;
  /** The fault that struck, if one did. */
  readonly fault?: Fault['kind'] | undefined;
  /** Set when no route matched: the answer is the fake's own, not the vendor's. */
  readonly unmatched?: true | undefined;
  /** Set when the client went away before the answer was complete. */
  readonly aborted?: true | undefined;
  /** By the fake's clock, milliseconds since 1970. */
  readonly at: number;
}

/** A request as a route sees it. */
export interface FakeRequest {
  readonly method: string;
  readonly path: string;
  /** Values of `:name` parts of the route, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  /** Decoded, where the fake {@link FakeServerOptions.decodes | decodes}. */
  readonly body: Uint8Array;
  /** As it came, for signatures over it. */
  readonly sentBody: Uint8Array;
  /** The body as JSON; throws a {@link FakeResponse} of status 400 when it is none. */
  json(): unknown;
  /** The body as a form. */
  form(): URLSearchParams;
  /** The body as `multipart/form-data`; rejects with a {@link FakeResponse} of status 400 when it is none. */
  multipart(): Promise<FormData>;
}

/** What a route answers. A `json` body sets its content type. */
export interface FakeResponse {
  readonly status?: number | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly json?: unknown;
  readonly body?: string | Uint8Array | undefined;
}

/**
 * `'GET /albums/:id'` → what it answers. The most specific route wins: literal parts before `:name` parts, and both
 * before `*name`, which stands last and takes all the rest. A part may mix both: `/:name.json`, `/files:batch`.
 * `HEAD` falls back on `GET`. A route may throw a {@link FakeResponse} to answer with it.
 */
export type FakeRoutes = Readonly<
  Record<string, (request: FakeRequest) => FakeResponse | Promise<FakeResponse>>
>;

/** How a fake server is made. */
export interface FakeServerOptions {
  /**
   * The provider's id. When the environment variable `IM_RECORD` names a folder, the traffic is appended to
   * `<folder>/<name>-<pid>.ndjson`, without credentials, for `tools/spec-check`.
   */
  readonly name: string;
  readonly routes: FakeRoutes;
  /** Runs before every route; an answer ends the request there: authentication, rate limits. */
  readonly before?: ((request: FakeRequest) => FakeResponse | undefined) | undefined;
  /**
   * Whether what is sent with `content-encoding: gzip` is unpacked, up to 16 MiB. Default false: an object store keeps it as it is, and
   * most vendors take none.
   */
  readonly decodes?: boolean | undefined;
  /** A fault's body in the vendor's error format. Default: empty. */
  readonly faultBody?: ((status: number) => FakeResponse) | undefined;
  /** Makes credentials expire, for the fault `expired-token`, which is refused without it. */
  readonly expireTokens?: (() => void) | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
  /** Called with each exchange when it has ended. Default: writes it to the folder of `IM_RECORD`. */
  readonly record?: ((exchange: Exchange) => void) | undefined;
}

/**
 * A running fake. Disposing it closes every connection, and throws an `AggregateError` when one of its own handlers had
 * thrown: a broken fake must not pass for a broken vendor.
 */
export interface FakeServer extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string;
  /** Every request since the start or {@link FakeServer.forget}, in order of arrival; fewer after {@link FakeServer.keepLatest}. */
  readonly exchanges: readonly Exchange[];
  /** `GET /path` of each request that no route matched, in order. They were answered 404 with `x-fake-unmatched`. */
  readonly unmatched: readonly string[];
  /** What routes threw, except answers. */
  readonly failures: readonly unknown[];
  /** Whether it has credentials that expire, so that the fault `expired-token` can be injected. */
  readonly expiresTokens: boolean;
  /**
   * Adds a fault. Rules are tried in the order they were added; the first that strikes is used.
   *
   * @throws TypeError for `expired-token` when the fake has no `expireTokens`
   */
  inject(rule: FaultRule): void;
  /** Forgets faults, exchanges, and what was unmatched; state and failures stay. */
  forget(): void;
  /**
   * From now on only the latest `count` exchanges, unmatched requests and failures are kept, so that a fake may run for
   * days. Unless called, all are kept: a test counts them.
   */
  keepLatest(count: number): void;
}
