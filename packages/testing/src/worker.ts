/** Modules of the tests in processes of their own, and the death of processes in the middle of their work. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A module that runs in a process of its own. Disposing it kills it. */
export interface Worker extends AsyncDisposable {
  /** What it prints, line by line, to its end. Read it once. */
  readonly lines: AsyncIterable<string>;
  /** Resolves when it has ended, with its exit code or the signal that ended it. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** Ends it at once, by SIGKILL. */
  kill(): void;
}

/** Starts `module`, which may be TypeScript, with words for its `process.argv`. Its errors are printed among those of the tests. */
export function startWorker(module: URL, words: readonly string[]): Worker {
  const flags = ['--conditions=@im/source', fileURLToPath(module), ...words];
  const child = spawn(process.execPath, flags, { stdio: ['ignore', 'pipe', 'inherit'] });
  const kill = () => void child.kill('SIGKILL');
  // A test run that ends in the middle must not leave it behind.
  process.once('exit', kill);
  const ended = once(child, 'close').then(([code, signal]) => {
    process.off('exit', kill);
    return (code ?? signal) as number | NodeJS.Signals;
  });
  return {
    lines: createInterface({ input: child.stdout }),
    ended,
    kill,
    async [Symbol.asyncDispose]() {
      kill();
      await ended;
    },
  };
}

/** A job that is done in spite of kills. */
export interface KilledJob {
  /** Begins the job, or goes on with it. */
  readonly start: () => Worker;
  readonly kills: number;
  /** Whether the worker is to be killed at this line, the `count`-th that it has printed. */
  readonly isTime: (line: string, count: number) => boolean;
  /** Looks at what a kill has left, `count` of them so far. */
  readonly afterKill: (count: number) => Promise<void>;
}

/**
 * Starts a worker, kills it in the middle of its work, looks at what is left, and starts the next one, until one may come to
 * its end. Gives the lines of the last.
 *
 * @throws Error when a worker ends before it was killed, or the last one with another exit code than 0
 */
export async function runInSpiteOfKills(job: KilledJob): Promise<readonly string[]> {
  for (let kills = 1; kills <= job.kills; kills += 1) {
    await using worker = job.start();
    let count = 0;
    for await (const line of worker.lines) {
      count += 1;
      if (job.isTime(line, count)) worker.kill();
    }
    const end = await worker.ended;
    if (end !== 'SIGKILL') throw new Error(`worker ${kills} ended by itself (${end}) before it was killed`);
    await job.afterKill(kills);
  }
  await using last = job.start();
  const lines: string[] = [];
  for await (const line of last.lines) lines.push(line);
  const end = await last.ended;
  if (end !== 0) throw new Error(`the last worker ended with ${end}`);
  return lines;
}
