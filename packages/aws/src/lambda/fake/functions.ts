/** Functions of the fake: what they do when they are called, and what is known of them. */
import { createHash } from 'node:crypto';

/** What a function is told. */
export interface FakeContext {
  readonly version: string;
  /** As it was sent: JSON, decoded. */
  readonly clientContext: unknown;
  /** Writes a line of its log. */
  readonly log: (line: string) => void;
}

/** What a function does. Its answer becomes JSON; what it throws becomes an error of the function. */
export type FakeHandler = (event: unknown, context: FakeContext) => unknown;

/** One call of a function. */
export interface StoredInvocation {
  readonly name: string;
  readonly kind: 'RequestResponse' | 'Event';
  readonly version: string;
  readonly event: unknown;
}

/** An error as Lambda's runtimes write one. */
export class FunctionFailure extends Error {
  declare readonly errorType: string;
  declare readonly kind: 'Handled' | 'Unhandled';

  constructor(errorType: string, message: string, kind: 'Handled' | 'Unhandled') {
    super(message);
    Object.defineProperty(this, 'errorType', { value: errorType });
    Object.defineProperty(this, 'kind', { value: kind });
  }
}

/** Lets a function of the fake fail under another name than its error's: `failWith('Sandbox.Timedout', '…')`. */
export function failWith(
  errorType: string,
  message: string,
  kind: 'Handled' | 'Unhandled' = 'Unhandled',
): never {
  throw new FunctionFailure(errorType, message, kind);
}

/** Functions that every account has from the beginning. */
export const builtInFunctions: Readonly<Record<string, FakeHandler>> = {
  echo: (event, { log, clientContext }) => {
    log('it is called');
    return { event, ...(clientContext !== undefined && { clientContext }) };
  },
  fails: () => {
    throw new TypeError('x is not a function');
  },
  'times-out': () =>
    failWith('Sandbox.Timedout', 'RequestId: 00000001-1a2b Error: Task timed out after 3.00 seconds'),
  'no-answer': () => undefined,
};

/** Versions that each function has; `$LATEST` runs as the last one. */
export const versions = ['$LATEST', '1', '2'] as const;

/** Aliases that each function has. */
export const aliases: Readonly<Record<string, string>> = { live: '2', before: '1' };

/** A version of a function, in AWS's words. */
export function configurationOf(
  name: string,
  version: string,
  place: { readonly region: string; readonly accountId: string },
): Readonly<Record<string, unknown>> {
  const arn = `arn:aws:lambda:${place.region}:${place.accountId}:function:${name}`;
  return {
    FunctionName: name,
    FunctionArn: version === '$LATEST' ? arn : `${arn}:${version}`,
    Runtime: 'nodejs22.x',
    Role: `arn:aws:iam::${place.accountId}:role/lambda`,
    Handler: 'index.handler',
    CodeSize: 300,
    Description: `the fake's function ${name}`,
    Timeout: 3,
    MemorySize: 128,
    LastModified: '2026-01-31T12:00:00.000+0000',
    CodeSha256: createHash('sha256').update(`${name}/${version}`).digest('base64'),
    Version: version,
    TracingConfig: { Mode: 'PassThrough' },
    Environment: { Variables: { STAGE: 'test' } },
    PackageType: 'Zip',
    Architectures: ['arm64'],
    EphemeralStorage: { Size: 512 },
  };
}
