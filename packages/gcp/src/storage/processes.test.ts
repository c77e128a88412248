/** The driver between processes: a killed one, and how much memory one takes. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createIntegration } from '@im/core';
import { createObjectStore, type UploadState } from '@im/storage';
import { describe, expect, it } from 'vitest';
import { gcsDriver } from './driver/gcs-driver.ts';
import { storage } from './storage.ts';
import { startFake } from './testing.ts';

const worker = fileURLToPath(new URL('./__fixtures__/worker.ts', import.meta.url));
const mebibyte = 1024 * 1024;

async function* repeated(piece: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let left = size; left > 0; left -= piece.byteLength)
    yield piece.subarray(0, Math.min(left, piece.byteLength));
}

function start(job: string, options: object, argument: string) {
  const words = ['--conditions=@im/source', worker, job, JSON.stringify(options), argument];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const over = new Promise<void>((resolve) => child.once('close', () => resolve()));
  return { child, over, lines: createInterface(child.stdout) };
}

describe('the driver of Cloud Storage between processes', { timeout: 60_000 }, () => {
  it('resumes an upload whose process was killed, and sends only the parts that are missing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'im-gcs-'));
    await using fake = await startFake();
    await using client = createIntegration(storage, { options: fake.options() });
    const store = createObjectStore(gcsDriver(client), { partBytes: mebibyte });
    const note = join(folder, 'state.json');
    const { child, over, lines } = start('upload', fake.options(), note);
    for await (const line of lines) if (Number(line) >= 12) child.kill('SIGKILL');
    await over;
    expect(child.signalCode).toBe('SIGKILL');
    expect(await store.list().toArray()).toEqual([]);

    const state = JSON.parse(await readFile(note, 'utf8')) as UploadState;
    await rm(folder, { recursive: true });
    const resumed = await store.resumeUpload(state);
    const kept = resumed.state.parts.length;
    expect(kept).toBeGreaterThanOrEqual(12);
    expect(kept).toBeLessThan(96);
    fake.forget();
    const report = await resumed.send(repeated(new Uint8Array(700_001).fill(7), 96 * mebibyte));
    expect(report).toEqual({ sentParts: 96 - kept, keptParts: kept, bytes: 96 * mebibyte });
    const sent = fake.exchanges.filter(({ target }) => target.startsWith('/upload/'));
    expect(sent).toHaveLength(96 - kept);
    const info = await resumed.complete();
    expect(info).toMatchObject({ size: 96 * mebibyte, contentType: 'video/mp4' });
    expect(fake.names()).toEqual(['film']);
    let bytes = 0;
    for await (const piece of (await store.get('film')).stream()) bytes += piece.byteLength;
    expect(bytes).toBe(96 * mebibyte);
  });

  it('streams 160 MiB up and down in less than 100 MiB more than it had', async () => {
    await using fake = await startFake({ record: false });
    fake.keepLatest(10);
    const { over, lines } = start('stream', fake.options(), '160');
    const said: string[] = [];
    for await (const line of lines) said.push(line);
    await over;
    expect(Number(said[0])).toBeLessThan(100);
  });
});
