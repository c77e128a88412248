/** What other processes do in the tests: `node worker.ts <job> <options as JSON> …`. Each line it prints is for the test. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createIntegration } from '@im/core';
import { createObjectStore, type UploadState } from '@im/storage';
import { blob } from '../blob.ts';
import { blobDriver } from '../driver/blob-driver.ts';

const [job = '', options = '{}', argument = '', bytes = '0'] = process.argv.slice(2);
const client = createIntegration(blob, {
  options: JSON.parse(options),
  resilience: { retry: { maxAttempts: 30, initialMs: 1, maxMs: 20 }, breaker: false, retryBudget: false },
});
const store = createObjectStore(blobDriver(client), { partBytes: 2 * 1024 * 1024 });
const say = (line: string) => process.stdout.write(`${line}\n`);

/** So many bytes, each part unlike the others. */
export async function* numbered(size: number): AsyncGenerator<Uint8Array> {
  const piece = Buffer.alloc(64 * 1024);
  for (let at = 0; at < size; at += piece.byteLength) {
    piece.fill((at / piece.byteLength) % 251);
    yield piece.subarray(0, Math.min(piece.byteLength, size - at));
  }
}

const jobs: Readonly<Record<string, () => Promise<void>>> = {
  /** Begins an upload, or goes on with the one that is written down, and completes it unless it is killed. */
  async upload() {
    const upload = existsSync(argument)
      ? await store.resumeUpload(JSON.parse(readFileSync(argument, 'utf8')) as UploadState)
      : await store.createUpload('film', { ifNoneMatch: '*', contentType: 'video/mp4' });
    if (!existsSync(argument)) writeFileSync(argument, JSON.stringify(upload.state));
    const report = await upload.send(numbered(Number(bytes)), {
      onState: ({ parts }) => say(`part ${parts.length}`),
    });
    say(`kept ${report.keptParts}`);
    say(`sent ${report.sentParts}`);
    await upload.complete();
    say('complete');
  },
  /** Streams a large object up, then down, and prints by how many mebibytes its memory grew at most, each time. */
  async stream() {
    await store.put('warm', numbered(8 * 1024 * 1024));
    const idle = process.memoryUsage.rss();
    let most = idle;
    const onProgress = () => {
      most = Math.max(most, process.memoryUsage.rss());
    };
    const sayMost = () => say(`${Math.round((most - idle) / 1024 / 1024)}`);
    await store.put('large', numbered(Number(bytes)), { onProgress });
    sayMost();
    let down = 0;
    for await (const piece of (await store.get('large', { onProgress })).stream()) down += piece.byteLength;
    sayMost();
    say(`${down}`);
  },
};

await jobs[job]?.();
await client[Symbol.asyncDispose]();
