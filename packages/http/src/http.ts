/** What a provider of a plain HTTP API works with: requests in, checked values or one error out. */
import type { Call, Forwarder } from '@im/core';
import type { z } from 'zod';
import type { Path } from './path.ts';
import type { HttpBody, HttpHeaders, LaneName, Progress } from './transport.ts';

/** A value of the query string; `undefined` leaves the parameter out, an array is joined by commas. */
export type QueryValue = string | number | boolean | readonly (string | number)[] | undefined;

/** What goes along with a request. At most one of `json`, `form`, `multipart`, `body`. */
export interface HttpRequestInit {
  readonly query?: Readonly<Record<string, QueryValue>> | undefined;
  /** Added to the client's; names in any case, `undefined` leaves one out. */
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined;
  /** Sent as `application/json`. */
  readonly json?: unknown;
  /** Sent as `application/x-www-form-urlencoded`. */
  readonly form?: Readonly<Record<string, QueryValue>> | undefined;
  readonly multipart?: FormData | undefined;
  /** Sent as it is; give its `content-type`. */
  readonly body?: HttpBody | undefined;
  /** Most bytes of the answer. Default: the client's. */
  readonly maxBytes?: number | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** `false` gives the bytes as they are stored, whatever their `content-encoding`. Default true. */
  readonly decode?: boolean | undefined;
  /** Default: by what the request needs. */
  readonly lane?: LaneName | undefined;
  /** `false` sends no credential. Default true. */
  readonly authorize?: boolean | undefined;
}

/** An answer taken as a stream. */
export interface HttpDownload extends AsyncDisposable {
  readonly status: number;
  readonly headers: HttpHeaders;
  readonly body: AsyncIterable<Uint8Array>;
  /** Absent: unknown. */
  readonly totalBytes: number | undefined;
  /**
   * All of it at once, in place of `body`: less work where it is small. A cut is not mended.
   *
   * @throws `VendorError` `body_too_large` beyond `maxBytes`; `unavailable` when it is cut
   */
  bytes(maxBytes: number): Promise<Uint8Array>;
}

/** One request whose answer is checked by `schema`; give {@link none} where no body is expected. */
export type RequestMethod = <Schema extends z.ZodType>(
  path: Path | string,
  schema: Schema,
  call: Call,
  init?: HttpRequestInit,
) => Promise<z.output<Schema>>;

/**
 * A client for one API. Every member throws `VendorError` (or the signal's reason), which core turns into an
 * `IntegrationError` by the provider's table. Paths are relative to the base URL; build them with {@link path}, which
 * escapes what it is given.
 */
export interface Http extends Forwarder {
  readonly get: RequestMethod;
  readonly post: RequestMethod;
  readonly put: RequestMethod;
  readonly patch: RequestMethod;
  readonly delete: RequestMethod;
  /** Any method, and the answer's status and headers beside the checked body. */
  request<Schema extends z.ZodType>(
    method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: Path | string,
    schema: Schema,
    call: Call,
    init?: HttpRequestInit,
  ): Promise<{ readonly status: number; readonly headers: HttpHeaders; readonly body: z.output<Schema> }>;
  /** An answer as a stream, resumed where it was cut when the server can (`Range`, `ETag`). */
  download(path: Path | string, call: Call, init?: HttpRequestInit): Promise<HttpDownload>;
}
