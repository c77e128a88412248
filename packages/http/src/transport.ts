/**
 * The one seam to the network: a function from request to response. Two lanes implement it (`lanes/undici.ts`,
 * `lanes/got.ts`) and pass the same suite; a test or an application gives its own under {@link transportKey}.
 */
import { type HeaderReader, type ServiceKey, serviceKey } from '@im/core';

/** A request as it goes out: everything decided, nothing secret left to add. */
export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS';
  readonly url: URL;
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
}

/** What a transport sends. A stream is sent once: it is not replayed by redirects or retries. */
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
  /** Decoded (gzip, brotli…) bytes. */
  readonly body: AsyncIterable<Uint8Array>;
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
  url(url: URL): void;
  address(address: string, host: string): void;
}

/** Under which an application gives its own transport: `createRegistry({ services: [provide(transportKey, mine)] })`. */
export const transportKey: ServiceKey<Transport> = serviceKey('im.http.transport');
