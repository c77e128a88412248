/** The filesystem driver between processes: killed ones, racing ones, and how much memory one takes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { repeated } from '../conformance/help.ts';
import { createObjectStore } from '../object-store.ts';
import type { UploadState } from '../upload.types.ts';
import { filesystemDriver } from './filesystem-driver.ts';
import { isDead, ownName } from './locks.ts';

const worker = fileURLToPath(new URL('../__fixtures__/worker.ts', import.meta.url));
/** Less where somebody waits for it. */
const streamedMebibytes = process.env.CI === 'true' ? 512 : 160;
let root = '';

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'im-storage-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

function start(...words: string[]): ChildProcess {
  return spawn(process.execPath, ['--conditions=@im/source', worker, ...words], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}
const ended = (child: ChildProcess) =>
  new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
async function linesOf(child: ChildProcess): Promise<string[]> {
  const lines: string[] = [];
  const over = ended(child);
  if (child.stdout) for await (const line of createInterface(child.stdout)) lines.push(line);
  expect(await over).toBe(0);
  return lines;
}

describe('the filesystem driver between processes', { timeout: 120_000 }, () => {
  it('resumes an upload whose process was killed, sends only what is missing, and shows nothing before the end', async () => {
    const store = createObjectStore(filesystemDriver({ root }), { partBytes: 1024 * 1024 });
    const note = join(root, 'state.json');
    const child = start('upload', root, note);
    const over = ended(child);
    for await (const line of createInterface(child.stdout as NonNullable<typeof child.stdout>)) {
      await expect(store.head('film')).rejects.toMatchObject({ code: 'not_found' });
      if (Number(line) >= 20) child.kill('SIGKILL');
    }
    await over;
    expect(child.signalCode).toBe('SIGKILL');
    expect(await store.list().toArray()).toEqual([]);

    const resumed = await store.resumeUpload(JSON.parse(await readFile(note, 'utf8')) as UploadState);
    const kept = resumed.state.parts.length;
    expect(kept).toBeGreaterThanOrEqual(20);
    expect(kept).toBeLessThan(256);
    const size = 256 * 1024 * 1024;
    const report = await resumed.send(repeated(new Uint8Array(700_001).fill(7), size));
    expect(report).toEqual({ sentParts: 256 - kept, keptParts: kept, bytes: size });
    await expect(store.head('film')).rejects.toMatchObject({ code: 'not_found' });
    await resumed.complete();
    const got = await store.get('film');
    expect([got.info.size, got.info.contentType]).toEqual([size, 'video/mp4']);
    let sevens = 0;
    for await (const bytes of got.stream())
      if (Buffer.from(bytes).every((byte) => byte === 7)) sevens += bytes.byteLength;
    expect(sevens).toBe(size);
    expect(await readdir(join(root, 'temporary'))).toEqual([]);
    expect(await readdir(join(root, 'uploads'))).toEqual([]);
  });

  it('lets exactly one of several processes create each object, small or in parts', async () => {
    const won = (await Promise.all(['1', '2', '3'].map((name) => linesOf(start('race', root, name))))).flat();
    expect(won.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, index) => index));
    expect(await readdir(join(root, 'locks'))).toEqual([]);
    expect(await readdir(join(root, 'uploads'))).toEqual([]);
  });

  it('takes over the lock of a process that was killed', async () => {
    const store = createObjectStore(filesystemDriver({ root }));
    await store.put('k', 'one');
    const child = start('nothing', root);
    await ended(child);
    const dead = ownName.replace(/\d+$/, String(child.pid));
    expect(isDead(dead)).toBe(true);
    await writeFile(join(root, 'locks', createHash('sha256').update('k').digest('hex')), dead);
    await writeFile(join(root, 'temporary', `${dead}-half-written`), 'x');
    const next = createObjectStore(filesystemDriver({ root }));
    await Promise.all([next.put('k', 'two'), store.put('k', 'two')]);
    expect(await (await store.get('k')).text()).toBe('two');
    expect(await readdir(join(root, 'temporary'))).toEqual([]);
    expect(await readdir(join(root, 'locks'))).toEqual([]);
  });

  it(`keeps no more memory for ${streamedMebibytes} MiB than for its parts`, async () => {
    const [most] = await linesOf(start('stream', root, `${streamedMebibytes}`));
    expect(Number(most)).toBeLessThan(64);
  });
});
