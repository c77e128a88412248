/** What applications hold: functions, and what became of calling them. */
import type { Secret } from '@im/core';

/** JSON that a function is called with: a value, or bytes that are JSON already. */
export type Payload = unknown;

/** Which of a function's versions, and what it is told beside its payload. */
export interface InvokeOptions {
  /** A version or an alias. Default: `$LATEST`. */
  readonly qualifier?: string | undefined;
  /** For the function's `context.clientContext`; up to 3,583 bytes as base64 of JSON. */
  readonly clientContext?: Readonly<Record<string, unknown>> | undefined;
  /** Whether the end of the function's log, up to 4 KiB, comes with the answer. Default false. */
  readonly log?: boolean | undefined;
}

/** What a function answered. */
export interface Invocation {
  /** Its answer as it came. */
  readonly payload: Uint8Array;
  /** The same as JSON. Absent: it is empty, or no JSON, as custom runtimes may answer. */
  readonly value?: unknown;
  /** Version that ran. */
  readonly version?: string | undefined;
  readonly log?: string | undefined;
  /** Id of the call, which the function's log has too. */
  readonly requestId?: string | undefined;
}

/** An event that was put into the function's queue. */
export interface AcceptedEvent {
  /** Id of the call, which the function's log will have too. */
  readonly requestId?: string | undefined;
}

/** A function, or one of its versions. */
export interface FunctionInfo {
  readonly name: string;
  readonly arn: string;
  /** `$LATEST`, or a number as text. */
  readonly version: string;
  /** Absent: it is a container image. */
  readonly runtime?: string | undefined;
  readonly handler?: string | undefined;
  readonly description?: string | undefined;
  readonly roleArn?: string | undefined;
  readonly codeBytes?: number | undefined;
  readonly codeSha256?: string | undefined;
  /** How long a call may run, in seconds. */
  readonly timeoutSeconds?: number | undefined;
  readonly memoryMb?: number | undefined;
  /** `Pending`, `Active`, `Inactive`, `Failed`, …; lists do not have it. */
  readonly state?: string | undefined;
  readonly stateReason?: string | undefined;
  readonly architectures: readonly string[];
  /** Its variables, which may hold secrets. */
  readonly environment: Readonly<Record<string, Secret>>;
  /** Milliseconds since 1970. */
  readonly changedAt?: number | undefined;
}

/** A function with what only it has, and no version in a list. */
export interface FunctionDetails extends FunctionInfo {
  readonly tags: Readonly<Record<string, string>>;
  /** Calls that may run at once, where some are reserved for it. */
  readonly reservedConcurrency?: number | undefined;
  /** Link to its code, good for ten minutes, for whoever has it. */
  readonly codeUrl?: Secret | undefined;
  /** Of a container image. */
  readonly imageUri?: string | undefined;
}

/** A name for a version. */
export interface AliasInfo {
  readonly name: string;
  readonly arn: string;
  readonly version: string;
  readonly description?: string | undefined;
  /** Share of the calls that go to other versions, 0 to 1, by version. */
  readonly otherVersions: Readonly<Record<string, number>>;
}
