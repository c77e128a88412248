/** Traffic as the fake servers of `@im/testing` record it when `IM_RECORD` names a folder. */
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

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
 * All exchanges in the files of `folder`, by the provider's id: `<provider>-<process>.ndjson`.
 *
 * @throws Error for a line that is no recording, with file and line
 */
export function readRecordings(folder: string): Map<string, Exchange[]> {
  const found = new Map<string, Exchange[]>();
  for (const file of globSync('*.ndjson', { cwd: folder }).sort()) {
    const provider = basename(file, '.ndjson').replace(/-\d+$/, '');
    const exchanges = found.get(provider) ?? [];
    found.set(provider, exchanges);
    const lines = readFileSync(join(folder, file), 'utf8').split('\n');
    for (const [index, line] of lines.entries())
      if (line.trim() !== '') exchanges.push(toExchange(line, `${file}:${index + 1}`));
  }
  return found;
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
