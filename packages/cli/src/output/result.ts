import { Buffer } from 'node:buffer';
import type { Output } from '../io.ts';
import type { Screen } from './screen.ts';

/**
 * Writes what an operation gave: bytes as they are, a stream piece by piece, everything else as JSON. With `--json` bytes
 * are a text in base64, so that the output stays one document.
 */
export async function writeResult(result: unknown, stdout: Output, screen: Screen): Promise<void> {
  if (result instanceof Uint8Array) {
    if (screen.json) screen.document({ base64: Buffer.from(result).toString('base64') });
    else await write(stdout, result);
    return;
  }
  if (!isStream(result)) {
    // Nothing is a result too.
    if (result !== undefined) screen.document(result);
    else if (screen.json) screen.document(null);
    return;
  }
  for await (const piece of result) {
    if (screen.json || !(piece instanceof Uint8Array))
      screen.item(piece instanceof Uint8Array ? { base64: Buffer.from(piece).toString('base64') } : piece);
    else await write(stdout, piece);
  }
}

function isStream(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

function write(stdout: Output, bytes: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    // A pipe that is full says so; writing on would collect the whole stream in memory.
    const taken = stdout.write(bytes as never);
    const { once } = stdout as { once?: (event: 'drain', listener: () => void) => void };
    if (taken === false && once !== undefined) once.call(stdout, 'drain', resolve);
    else resolve();
  });
}
