import type { Progress } from './transport.ts';

/** Milliseconds between two reports. */
const intervalMs = 50;
/** Bytes a piece when a body that is in memory is sent with progress. */
const pieceBytes = 64 * 1024;

/** Takes counts of bytes and tells at most 20 times a second, and at the end. */
export interface ProgressReporter {
  add(bytes: number): void;
  end(): void;
}

/** Makes a reporter for one direction. */
export function progressReporter(
  tell: (progress: Progress) => void,
  direction: Progress['direction'],
  totalBytes: number | undefined,
): ProgressReporter {
  let bytes = 0;
  let told = performance.now();
  return {
    add(more) {
      bytes += more;
      const now = performance.now();
      if (now - told < intervalMs) return;
      told = now;
      tell({ direction, bytes, totalBytes });
    },
    end: () => tell({ direction, bytes, totalBytes }),
  };
}

/** The same bytes, counted as they pass. */
export async function* counted(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  report: ProgressReporter,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    report.add(chunk.byteLength);
    yield chunk;
  }
  report.end();
}

/** Views on parts of `bytes`, so that progress can be told while they are sent. */
export function* inPieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}
