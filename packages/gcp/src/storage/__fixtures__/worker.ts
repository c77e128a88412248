/** What other processes do in the tests: `node worker.ts <job> <options as JSON> …`. Each line it prints is for the test. */
import { createIntegration } from '@im/core';
import { createObjectStore } from '@im/storage';
import { createMemoryMeter, runKilledUpload } from '@im/testing';
import { gcsDriver } from '../driver/gcs-driver.ts';
import { storage } from '../storage.ts';

const [job = '', options = '{}', ...words] = process.argv.slice(2);
const client = createIntegration(storage, {
  options: JSON.parse(options),
  resilience: { retry: { maxAttempts: 30, initialMs: 1, maxMs: 20 }, breaker: false, retryBudget: false },
});
const mebibyte = 1024 * 1024;
const store = createObjectStore(gcsDriver(client), { partBytes: mebibyte });
const say = (line: string) => process.stdout.write(`${line}\n`);

async function* repeated(piece: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let left = size; left > 0; left -= piece.byteLength)
    yield piece.subarray(0, Math.min(left, piece.byteLength));
}

const jobs: Readonly<Record<string, () => Promise<void>>> = {
  upload: () => runKilledUpload(store, words),
  /** Streams a large object up and down, and prints how many mebibytes more it kept than before. */
  async stream() {
    await store.put('small', new Uint8Array(2 * mebibyte));
    await (await store.get('small')).bytes();
    const { look: onProgress, most } = createMemoryMeter();
    await store.put('large', repeated(new Uint8Array(65_536), Number(words[0]) * mebibyte), { onProgress });
    for await (const _ of (await store.get('large', { onProgress })).stream());
    say(`${most()}`);
  },
};

await jobs[job]?.();
await client[Symbol.asyncDispose]();
