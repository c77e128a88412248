import { spawn } from 'node:child_process';

/** What came of a command. */
export interface RunResult {
  readonly ok: boolean;
  /** Both streams, in the order they came. */
  readonly output: string;
}

/** Runs a command of `node_modules/.bin` (or any other) without a shell, and collects what it prints. */
export function run(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string },
): Promise<RunResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: options.cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({ ok: code === 0, output: Buffer.concat(chunks).toString('utf8').trim() }),
    );
  });
}
