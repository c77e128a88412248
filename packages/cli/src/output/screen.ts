/** What commands say, to people or to programs. */
import picocolors from 'picocolors';
import type { Io } from '../io.ts';
import { startSpinner } from './spinner.ts';
import { type Cell, table } from './table.ts';

/** Colours, or the same names doing nothing. */
export type Colours = ReturnType<typeof picocolors.createColors>;

/** Where a command writes. Standard output holds the result alone; remarks and errors go to standard error. */
export interface Screen {
  /** `--json`: the result is data, and nothing is said for people. */
  readonly json: boolean;
  readonly colours: Colours;
  /** Columns of the terminal; `undefined` when there is none, and nothing is to be cut. */
  readonly columns: number | undefined;
  /** Whether lines that were written can be drawn over: a terminal, not CI, and no `--json`. */
  readonly live: boolean;
  /** A line for people. */
  print(line?: string): void;
  /** A table for people. */
  table(head: readonly string[], rows: readonly (readonly Cell[])[]): void;
  /** The result for programs: one document. */
  document(value: unknown): void;
  /** One of many results for programs: a line of NDJSON. */
  item(value: unknown): void;
  /** A remark for people beside the result. */
  note(line: string): void;
  /** Shows that something takes its time, until it is disposed; nothing where no terminal is. */
  spin(text: string, how?: 'by itself' | 'with each text'): Spinner;
}

/** See {@link Screen.spin}. */
export interface Spinner extends Disposable {
  text(text: string): void;
}

/** Makes the screen of one run. */
export function createScreen(io: Io, flags: { readonly json: boolean; readonly color: boolean }): Screen {
  const { stdout, stderr, env, clock } = io;
  const { json } = flags;
  const colours = picocolors.createColors(flags.color && hasColours(io));
  const inCi = isSet(env.CI) && env.CI !== 'false';
  const screen: Screen = {
    json,
    colours,
    get columns() {
      return stdout.isTTY ? (stdout.columns ?? 80) : undefined;
    },
    live: !json && stdout.isTTY === true && !inCi && env.TERM !== 'dumb',
    print: (line = '') => void stdout.write(`${line}\n`),
    table: (head, rows) => {
      for (const line of table(head, rows, screen.columns, colours.dim)) screen.print(line);
    },
    document: (value) => void stdout.write(`${JSON.stringify(value, plain, 2)}\n`),
    item: (value) => void stdout.write(`${JSON.stringify(value, plain)}\n`),
    note: (line) => {
      if (!json) stderr.write(`${line}\n`);
    },
    spin: (text, how) => {
      const output = !json && stderr.isTTY === true && !inCi ? stderr : undefined;
      return startSpinner(output, how === 'with each text' ? undefined : clock, text);
    },
  };
  return screen;
}

/** https://no-color.org and https://force-color.org: set and not empty; `NO_COLOR` has the last word. */
function hasColours({ env, stdout }: Io): boolean {
  if (isSet(env.NO_COLOR)) return false;
  if (isSet(env.FORCE_COLOR)) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return stdout.isTTY === true && env.TERM !== 'dumb';
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}

/** What JSON itself cannot say: exact big numbers as text. Secrets print as `[redacted]` by themselves. */
function plain(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
