/**
 * The one seam to the network: a function from request to response. Two lanes implement it (`lanes/undici.ts`,
 * `lanes/got.ts`) and pass the same suite; a test or an application gives its own under {@link transportKey}.
 */
import { type HeaderReader, type ServiceKey, serviceKey } from '@im/core';

/** The lanes by name. */
export type LaneName = 'undici' | 'got';

/** A request as it goes out: everything decided, nothing secret left to add. */
export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
  readonly url: URL;
  /**
   * Path and query as they are sent, where the URL standard would rewrite them: an object's key may be `a/../b`. Goes by
   * the undici lane. Default: those of `url`, which decides about the host in any case.
   */
  readonly target?: string | undefined;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: HttpBody | undefined;
  readonly signal: AbortSignal;
  /** Called once, just before bytes may leave. */
  readonly onSend?: (() => void) | undefined;
  /** Called as body bytes go up or come down, at most some 20 times a second and once at the end. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Checks each host before it is connected to, redirects included; throws to refuse. */
  readonly guard: EgressGuard;
  /** `manual` gives an answer of 3xx as it is. Default `follow`: up to 10, credentials kept within one origin. */
  readonly redirect?: 'follow' | 'manual' | undefined;
  /** Proxy to go through, `http://user:password@host:port`; it resolves the names, so addresses are its business. */
  readonly proxy?: URL | undefined;
  /** Forces a lane. Default: by what the request needs. */
  readonly lane?: LaneName | undefined;
  /** Set when the answer is taken piece by piece rather than at once: a large download. */
  readonly streams?: boolean | undefined;
  /**
   * `false` gives the bytes as they are stored, whatever `content-encoding` says of them: an object's size and checksum are
   * theirs. Default true.
   */
  readonly decode?: boolean | undefined;
  /** Offers HTTP/2 to the server, on the got lane. Default false. */
  readonly http2?: boolean | undefined;
}

/**
 * What a transport sends. A stream or generator can be sent once; for retries give an iterable that begins anew each
 * time it is iterated. A redirect replays neither.
 */
export type HttpBody = string | Uint8Array | AsyncIterable<Uint8Array> | FormData;

/** How far a transfer is. */
export interface Progress {
  readonly direction: 'up' | 'down';
  readonly bytes: number;
  /** Absent: unknown. */
  readonly totalBytes?: number | undefined;
}

/** Headers of an answer; names in lower case. */
export interface HttpHeaders extends HeaderReader, Iterable<readonly [name: string, value: string]> {}

/** An answer whose body has not been read. Read `body` to its end or dispose the response: else its socket stays taken. */
export interface HttpResponse extends AsyncDisposable {
  readonly status: number;
  readonly headers: HttpHeaders;
  /** Decoded (gzip, brotli…) bytes, read once. Ends with a `VendorError` when the answer is cut or cannot be decoded. */
  readonly body: AsyncIterable<Uint8Array>;
  /**
   * The whole body at once, for a transport that can do it for less than an iteration costs. Instead of `body`.
   *
   * @throws `VendorError` `body_too_large` as soon as there are more than `maxBytes`
   */
  readonly bytes?: ((maxBytes: number) => Promise<Uint8Array>) | undefined;
  /** Where the answer came from, after redirects. */
  readonly url: URL;
}

/**
 * Sends a request and gives the answer, whatever its status.
 *
 * @throws `VendorError` of core when there is no answer: its `sent` says whether bytes may have left; the signal's
 * reason when it is aborted
 */
export type Transport = (request: HttpRequest) => Promise<HttpResponse>;

/** Decides about one connection: a URL before it is asked, an address before it is connected to. Both throw to refuse. */
export interface EgressGuard {
  /** Guards of the same key decide alike about addresses; connections are shared among them, and with no other. */
  readonly key: string;
  url(url: URL): void;
  address(address: string, host: string): void;
}

/** Under which an application gives its own transport: `createRegistry({ services: [provide(transportKey, mine)] })`. */
export const transportKey: ServiceKey<Transport> = serviceKey('im.http.transport');
