/**
 * Joins what happened (a {@link VendorError}, or anything else that was thrown) and what it means (the provider's
 * {@link ErrorTable}) into one {@link IntegrationError}.
 *
 * | thrown by the provider's code | becomes |
 * |---|---|
 * | `VendorError`, or what the table's `read` recognises | the failure's own `code`; else the first row that matches; else by the HTTP status; else `unavailable` |
 * | `IntegrationError` | the same object, with the names of the call where it has none |
 * | `AbortError` that nobody here asked for | `cancelled` |
 * | `TimeoutError` | `deadline_exceeded` |
 * | any other `Error` | `internal`: a fault of the provider's package |
 * | any other value | `unknown` |
 *
 * Whether it may have had an effect (`effect`), for operations that are no `read`:
 * an answer below 500 that is an error → `none`; anything else, once sent → `unknown`. A row's own `effect` wins.
 */
import {
  type ErrorCode,
  type ErrorRow,
  type ErrorTable,
  type FailureEffect,
  IntegrationError,
  type IntegrationErrorFields,
  isIntegrationError,
  isVendorError,
  retryableCodes,
  type VendorFailure,
} from './errors.ts';
import type { Effect } from './operation.ts';
import type { CallNames } from './resilience/types.ts';

/** Where an error came up. */
export interface ErrorPlace {
  readonly names: CallNames;
  readonly errors: ErrorTable;
  /** Name and effect of the operation. */
  readonly operation: { readonly name: string; readonly effect: Effect };
  /** Calls made to the vendor so far. */
  readonly attempts: number;
  /** Whether the transport had begun to send. */
  readonly sent: boolean;
  /** Whether an earlier attempt of the same call may have had an effect. */
  readonly unclear: boolean;
  /** Milliseconds the server asked to wait, read from the answer. */
  readonly retryAfterMs?: number | undefined;
  /** Instant of the failure, milliseconds since 1970. */
  readonly now: number;
}

/** Turns anything thrown by a provider's code into an {@link IntegrationError}; see the head of this file. */
export function toIntegrationError(thrown: unknown, place: ErrorPlace): IntegrationError {
  if (isIntegrationError(thrown)) return completed(thrown, place);
  const failure = failureOf(thrown, place.errors);
  return failure === undefined ? fault(thrown, place) : fromVendor(failure, thrown, place);
}

/** What the vendor's side said, where `thrown` tells. */
export function failureOf(thrown: unknown, errors: ErrorTable): VendorFailure | undefined {
  if (isVendorError(thrown)) return thrown.failure;
  try {
    return errors.read?.(thrown);
  } catch (fault) {
    const says = `the provider's error table failed with ${fault instanceof Error ? fault.name : typeof fault}`;
    return { code: 'internal', says, sent: true };
  }
}

/** Not under `--frozen-intrinsics`. */
const canLimitStacks = Object.getOwnPropertyDescriptor(Error, 'stackTraceLimit')?.writable === true;

/**
 * An {@link IntegrationError} without a stack of its own. Collecting one costs more than a whole successful call, and
 * says nothing here: a refusal has no culprit in the code, and a vendor's failure carries its stack in `cause`.
 */
export function stacklessError(
  what: string,
  fields: IntegrationErrorFields,
  cause?: unknown,
): IntegrationError {
  const options = cause === undefined ? undefined : { cause };
  if (!canLimitStacks) return new IntegrationError(what, fields, options);
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return new IntegrationError(what, fields, options);
  } finally {
    Error.stackTraceLimit = limit;
  }
}

interface Meaning {
  readonly code: ErrorCode;
  readonly retryable?: boolean | undefined;
  readonly effect?: FailureEffect | undefined;
  readonly says?: string | undefined;
  readonly remedy?: string | undefined;
}

function fromVendor(failure: VendorFailure, cause: unknown, place: ErrorPlace): IntegrationError {
  const { status, reason } = failure;
  const meaning: Meaning =
    failure.code === undefined
      ? (place.errors.rows.find((row) => matches(row, failure)) ?? byStatus(status))
      : { code: failure.code };
  const effect = effectOf(place, failure.sent, status, meaning.effect);
  const retryAfterMs = place.retryAfterMs ?? failure.retryAfterMs;
  return stacklessError(
    meaning.says ??
      failure.says ??
      (status === undefined ? (reason ?? 'no answer') : `answered with status ${status}`),
    {
      ...nameFields(place),
      code: meaning.code,
      retryable: isRepeatable(place, effect) && (meaning.retryable ?? retryableCodes.has(meaning.code)),
      effect,
      status,
      reason,
      requestId: failure.requestId,
      retryAfterMs,
      notBefore: retryAfterMs === undefined ? undefined : place.now + retryAfterMs,
      remedy: meaning.remedy,
    },
    cause,
  );
}

function matches(row: ErrorRow, { status, reason }: VendorFailure): boolean {
  return matchesStatus(row.status, status) && matchesReason(row.reason, reason);
}

function matchesStatus(wanted: ErrorRow['status'], status: number | undefined): boolean {
  if (wanted === undefined || wanted === status) return true;
  return typeof wanted === 'object' && status !== undefined && status >= wanted[0] && status <= wanted[1];
}

function matchesReason(wanted: ErrorRow['reason'], reason: string | undefined): boolean {
  if (wanted === undefined || wanted === reason) return true;
  return (
    wanted instanceof RegExp &&
    reason !== undefined &&
    new RegExp(wanted, wanted.flags.replace(/[gy]/g, '')).test(reason)
  );
}

/** What an HTTP status usually means (RFC 9110 §15), for those that a provider's table does not name. */
const statusMeanings: Readonly<Record<number, Meaning>> = {
  400: { code: 'invalid_argument' },
  401: { code: 'unauthenticated' },
  402: { code: 'failed_precondition' },
  403: { code: 'permission_denied' },
  404: { code: 'not_found' },
  405: { code: 'unimplemented' },
  408: { code: 'deadline_exceeded' },
  409: { code: 'failed_precondition' },
  410: { code: 'not_found' },
  412: { code: 'failed_precondition' },
  423: { code: 'failed_precondition' },
  425: { code: 'unavailable' },
  428: { code: 'failed_precondition' },
  429: { code: 'resource_exhausted' },
  451: { code: 'permission_denied' },
  499: { code: 'cancelled' },
  500: { code: 'internal', retryable: true },
  501: { code: 'unimplemented' },
  502: { code: 'unavailable' },
  503: { code: 'unavailable' },
  504: { code: 'deadline_exceeded' },
  505: { code: 'unimplemented' },
  507: { code: 'resource_exhausted', retryable: false },
};

function byStatus(status: number | undefined): Meaning {
  if (status === undefined) return { code: 'unavailable' };
  const known = statusMeanings[status];
  if (known !== undefined) return known;
  if (status >= 500) return { code: 'unavailable' };
  // An answer that is no error, or a redirect that nobody followed, is not what was promised.
  return { code: status >= 400 ? 'invalid_argument' : 'internal' };
}

function fault(thrown: unknown, place: ErrorPlace): IntegrationError {
  const effect = effectOf(place, place.sent, undefined);
  const fields = { ...nameFields(place), effect };
  if (!(thrown instanceof Error)) {
    const what = `threw ${thrown === null ? 'null' : `a value of type ${typeof thrown}`}`;
    return stacklessError(what, { ...fields, code: 'unknown' }, thrown);
  }
  if (thrown.name === 'AbortError')
    return stacklessError('was cancelled from within', { ...fields, code: 'cancelled' }, thrown);
  if (thrown.name === 'TimeoutError') return timedOut('timed out', place, thrown);
  // Its message is not ours to repeat: it may quote an address with a credential in it.
  const remedy = "this is a fault of the provider's package; see cause";
  return stacklessError(`unexpected ${thrown.name}`, { ...fields, code: 'internal', remedy }, thrown);
}

/** The error of a time-out. */
export function timedOut(what: string, place: ErrorPlace, cause?: unknown): IntegrationError {
  const effect = effectOf(place, place.sent, undefined);
  const retryable = isRepeatable(place, effect);
  return stacklessError(what, { ...nameFields(place), code: 'deadline_exceeded', effect, retryable }, cause);
}

function completed(error: IntegrationError, place: ErrorPlace): IntegrationError {
  const isUnclear =
    place.operation.effect !== 'read' && (place.unclear || (place.sent && error.status === undefined));
  if (error.provider === undefined) {
    const { provider, operation } = nameFields(place);
    error.message = `${provider}.${operation}: ${error.message}`;
  }
  const missing = Object.entries(nameFields(place)).filter(([name]) => !(name in error));
  for (const [name, value] of missing)
    Object.defineProperty(error, name, { value, enumerable: true, configurable: true });
  if (isUnclear && error.effect === 'none') {
    Object.defineProperty(error, 'effect', { value: 'unknown' satisfies FailureEffect, enumerable: true });
  }
  return error;
}

const nameFields = ({ names, operation, attempts }: ErrorPlace) => ({
  provider: names.provider,
  operation: operation.name,
  integration: names.integration,
  tenant: names.tenant,
  attempts,
});

function effectOf(
  { operation, unclear }: ErrorPlace,
  sent: boolean,
  status: number | undefined,
  stated?: FailureEffect,
): FailureEffect {
  if (operation.effect === 'read') return 'none';
  if (unclear) return 'unknown';
  if (stated !== undefined) return stated;
  const refused = status !== undefined && status >= 400 && status < 500;
  // An answer proves that it was sent, whatever the transport said.
  return refused || (!sent && status === undefined) ? 'none' : 'unknown';
}

/** Nobody should be told to repeat what must not happen twice and perhaps has happened. */
function isRepeatable({ operation }: ErrorPlace, effect: FailureEffect): boolean {
  return operation.effect !== 'unsafe' || effect === 'none';
}
