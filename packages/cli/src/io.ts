/** What a command has of the world. `main.ts` gives the process's own; tests give theirs. */
import { type Clock, systemClock } from '@im/core';

/** Where text goes to. */
export interface Output {
  /** @returns `false` when it is full for now, as streams of Node do */
  write(piece: string | Uint8Array): unknown;
  /** Whether somebody looks at it. */
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  on?(event: 'resize', listener: () => void): unknown;
  off?(event: 'resize', listener: () => void): unknown;
  once?(event: 'drain', listener: () => void): unknown;
}

/** Where text comes from. */
export interface Input extends NodeJS.ReadableStream {
  readonly isTTY?: boolean | undefined;
  setRawMode?(on: boolean): unknown;
}

/** The world of one run. */
export interface Io {
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Folder in which files are looked for. */
  readonly cwd: string;
  readonly clock: Clock;
  /** Aborted by Ctrl-C; the reason is an `Interrupted`. */
  readonly signal: AbortSignal;
}

/** The world of this process, until `signal` is aborted. */
export function processIo(signal: AbortSignal): Io {
  const { stdin, stdout, stderr, env } = process;
  return { stdin, stdout, stderr, env, cwd: process.cwd(), clock: systemClock, signal };
}
