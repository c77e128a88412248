#!/usr/bin/env node
/** `im`, the program: the process around `run`. */
import { constants } from 'node:os';
import { Interrupted } from './failure.ts';
import { processIo } from './io.ts';
import { run } from './run.ts';

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.on(name, () => {
    // Whoever asks twice does not want to wait for anything to be closed.
    if (stop.signal.aborted) process.exit(128 + constants.signals[name]);
    stop.abort(new Interrupted(name));
  });
}
// `im list | head`: the reader has enough, which is no fault.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await run(process.argv.slice(2), processIo(stop.signal));
// What was opened is closed by now; a terminal that was read from would keep the process.
process.stdin.unref?.();
