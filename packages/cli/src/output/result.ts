import { Buffer } from 'node:buffer';
import type { Output } from '../io.ts';
import type { Screen } from './screen.ts';

/**
 * Writes what an operation gave: bytes as they are, a stream piece by piece, everything else as JSON. With `--json` bytes
 * are `{ base64 }`, so that the output stays JSON.
 */
export async function writeResult(result: unknown, stdout: Output, screen: Screen): Promise<void> {
  if (isStream(result)) {
    for await (const piece of result) {
      if (piece instanceof Uint8Array && !screen.json) await writeBytes(stdout, piece);
      else screen.item(withoutBytes(piece));
    }
  } else if (result instanceof Uint8Array && !screen.json) await writeBytes(stdout, result);
  // Nothing is a result too: of programs `null`, of people no line.
  else if (result !== undefined || screen.json) screen.document(withoutBytes(result ?? null));
}

function withoutBytes(value: unknown): unknown {
  return value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : value;
}

function isStream(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

/** Waits where the reader is slow; writing on would collect a stream in memory. */
function writeBytes(stdout: Output, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    if (stdout.write(bytes) === false && stdout.once !== undefined) stdout.once('drain', resolve);
    else resolve();
  });
}
