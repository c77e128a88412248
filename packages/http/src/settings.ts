/** What a provider tells its HTTP client once. */
import type { Call, HeaderReader, VendorFailure } from '@im/core';
import type { TokenSource } from './auth/token-source.ts';
import type { HttpBody, HttpHeaders, HttpRequest, LaneName } from './transport.ts';

/** Settings of {@link createHttp}. */
export interface HttpSettings {
  /**
   * Where paths are relative to: `https://api.example.com/v1`. Its host may be asked even when it is not on the
   * definition's `egress` or is a private address: whoever sets it means it.
   */
  readonly baseUrl: string | URL;
  /** Where the credential comes from; it goes to the base URL's origin only. Absent: none is sent. */
  readonly token?: TokenSource | undefined;
  /** How the credential is written. Default: `authorization: Bearer <value>`. */
  readonly tokenHeader?: ((value: string) => Readonly<Record<string, string>>) | undefined;
  /**
   * Signs a request that is complete but for what this adds: called for every attempt, last of all. With it no redirect is
   * followed, since a signature holds for one URL.
   */
  readonly sign?: SignRequest | undefined;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Reads the vendor's error format. Default: nothing is read but the status. */
  readonly readFailure?: ReadFailure | undefined;
  /** Whether an answer means that the credential has expired. Default: status 401. */
  readonly isTokenExpired?: ((failure: VendorFailure) => boolean) | undefined;
  /** Header that carries the vendor's id of the request; the first that is there. Default: `x-request-id`. */
  readonly requestIdHeader?: string | readonly string[] | undefined;
  /** Name of the request header that carries the key of a `keyed` operation. Default: `idempotency-key`. */
  readonly idempotencyHeader?: string | undefined;
  /** Forces one lane. Default: by what each request needs. */
  readonly lane?: LaneName | undefined;
  /** Most bytes of an answer, decoded. Default 16 MiB. */
  readonly maxBytes?: number | undefined;
  /** More URLs that the options name on purpose, such as the token endpoint; their hosts may be asked too. */
  readonly alsoOnPurpose?: readonly (string | URL)[] | undefined;
  /** Proxy to go through. Default: none. */
  readonly proxy?: string | URL | undefined;
  /**
   * Whether `traceparent`, `tracestate` and `baggage` of the active span go along, once the application has an OpenTelemetry SDK. Only hosts
   * that the definition names get them; a redirect to another origin does not. Default: true, unless requests are signed, whose
   * vendors may want exactly the headers they know.
   */
  readonly traceContext?: boolean | undefined;
  /** Offers HTTP/2 to servers asked by `https`, on the got lane; the undici lane and proxies have HTTP/1.1 only. Default false. */
  readonly http2?: boolean | undefined;
}

/** A request as it is about to be signed. */
export interface UnsignedRequest {
  readonly method: HttpRequest['method'];
  readonly url: URL;
  /** Path and query as they will be sent. */
  readonly target: string;
  /** Names in lower case; without `host`, which is `url.host`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: HttpBody | undefined;
}

/**
 * @param call the call that the request belongs to: its signal ends a wait for a credential
 * @returns headers to add, names in lower case
 * @throws `VendorError` when it cannot be signed, with `sent: false`
 */
export type SignRequest = (
  request: UnsignedRequest,
  call: Call,
) => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>;

/** Most bytes of an answer, unless told otherwise. */
export const defaultMaxBytes = 16 * 1024 * 1024;

/**
 * Reads the vendor's own error out of an answer of status 400 and up.
 *
 * @param body parsed JSON where it is JSON, else the text; `undefined` when there is none
 * @returns what it says; known secrets are taken out of it before it becomes part of a message
 */
export type ReadFailure = (
  status: number,
  body: unknown,
  headers: HttpHeaders & HeaderReader,
) => {
  readonly reason?: string | undefined;
  readonly says?: string | undefined;
  readonly retryAfterMs?: number | undefined;
};
