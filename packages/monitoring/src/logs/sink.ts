/** Where the lines of a logger go. */
import { once } from 'node:events';
import { IntegrationError } from '@im/core';
import type { DestinationStream } from 'pino';
import type { LogDestination } from './options.ts';
import { prettyLine } from './pretty.ts';

/** An open destination. */
export interface Sink {
  /** What pino writes to. */
  readonly stream: DestinationStream;
  /** Waits until everything is written. */
  flush(): Promise<void>;
  /** The same, and closes what was opened here: a file by its path, no descriptor and no object of the caller. */
  close(): Promise<void>;
}

type Pino = typeof import('pino').pino;

/**
 * Opens `destination`. A file is written in the background, and the rest of it when the process exits. Where it cannot be written any more
 * (the disk is full) lines are lost, and the process gets a warning, once.
 *
 * @throws IntegrationError `failed_precondition`: the file cannot be opened
 */
export async function openSink(
  pino: Pino,
  destination: LogDestination,
  pretty: boolean | 'colour',
): Promise<Sink> {
  if (typeof destination === 'object') {
    const done = async () => {};
    return { stream: inForm(destination, pretty), flush: done, close: done };
  }
  const file = pino.destination({ dest: destination, sync: false, minLength: 1, mkdir: true });
  if (typeof destination === 'string') await once(file, 'ready').catch(refuse(destination));
  let isTold = false;
  file.on('error', (error: Error) => {
    if (!isTold) process.emitWarning(`lines of the log are lost: ${error.message}`);
    isTold = true;
  });
  const flush = () =>
    new Promise<void>((resolve, reject) => {
      file.flush((error) => (error ? reject(error) : resolve()));
    });
  return {
    stream: inForm(file, pretty),
    flush,
    async close() {
      await flush();
      if (typeof destination !== 'string') return;
      const closed = once(file, 'close');
      file.end();
      await closed;
    },
  };
}

function inForm(stream: { write(line: string): unknown }, pretty: boolean | 'colour'): DestinationStream {
  const colour = pretty === 'colour';
  return pretty === false ? stream : { write: (line) => stream.write(prettyLine(line, { colour })) };
}

function refuse(path: string): (cause: unknown) => never {
  return (cause) => {
    throw new IntegrationError(
      `the log ${path} cannot be opened`,
      { code: 'failed_precondition', remedy: 'give the path of a file that this process may write' },
      { cause },
    );
  };
}
