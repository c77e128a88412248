/** Traffic as the fake servers of `@im/testing` record it when `IM_RECORD` names a folder. */
import { createReadStream, globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';

/** One request, and what was answered. */
export interface Exchange {
  readonly method: string;
  /** Path with query, as sent. */
  readonly target: string;
  readonly requestHeaders: Readonly<Record<string, string>>;
  readonly requestBody: Uint8Array;
  /** Absent: there was no answer. */
  readonly status?: number | undefined;
  readonly responseHeaders: Readonly<Record<string, string>>;
  readonly responseBody: Uint8Array;
  /** The injected fault that made the answer. */
  readonly fault?: string | undefined;
}

interface RecordedLine extends Omit<Exchange, 'requestBody' | 'responseBody'> {
  readonly requestBody: string;
  readonly responseBody: string;
}

/**
 * Files with exchanges in `folder`, by the provider's id: `<provider>-<process>.ndjson`. Read them with
 * {@link readExchanges}.
 */
export function findRecordings(folder: string): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const file of globSync('*.ndjson', { cwd: folder }).sort()) {
    const provider = basename(file, '.ndjson').replace(/-\d+$/, '');
    found.set(provider, [...(found.get(provider) ?? []), join(folder, file)]);
  }
  return found;
}

/**
 * The exchanges in `files`, one by one: a test run that uploads large objects leaves files of more than a gigabyte.
 *
 * @throws Error for a line that is no recording, with file and line
 */
export async function* readExchanges(files: readonly string[]): AsyncGenerator<Exchange> {
  for (const file of files) {
    let number = 0;
    const lines = createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
    for await (const line of lines) {
      number += 1;
      if (line.trim() !== '') yield toExchange(line, `${basename(file)}:${number}`);
    }
  }
}

function toExchange(line: string, place: string): Exchange {
  let recorded: RecordedLine;
  try {
    recorded = JSON.parse(line) as RecordedLine;
  } catch (cause) {
    throw new Error(
      `${place}: not a recording; was the test run killed? Delete the folder and run it again`,
      { cause },
    );
  }
  return {
    ...recorded,
    requestBody: Buffer.from(recorded.requestBody ?? '', 'base64'),
    responseBody: Buffer.from(recorded.responseBody ?? '', 'base64'),
  };
}
