/** `im` as tests run it: in this process with a world of their own, or as a process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type Clock, systemClock } from '@im/core';
import { onTestFinished } from 'vitest';
import { type Input, type Output, run } from '../index.ts';

/** What is different from a pipe in an empty environment. */
export interface World {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
  readonly stdin?: Input;
  readonly stdout?: Output;
}

/** What a run wrote, and how it ended. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Collects what is written. */
export function collector(terminal: Partial<Output> = {}): Output & { text: string } {
  return {
    ...terminal,
    text: '',
    write(piece: string | Uint8Array) {
      this.text += typeof piece === 'string' ? piece : Buffer.from(piece).toString('latin1');
      return true;
    },
  };
}

/** Runs a command line in this process. */
export async function im(argv: readonly string[], world: World = {}): Promise<Ran> {
  const stdout = (world.stdout as ReturnType<typeof collector> | undefined) ?? collector();
  const stderr = collector();
  const code = await run(argv, {
    stdin: world.stdin ?? new PassThrough(),
    stdout,
    stderr,
    env: world.env ?? {},
    cwd: world.cwd ?? tmpdir(),
    clock: world.clock ?? systemClock,
    signal: world.signal ?? new AbortController().signal,
  });
  return { code, stdout: stdout.text, stderr: stderr.text };
}

const main = join(import.meta.dirname, '../main.ts');

/** How the program is started: the words after `node`. */
export const program: readonly string[] = ['--conditions=@im/source', main];

/** Starts the program; it is gone when the test is. */
export function start(argv: readonly string[], { cwd = tmpdir(), env = {} }: World = {}): ChildProcess {
  const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
  const child = spawn(process.execPath, [...program, ...argv], {
    cwd,
    env: { PATH, NODE_COMPILE_CACHE, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

/** Runs the program to its end. */
export async function imProcess(argv: readonly string[], world?: World): Promise<Ran> {
  const child = start(argv, world);
  child.stdin?.end();
  const [[code], stdout, stderr] = await Promise.all([
    once(child, 'exit'),
    text(child.stdout as PassThrough),
    text(child.stderr as PassThrough),
  ]);
  return { code: code as number, stdout, stderr };
}

/** A folder with these files, gone with the test that made it. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'im-cli-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

/** An integration in one file, `notes.mjs`, which keeps notes and talks to nobody; and its harness. */
export const notes = `
export { memory as notes, memoryHarness as harness } from ${JSON.stringify(import.meta.resolve('@im/testing'))};
`;

/** Two tenants with notes, one of them with an environment variable and a secret in it. */
export const configuration = `tenants:
  acme:
    integrations:
      notes: { use: ./notes.mjs#notes, options: { maxNotes: '\${env:MAX_NOTES:-3}' } }
      board: { use: ./notes.mjs#notes }
  zest:
    integrations:
      notes: { use: ./notes.mjs#notes, required: true }
      later: { use: ./notes.mjs#notes, enabled: false }
`;

/** A project with both. */
export function project(more: Readonly<Record<string, string>> = {}): string {
  return folderWith({ 'notes.mjs': notes, 'integrations.yaml': configuration, ...more });
}
