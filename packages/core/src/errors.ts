/**
 * The one error of @im, and how a vendor's failure becomes one.
 *
 * A transport or an SDK says *what happened* in neutral terms ({@link VendorFailure}); the provider's
 * {@link ErrorTable} says *what it means*; core joins the two, once, into an {@link IntegrationError}. Callers act on
 * `code`, never on text.
 */

import type { ForwardAnswer } from './forward.ts';

/** Canonical codes, by gRPC's names (https://grpc.io/docs/guides/status-codes/). A closed set. */
export const errorCodes = [
  'cancelled',
  'unknown',
  'invalid_argument',
  'deadline_exceeded',
  'not_found',
  'already_exists',
  'permission_denied',
  'resource_exhausted',
  'failed_precondition',
  'unimplemented',
  'internal',
  'unavailable',
  'unauthenticated',
] as const;

/** One of {@link errorCodes}. */
export type ErrorCode = (typeof errorCodes)[number];

/** Whether a failed call may have changed something at the vendor: `none` surely not, `unknown` perhaps. */
export type FailureEffect = 'none' | 'unknown';

/** Everything an {@link IntegrationError} says beside its message. */
export interface IntegrationErrorFields {
  readonly code: ErrorCode;
  /** Id of the definition, `spotify`. Absent: the fault is not a provider's (options, configuration, registry). */
  readonly provider?: string | undefined;
  /** Name of the operation, `getTrack`. */
  readonly operation?: string | undefined;
  /** Name under which the integration is registered, `spotify_main`. */
  readonly integration?: string | undefined;
  readonly tenant?: string | undefined;
  /** Whether the same call may succeed later. Default: by the code ({@link retryableCodes}). */
  readonly retryable?: boolean | undefined;
  /** Milliseconds that the vendor asked to wait, counted from when the error was made. */
  readonly retryAfterMs?: number | undefined;
  /** Instant before which another call is pointless, milliseconds since 1970. */
  readonly notBefore?: number | undefined;
  /** Default `none`. */
  readonly effect?: FailureEffect | undefined;
  /** The vendor's HTTP status, when there was an answer. */
  readonly status?: number | undefined;
  /** The vendor's own error name, `insufficient_scope`: for display and for metrics, not to branch on. */
  readonly reason?: string | undefined;
  /** The vendor's id of the request, to quote to its support. */
  readonly requestId?: string | undefined;
  /** Calls made to the vendor for this operation. */
  readonly attempts?: number | undefined;
  /** What to do about it: `reconnect the account`. Stands at the end of the message. */
  readonly remedy?: string | undefined;
}

/** Codes of failures that pass by themselves. */
export const retryableCodes: ReadonlySet<ErrorCode> = new Set([
  'unavailable',
  'resource_exhausted',
  'deadline_exceeded',
]);

const brand = Symbol.for('@im/core.IntegrationError');

/**
 * Every failure of an operation, of options, of configuration and of the registry.
 *
 * The message says what was tried, what went wrong and what to do. Own enumerable properties hold no header, token or
 * body; the vendor's untouched error is the non-enumerable `cause`. Recognise it with {@link isIntegrationError},
 * which also holds across two copies of core.
 */
export class IntegrationError extends Error implements IntegrationErrorFields {
  override readonly name: string = 'IntegrationError';
  readonly code: ErrorCode;
  readonly retryable: boolean;
  readonly effect: FailureEffect;
  declare readonly provider?: string;
  declare readonly operation?: string;
  declare readonly integration?: string;
  declare readonly tenant?: string;
  declare readonly retryAfterMs?: number;
  declare readonly notBefore?: number;
  declare readonly status?: number;
  declare readonly reason?: string;
  declare readonly requestId?: string;
  declare readonly attempts?: number;
  declare readonly remedy?: string;

  /** @param what what went wrong, without the place (`provider.operation: ` is put before it) and without the remedy */
  constructor(what: string, fields: IntegrationErrorFields, options?: ErrorOptions) {
    super(sentence(what, fields), options);
    this.code = fields.code;
    this.retryable = fields.retryable ?? retryableCodes.has(fields.code);
    this.effect = fields.effect ?? 'none';
    for (const key of optionalFields) {
      if (fields[key] !== undefined)
        Object.defineProperty(this, key, { value: fields[key], enumerable: true });
    }
  }

  get [brand](): true {
    return true;
  }
}

const optionalFields = [
  'provider',
  'operation',
  'integration',
  'tenant',
  'retryAfterMs',
  'notBefore',
  'status',
  'reason',
  'requestId',
  'attempts',
  'remedy',
] as const satisfies readonly (keyof IntegrationErrorFields)[];

function sentence(what: string, { provider, operation, remedy }: IntegrationErrorFields): string {
  const place =
    provider === undefined ? '' : `${operation === undefined ? provider : `${provider}.${operation}`}: `;
  return `${place}${what}${remedy === undefined ? '' : `; ${remedy}`}`;
}

/** Whether `value` is an {@link IntegrationError}, of this copy of core or of another. */
export function isIntegrationError(value: unknown): value is IntegrationError {
  return typeof value === 'object' && value !== null && brand in value;
}

/** The canonical code of anything thrown: an abort reads as `cancelled`, a time-out as `deadline_exceeded`. */
export function errorCode(error: unknown): ErrorCode {
  if (isIntegrationError(error)) return error.code;
  const name = error instanceof Error ? error.name : undefined;
  return name === 'AbortError' ? 'cancelled' : name === 'TimeoutError' ? 'deadline_exceeded' : 'unknown';
}

/** Reads one header by its lower-case name, whatever object holds them. */
export interface HeaderReader {
  get(name: string): string | null | undefined;
}

/** What a transport or an SDK says of one failed attempt, before anyone says what it means. */
export interface VendorFailure {
  /** HTTP status of the answer. Absent: there was no answer. */
  readonly status?: number | undefined;
  /** The vendor's own name of the error, `invalid_grant`, or the transport's, `ECONNRESET`. */
  readonly reason?: string | undefined;
  /** What happened, without any body, header or credential: it becomes part of a message. */
  readonly says?: string | undefined;
  /** Set when the transport itself knows the meaning (a body that was not what was promised is `internal`). */
  readonly code?: ErrorCode | undefined;
  readonly requestId?: string | undefined;
  /** Headers of the answer, for the server's hints on when to come back. */
  readonly headers?: HeaderReader | undefined;
  /** A hint that stood in the body. */
  readonly retryAfterMs?: number | undefined;
  /** Whether the vendor may have seen the request. `false` only when that is certain. */
  readonly sent: boolean;
  /** The answer itself, where the caller is to have it as it is: a request that was passed on. */
  readonly answer?: ForwardAnswer | undefined;
}

/** Thrown by transports and by adapters of SDKs; core turns it into an {@link IntegrationError} by the provider's table. */
export class VendorError extends Error {
  override readonly name = 'VendorError';
  declare readonly failure: VendorFailure;

  constructor(failure: VendorFailure, options?: ErrorOptions) {
    super(
      failure.says ?? failure.reason ?? (failure.status ? `status ${failure.status}` : 'failed'),
      options,
    );
    Object.defineProperty(this, 'failure', { value: failure, enumerable: false });
  }
}

/** Whether `thrown` is a {@link VendorError}. By name as well, so that two copies of core agree. */
export function isVendorError(thrown: unknown): thrown is VendorError {
  if (thrown instanceof VendorError) return true;
  return thrown instanceof Error && thrown.name === 'VendorError' && 'failure' in thrown;
}

/** One row of an {@link ErrorTable}: when all of its conditions hold, the rest is the meaning. The first match wins. */
export interface ErrorRow {
  /** HTTP status, or an inclusive range of them. */
  readonly status?: number | readonly [from: number, to: number];
  /** The vendor's own error name, whole, or a pattern for it. */
  readonly reason?: string | RegExp;
  readonly code: ErrorCode;
  /** Default: by the code. */
  readonly retryable?: boolean;
  /** `none`: the vendor documents that it did nothing. Default: `none` below status 500, `unknown` from there on. */
  readonly effect?: FailureEffect;
  /** What went wrong, in our words: `token expired`. Default: the failure's own `says`, or the status. */
  readonly says?: string;
  /** What the reader can do: `reconnect the account`. */
  readonly remedy?: string;
}

/** What a vendor's errors mean. Statuses that no row names fall back to the usual meaning of the HTTP status. */
export interface ErrorTable {
  /** The vendor's page on errors. */
  readonly docs: string;
  readonly rows: readonly ErrorRow[];
  /** For vendor SDKs: reads what they throw. `undefined`: not the vendor's error, but a fault of ours. */
  readonly read?: (cause: unknown) => VendorFailure | undefined;
}
