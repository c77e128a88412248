/** What a function that failed says of it. Lambda answers 200 then, and a header tells. */
import { VendorError } from '@im/core';
import { scrub } from '@im/http';

/** Names of the two in the table of errors: the function's own names may be any, also those of AWS. */
export const functionFailures = { failed: 'FunctionError', timeout: 'FunctionTimeout' } as const;

/** Most characters of the function's words that are kept. */
const mostCharacters = 300;

/** What a function that failed says of it; {@link functionErrorOf} finds it. */
export class LambdaFunctionError extends Error {
  override readonly name = 'LambdaFunctionError';
  /** The function's name of it, such as `TypeError`, or Lambda's, such as `Sandbox.Timedout`, `Runtime.ExitError`. */
  declare readonly errorType: string | undefined;
  /** `Handled` or `Unhandled`, as Lambda says. */
  declare readonly kind: string;
  /** The version of the function that failed. */
  declare readonly version: string | undefined;

  constructor(fields: {
    readonly message: string;
    readonly errorType: string | undefined;
    readonly kind: string;
    readonly version: string | undefined;
  }) {
    super(fields.message);
    const { errorType, kind, version } = fields;
    for (const [key, value] of Object.entries({ errorType, kind, version }))
      Object.defineProperty(this, key, { value, enumerable: true });
  }
}

/** What the function said, of an error that `invoke` threw; `undefined` for any other. */
export function functionErrorOf(error: unknown): LambdaFunctionError | undefined {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (cause instanceof LambdaFunctionError) return cause;
  return undefined;
}

/** What the runtimes answer; a custom one may answer anything. */
interface ErrorPayload {
  readonly errorType?: unknown;
  readonly errorMessage?: unknown;
}

/**
 * The error for an answer with `X-Amz-Function-Error`.
 *
 * @param secrets what must not stand in the message
 * @see {@link https://docs.aws.amazon.com/lambda/latest/dg/invocation-retries.html | Error handling}
 */
export function functionError(
  answer: {
    readonly kind: string;
    readonly payload: Uint8Array;
    readonly version: string | undefined;
    readonly requestId: string | undefined;
  },
  secrets: readonly string[],
): VendorError {
  const { errorType, errorMessage } = parse(answer.payload);
  const type =
    typeof errorType === 'string' && /^[\w.$:]{1,100}$/.test(errorType)
      ? scrub(errorType, secrets)
      : undefined;
  const message = typeof errorMessage === 'string' ? cut(scrub(errorMessage, secrets)) : '';
  const cause = new LambdaFunctionError({
    message,
    errorType: type,
    kind: answer.kind,
    version: answer.version,
  });
  const isTimeout = type === 'Sandbox.Timedout' || /^\S+ \S+ Task timed out after /.test(message);
  return new VendorError(
    {
      sent: true,
      status: 200,
      reason: isTimeout ? functionFailures.timeout : functionFailures.failed,
      requestId: answer.requestId,
      says: `the function failed${type === undefined ? '' : ` with ${type}`}${message === '' ? '' : `: "${message}"`}`,
    },
    { cause },
  );
}

function parse(payload: Uint8Array): ErrorPayload {
  try {
    const value: unknown = JSON.parse(Buffer.from(payload).toString());
    return typeof value === 'object' && value !== null ? (value as ErrorPayload) : {};
  } catch {
    // It failed all the same; a custom runtime owes nobody JSON.
    return {};
  }
}

/** The first line, and not too much of it. */
function cut(message: string): string {
  const [line = ''] = message.split(/[\r\n]/, 1);
  return line.length <= mostCharacters ? line : `${line.slice(0, mostCharacters)}…`;
}
