/** Compositions of stores in folders, whose processes are killed at any moment. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { faulty } from '../__fixtures__/faults.ts';
import { keysOf, sample } from '../conformance/help.ts';
import { createObjectStore, filesystemDriver } from '../index.ts';
import { createJournal, fileCheckpoint, migrate, objectStorage, replicate, verify } from '../multi.ts';

const worker = fileURLToPath(new URL('../__fixtures__/worker.ts', import.meta.url));
/** Less where somebody waits for it. */
const [streamedMebibytes, kills] = process.env.CI === 'true' ? [256, 6] : [160, 3];
let root = '';

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'im-multi-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** Runs a job of the worker until it ends, or until `isEnough` of its lines says to kill it. */
async function run(job: string, argument: string, isEnough: (lines: readonly string[]) => boolean) {
  const child: ChildProcess = spawn(
    process.execPath,
    ['--conditions=@im/source', worker, job, root, argument],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const over = new Promise((resolve) => child.once('close', resolve));
  const lines: string[] = [];
  for await (const line of createInterface(child.stdout as NonNullable<typeof child.stdout>)) {
    lines.push(line);
    if (isEnough(lines)) child.kill('SIGKILL');
  }
  await over;
  return { lines, wasKilled: child.signalCode === 'SIGKILL' };
}

const named = (name: string, folder: string) => {
  const { driver, faults } = faulty(filesystemDriver({ root: join(root, folder) }));
  return { store: createObjectStore(driver, { name, partBytes: 64 * 1024 }), faults };
};

describe('a migration between folders', { timeout: 120_000 }, () => {
  it('goes on after it was killed three times: every byte arrives, and nothing that had arrived is copied again', async () => {
    const from = named('from', 'a');
    const to = named('to', 'b');
    const count = 300;
    for (let index = 0; index < count; index += 1)
      await from.store.put(`k/${index}`, sample(index % 50 === 7 ? 3_000_000 : index * 31, index), {
        metadata: { index: `${index}` },
      });
    const checkpoint = join(root, 'checkpoint.json');
    let kills = 0;
    for (const after of [40, 90, 60]) {
      const before = new Map(
        await Promise.all(
          (await keysOf(to.store)).map(async (key) => [key, (await to.store.head(key)).etag] as const),
        ),
      );
      const { lines, wasKilled } = await run('migrate', checkpoint, (seen) => seen.length >= after);
      expect(lines.length).toBeGreaterThanOrEqual(after);
      kills += wasKilled ? 1 : 0;
      // Each write gives an object a new etag here.
      for (const [key, etag] of before) expect((await to.store.head(key)).etag, key).toBe(etag);
    }
    expect(kills).toBe(3);
    expect((await stat(checkpoint)).size).toBeGreaterThan(0);

    const arrived = new Set(await keysOf(to.store));
    expect(arrived.size).toBeGreaterThanOrEqual(90);
    expect(arrived.size).toBeLessThan(count);
    const calls = to.faults.calls.length;
    const report = await migrate(from.store, to.store, { checkpoint: fileCheckpoint(checkpoint) });
    expect(report).toMatchObject({ copied: count - arrived.size, failed: [] });
    expect(report.earlier).toBeDefined();
    const copied = to.faults.calls
      .slice(calls)
      .filter(({ operation }) => /^(put|uploads.complete)$/.test(operation));
    expect(copied.filter(({ key }) => arrived.has(key))).toEqual([]);
    expect(await verify(from.store, to.store, { deep: true })).toMatchObject({
      isClean: true,
      compared: count,
    });
    expect((await to.store.sweepOrphans({ olderThanMs: 0 })).failed).toEqual([]);
    await expect(stat(checkpoint)).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('a replicated store over folders', { timeout: 120_000 }, () => {
  it(`keeps no more memory for ${streamedMebibytes} MiB to three stores, and from there to a fourth, than for its parts`, async () => {
    const { lines } = await run('streams', `${streamedMebibytes}`, () => false);
    expect(Number(lines[0])).toBeLessThan(100);
  });

  it(`is in step after its writer was killed ${kills} times, and has every write that was promised`, async () => {
    const promised = new Map<string, string>();
    let writes = 0;
    for (let round = 0; round < kills; round += 1) {
      const { lines, wasKilled } = await run(
        'replicate',
        `${round}`,
        (seen) => seen.length >= 60 + round * 13,
      );
      expect(wasKilled).toBe(true);
      writes += lines.length;
      for (const line of lines) {
        const [key = '', hash = ''] = line.split(' ');
        promised.set(key, hash);
      }
      const [a, b, c] = [named('a', 'a').store, named('b', 'b').store, named('c', 'c').store];
      const journal = createJournal(objectStorage(named('journal', 'journal').store));
      const store = replicate({ primary: a, replicas: [b, c], journal });
      await store.replication.drain();
      for (const replica of [b, c])
        expect(await verify(a, replica, { deep: true })).toMatchObject({
          isClean: true,
          missing: [],
          extra: [],
        });
      expect(await keysOf(named('journal', 'journal').store)).toEqual([]);
      // The write after the last promised one may have happened.
      const [last = ''] = lines.at(-1)?.split(' ') ?? [];
      const next = `k/${(Number(last.slice(2)) + 1) % 23}`;
      for (const [key, hash] of promised) {
        if (key === next) continue;
        const text = await a.get(key).then(
          (object) => object.bytes(),
          () => undefined,
        );
        expect(text === undefined ? '' : createHash('sha256').update(text).digest('hex'), key).toBe(hash);
      }
      promised.delete(next);
      await store.replication[Symbol.asyncDispose]();
      await journal[Symbol.asyncDispose]();
    }
    expect(writes).toBeGreaterThanOrEqual(kills * 60);
  });
});
