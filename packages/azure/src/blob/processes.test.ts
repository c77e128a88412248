/** Processes that are killed in the middle of an upload, and how much memory one takes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { createIntegration } from '@im/core';
import { createObjectStore } from '@im/storage';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSink } from './__tests__/sink.ts';
import { blob } from './blob.ts';
import { blobDriver } from './driver/blob-driver.ts';
import { type BlobFake, sampleContainer, startFake } from './testing.ts';

const mebibyte = 1024 * 1024;
const worker = fileURLToPath(new URL('./__tests__/worker.ts', import.meta.url));

describe('processes that upload', { timeout: 120_000 }, () => {
  let fake: BlobFake;
  let folder = '';
  beforeEach(async () => {
    fake = await startFake();
    folder = await mkdtemp(join(tmpdir(), 'im-azure-'));
  });
  afterEach(async () => {
    await fake[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  const hidden = () =>
    [...(fake.store().containers.get(sampleContainer)?.blobs.keys() ?? [])].filter((name) =>
      name.startsWith('.im~/'),
    );

  function start(...words: string[]): ChildProcess {
    return spawn(process.execPath, ['--conditions=@im/source', worker, ...words], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  }
  async function* linesOf(child: ChildProcess): AsyncGenerator<string> {
    if (child.stdout) yield* createInterface(child.stdout);
  }

  it('96 MiB in parts, 50 cuts, 6 kills: nothing visible before the end, only missing parts sent, no orphans', async () => {
    await using client = createIntegration(blob, { options: fake.options(undefined, 'account-key') });
    const store = createObjectStore(blobDriver(client));
    const size = 96 * mebibyte;
    const count = 48;
    fake.inject({
      fault: { kind: 'cut', when: 'before' },
      method: 'PUT',
      path: /\.im~\/d\//,
      every: 3,
      times: 25,
    });
    fake.inject({
      fault: { kind: 'cut', when: 'after' },
      method: 'PUT',
      path: /\.im~\/d\//,
      every: 3,
      times: 25,
    });
    const options = JSON.stringify(fake.options(undefined, 'account-key'));
    const note = join(folder, 'state.json');
    let kept = 0;
    for (let kills = 0; kills < 6; kills += 1) {
      const child = start('upload', options, note, String(size));
      const over = once(child, 'close');
      let seen = 0;
      for await (const line of linesOf(child)) {
        if (line.startsWith('part ')) seen += 1;
        if (seen === 4) child.kill('SIGKILL');
      }
      await over;
      expect(child.signalCode).toBe('SIGKILL');
      await expect(store.head('film')).rejects.toMatchObject({ code: 'not_found' });
      expect((await store.list().toArray()).map(({ key }) => key)).toEqual([
        'a.txt',
        'b.txt',
        'folder/c.txt',
      ]);
      kept += seen;
    }
    const last = start('upload', options, note, String(size));
    const over = once(last, 'close');
    const said: string[] = [];
    for await (const line of linesOf(last)) said.push(line);
    await over;
    const figure = (word: string) => Number(said.find((line) => line.startsWith(word))?.split(' ')[1]);
    expect(figure('kept')).toBeGreaterThanOrEqual(kept);
    expect(figure('kept') + figure('sent')).toBe(count);
    expect(said.at(-1)).toBe('complete');
    const staged = fake.exchanges.filter(
      ({ target, status }) => target.includes('comp=block&') && status === 201,
    );
    // What was in flight when it was killed may have to be sent again: 4 at a time; and whose answer was cut.
    expect(staged.length).toBeLessThanOrEqual(count + 6 * 4);
    expect((await store.head('film')).size).toBe(size);
    const got = await store.get('film');
    let at = 0;
    for await (const bytes of got.stream()) at += bytes.byteLength;
    expect(at).toBe(size);
    expect(await store.sweepOrphans({ olderThanMs: 0 })).toEqual({ aborted: [], failed: [] });
    expect(hidden()).toEqual([]);
  });

  it('half a GiB takes at most 64 MiB more memory than an idle process up, and 192 MiB down', async () => {
    await using sink = await startSink();
    const options = JSON.stringify({ ...fake.options(undefined, 'account-key'), endpoint: sink.url });
    const child = start('stream', options, '', String(512 * mebibyte));
    const over = once(child, 'close');
    const said: number[] = [];
    for await (const line of linesOf(child)) said.push(Number(line));
    expect((await over)[0]).toBe(0);
    expect(sink.received).toBe(512 * mebibyte);
    const [up = Number.NaN, down = Number.NaN, size] = said;
    expect(size).toBe(512 * mebibyte);
    // Parts use their buffers again. Pieces that come down are each a buffer of the socket's, which wait for the collector: some 100 MiB of them.
    expect(up).toBeLessThanOrEqual(64);
    expect(down).toBeLessThanOrEqual(192);
  });
});
