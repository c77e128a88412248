/** What other processes do in the tests: `node worker.ts <job> <options as JSON> …`. Each line it prints is for the test. */
import { createIntegration } from '@im/core';
import { createObjectStore } from '@im/storage';
import { createMemoryMeter, runKilledUpload } from '@im/testing';
import { blob } from '../blob.ts';
import { blobDriver } from '../driver/blob-driver.ts';
import { partBytes } from './killed-upload.ts';

const [job = '', options = '{}', ...words] = process.argv.slice(2);
const client = createIntegration(blob, {
  options: JSON.parse(options),
  resilience: { retry: { maxAttempts: 30, initialMs: 1, maxMs: 20 }, breaker: false, retryBudget: false },
});
const store = createObjectStore(blobDriver(client), { partBytes });
const say = (line: string) => process.stdout.write(`${line}\n`);

/** So many bytes, each piece a new one. */
async function* fresh(size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < size; at += 65_536) yield Buffer.alloc(Math.min(65_536, size - at), at / 65_536);
}

const jobs: Readonly<Record<string, () => Promise<void>>> = {
  upload: () => runKilledUpload(store, words),
  /** Streams a large object up, then down, and prints how many mebibytes more it kept at most, each time. */
  async stream() {
    await store.put('warm', fresh(8 * 1024 * 1024));
    const up = createMemoryMeter();
    await store.put('large', fresh(Number(words[0])), { onProgress: up.look });
    say(`${up.most()}`);
    const down = createMemoryMeter();
    let got = 0;
    const whole = await store.get('large', { onProgress: down.look });
    for await (const piece of whole.stream()) got += piece.byteLength;
    say(`${down.most()}`);
    say(`${got}`);
  },
};

await jobs[job]?.();
await client[Symbol.asyncDispose]();
