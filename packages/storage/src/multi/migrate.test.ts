/** Migrations: what is copied, what is left, what is written down, and how it is gone on with. */
import { memoryState } from '@im/core';
import { createVirtualClock } from '@im/testing';
import { describe, expect, it } from 'vitest';
import { faulty, outage } from '../__fixtures__/faults.ts';
import { keysOf, repeated, sample } from '../conformance/help.ts';
import { createObjectStore, memoryDriver, type StorageDriver } from '../index.ts';
import {
  type Checkpoint,
  type MigrationState,
  migrate,
  stateCheckpoint,
  type TransferProgress,
  verify,
} from '../multi.ts';
import { driverOf } from '../store-driver.ts';

const copies = /^(put|uploads\.putPart)$/;

function open(change: (driver: StorageDriver) => StorageDriver = (driver) => driver) {
  const clock = createVirtualClock();
  const member = (name: string, driver: StorageDriver) => {
    const { driver: wrapped, faults } = faulty(driver);
    const store = createObjectStore(wrapped, {
      name,
      partBytes: 1000,
      needs: ['multipart', 'tags', 'storageClasses'],
    });
    return { store, faults };
  };
  const from = member('from', memoryDriver({ clock }));
  const to = member('to', change(memoryDriver({ clock })));
  return { from, to, clock };
}
const fill = async (store: ReturnType<typeof open>['from']['store'], count = 50) => {
  for (let index = 0; index < count; index += 1)
    await store.put(`k/${String(index).padStart(3, '0')}`, sample(index * 100, index), {
      metadata: { index: `${index}` },
      contentType: `text/x-${index}`,
      tags: { parity: index % 2 ? 'odd' : 'even' },
      storageClass: index % 3 ? 'standard' : 'archive',
    });
};
/** A checkpoint that can be looked into. */
function noted(): { readonly states: MigrationState[]; readonly checkpoint: Checkpoint } {
  const states: MigrationState[] = [];
  let kept: string | undefined;
  const checkpoint: Checkpoint = {
    load: async () => (kept === undefined ? undefined : (JSON.parse(kept) as MigrationState)),
    async save(state) {
      await new Promise(setImmediate);
      kept = JSON.stringify(state);
      states.push(state);
    },
    async clear() {
      kept = undefined;
    },
  };
  return { states, checkpoint };
}

describe('a migration', () => {
  it('copies every object with all that is known of it, and none that is there: 50, then 0, then 2', async () => {
    const { from, to } = open();
    await fill(from.store);
    const first = await migrate(from.store, to.store);
    expect(first).toMatchObject({
      copied: 50,
      skipped: 0,
      deleted: 0,
      extra: 0,
      failed: [],
      bytes: 122_500,
      dryRun: false,
    });
    expect(first.earlier).toBeUndefined();
    const [mine, theirs] = [await from.store.head('k/049'), await to.store.head('k/049')];
    const { etag: _, versionId: __, modifiedAt: ___, ...same } = mine;
    expect(theirs).toMatchObject(same);
    const before = to.faults.calls.length;
    expect(await migrate(from.store, to.store)).toMatchObject({ copied: 0, skipped: 50, bytes: 0 });
    expect(to.faults.calls.slice(before).filter(({ operation }) => copies.test(operation))).toEqual([]);
    await from.store.put('k/007', 'changed');
    await from.store.put('k/008', sample(800, 8), { metadata: { index: 'other' } });
    expect(await migrate(from.store, to.store)).toMatchObject({ copied: 2, skipped: 48 });
    expect(await verify(from.store, to.store, { deep: true })).toMatchObject({ isClean: true, compared: 50 });
  });

  it('keeps the kind of checksum where the target can, so that no bytes have to be read to compare', async () => {
    const { from, to } = open();
    await fill(from.store);
    await migrate(from.store, to.store);
    const reads = () =>
      [...from.faults.calls, ...to.faults.calls].filter(({ operation }) => operation === 'get').length;
    const before = reads();
    expect(await verify(from.store, to.store)).toMatchObject({ isClean: true, bytesRead: 0 });
    expect(reads()).toBe(before);
  });

  it('leaves out what the target cannot keep, and does not copy it again for that', async () => {
    const { from } = open();
    const { storageClasses: _, tags: __, ...abilities } = memoryDriver().abilities;
    const bare = createObjectStore({ ...memoryDriver(), abilities }, { name: 'bare' });
    await fill(from.store, 5);
    expect(await migrate(from.store, bare)).toMatchObject({ copied: 5 });
    expect(await migrate(from.store, bare)).toMatchObject({ copied: 0, skipped: 5 });
    expect((await verify(from.store, bare)).isClean).toBe(true);
  });

  it('does nothing when it runs dry, and says what it would do', async () => {
    const { from, to } = open();
    await fill(from.store, 10);
    await to.store.put('k/003', sample(300, 3));
    await to.store.put('extra', 'x');
    const { states, checkpoint } = noted();
    const before = to.faults.calls.length;
    const report = await migrate(from.store, to.store, { dryRun: true, deleteExtra: true, checkpoint });
    expect(report).toMatchObject({ copied: 10, skipped: 0, deleted: 1, bytes: 4_500, dryRun: true });
    expect(to.faults.calls.slice(before).every(({ operation }) => /^(head|list|get)$/.test(operation))).toBe(
      true,
    );
    expect(states).toEqual([]);
  });

  it('looks only at the prefix and at what the filter lets through, also when it deletes what is extra', async () => {
    const { from, to } = open();
    for (const key of ['a/1', 'a/2.tmp', 'b/1']) await from.store.put(key, key);
    for (const key of ['a/0', 'a/3.tmp', 'b/2']) await to.store.put(key, key);
    const filter = ({ key }: { key: string }) => !key.endsWith('.tmp');
    const report = await migrate(from.store, to.store, { prefix: 'a/', filter, deleteExtra: true });
    expect(report).toMatchObject({ copied: 1, deleted: 1, extra: 0 });
    expect(await keysOf(to.store)).toEqual(['a/1', 'a/3.tmp', 'b/2']);
    expect(await verify(from.store, to.store, { prefix: 'a/', filter })).toMatchObject({
      isClean: true,
      compared: 1,
    });
    expect(await migrate(from.store, to.store)).toMatchObject({
      copied: 2,
      skipped: 1,
      extra: 2,
      deleted: 0,
    });
  });

  it('tries again what may pass, and tells what did not with its error; the rest arrives', async () => {
    const { from, to, clock } = open();
    await fill(from.store, 20);
    const tries = new Map<string, number>();
    to.faults.before = ({ operation, key }) => {
      if (!/^(put|uploads.create)$/.test(operation)) return;
      tries.set(key, (tries.get(key) ?? 0) + 1);
      if (key === 'k/003' && tries.get(key) === 1) throw outage();
      if (key === 'k/005') throw outage();
      if (key === 'k/015') throw Object.assign(outage(), { code: 'permission_denied', retryable: false });
    };
    const report = await clock.until(migrate(from.store, to.store, { clock }));
    expect(report).toMatchObject({ copied: 18, skipped: 0 });
    expect(report.failed).toMatchObject([
      { key: 'k/005', error: { code: 'unavailable' } },
      { key: 'k/015', error: { code: 'permission_denied' } },
    ]);
    expect(String(report.failed[0]?.error)).toMatch(/k\/005.*store to/);
    expect([tries.get('k/003'), tries.get('k/005'), tries.get('k/015')]).toEqual([2, 3, 1]);
  });

  it('ends when a store is down, and goes on from its checkpoint with what was left: none is copied twice', async () => {
    const { from, to, clock } = open();
    await fill(from.store, 200);
    const { checkpoint } = noted();
    let puts = 0;
    to.faults.after = ({ operation }) => {
      puts += /^(put|uploads.complete)$/.test(operation) ? 1 : 0;
      if (puts >= 60) to.faults.isDown = true;
    };
    await expect(clock.until(migrate(from.store, to.store, { checkpoint, clock }))).rejects.toMatchObject({
      code: 'unavailable',
    });
    to.faults.isDown = false;
    to.faults.after = undefined;
    const done = new Set(await keysOf(to.store));
    expect(done.size).toBeGreaterThanOrEqual(60);
    const before = to.faults.calls.length;
    const report = await clock.until(migrate(from.store, to.store, { checkpoint, clock }));
    expect(report.copied).toBe(200 - done.size);
    expect(report.earlier?.copied).toBeGreaterThan(50);
    const again = to.faults.calls
      .slice(before)
      .filter(({ operation, key }) => copies.test(operation) && done.has(key));
    expect(again).toEqual([]);
    expect(await verify(from.store, to.store, { deep: true })).toMatchObject({
      isClean: true,
      compared: 200,
    });
    expect(await checkpoint.load()).toBeUndefined();
  });

  it('goes on with a large object where it stopped: only the parts that are missing are sent', async () => {
    const { from, to, clock } = open();
    await from.store.put('large', repeated(sample(997), 100_000));
    const { checkpoint, states } = noted();
    let parts = 0;
    to.faults.before = ({ operation }) => {
      parts += operation === 'uploads.putPart' ? 1 : 0;
      if (parts > 60) throw outage();
    };
    const first = await clock.until(migrate(from.store, to.store, { checkpoint, attempts: 1, clock }));
    expect(first.failed).toMatchObject([{ key: 'large' }]);
    expect(states.at(-1)?.uploads).toHaveLength(1);
    expect(JSON.parse(JSON.stringify(states.at(-1)))).toEqual(states.at(-1));
    to.faults.before = undefined;
    const before = to.faults.calls.length;
    expect(await migrate(from.store, to.store, { checkpoint })).toMatchObject({ copied: 1, failed: [] });
    const sent = to.faults.calls
      .slice(before)
      .filter(({ operation }) => operation === 'uploads.putPart').length;
    expect(sent).toBeLessThanOrEqual(42);
    expect(sent).toBeGreaterThanOrEqual(38);
    expect((await verify(from.store, to.store, { deep: true })).isClean).toBe(true);
    expect((await to.store.sweepOrphans({ olderThanMs: 0 })).aborted).toEqual([]);
  });

  it('begins a large object anew when it has changed since, and without a checkpoint leaves no upload behind', async () => {
    const { from, to, clock } = open();
    await from.store.put('large', sample(50_000, 1));
    const { checkpoint } = noted();
    to.faults.before = ({ operation }) => {
      if (operation === 'uploads.complete') throw outage();
    };
    await clock.until(migrate(from.store, to.store, { checkpoint, attempts: 1, clock }));
    await from.store.put('large', sample(50_000, 2));
    to.faults.before = undefined;
    await migrate(from.store, to.store, { checkpoint });
    expect((await verify(from.store, to.store, { deep: true })).isClean).toBe(true);
    expect((await to.store.sweepOrphans({ olderThanMs: 0 })).aborted).toEqual([]);
    await from.store.put('other', sample(50_000, 3));
    to.faults.before = ({ operation }) => {
      if (operation === 'uploads.complete') throw outage();
    };
    await clock.until(migrate(from.store, to.store, { attempts: 2, clock }));
    expect((await to.store.sweepOrphans({ olderThanMs: 0 })).aborted).toEqual([]);
  });

  it('holds no more bytes in memory than it may, however many objects go at once', async () => {
    const { from, to } = open();
    for (let index = 0; index < 40; index += 1) await from.store.put(`k${index}`, sample(900, index));
    for (let index = 0; index < 6; index += 1) await from.store.put(`large${index}`, sample(20_000, index));
    let held = 0;
    let most = 0;
    to.faults.before = async ({ operation }) => {
      if (!copies.test(operation)) return;
      held += 1_000;
      most = Math.max(most, held);
      for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
      held -= 1_000;
    };
    const options = { concurrency: 20, partConcurrency: 3, memoryBytes: 10_000 };
    expect(await migrate(from.store, to.store, options)).toMatchObject({ copied: 46 });
    expect(most).toBeLessThanOrEqual(10_000 + 2_000);
    expect(most).toBeGreaterThan(5_000);
  });

  it('ends at once with the signal’s reason, and goes on from there', async () => {
    const { from, to } = open();
    await fill(from.store, 100);
    const { checkpoint } = noted();
    const aborting = new AbortController();
    const reason = new Error('enough');
    const onProgress = ({ objects }: TransferProgress) => {
      if (objects === 40) aborting.abort(reason);
    };
    await expect(
      migrate(from.store, to.store, { checkpoint, onProgress, signal: aborting.signal }),
    ).rejects.toBe(reason);
    const done = (await keysOf(to.store)).length;
    expect(done).toBeLessThan(60);
    const report = await migrate(from.store, to.store, { checkpoint });
    expect(report.copied).toBe(100 - done);
    expect((await verify(from.store, to.store, { deep: true })).isClean).toBe(true);
    const dead = AbortSignal.abort(reason);
    await expect(migrate(from.store, to.store, { signal: dead })).rejects.toBe(reason);
    await expect(verify(from.store, to.store, { signal: dead })).rejects.toBe(reason);
  });

  it('tells how far it is, how fast, and when it will be done', async () => {
    const { from, to, clock } = open();
    for (let index = 0; index < 100; index += 1) await from.store.put(`k${index}`, sample(1_000, index));
    to.faults.before = ({ operation }) =>
      operation === 'put' ? new Promise<void>((resolve) => void clock.schedule(1_000, resolve)) : undefined;
    const told: TransferProgress[] = [];
    await clock.until(
      migrate(from.store, to.store, { concurrency: 2, onProgress: (progress) => told.push(progress), clock }),
    );
    expect(told.map(({ objects }) => objects)).toEqual(
      [...told.map(({ objects }) => objects)].sort((a, b) => a - b),
    );
    const middle = told.find(({ objects }) => objects === 60);
    expect(middle).toMatchObject({ totalObjects: 100, totalBytes: 100_000, bytes: 60_000 });
    expect(middle?.bytesPerSecond).toBeGreaterThan(1_800);
    expect(middle?.bytesPerSecond).toBeLessThan(2_200);
    expect(middle?.etaMs).toBeGreaterThan(18_000);
    expect(middle?.etaMs).toBeLessThan(22_000);
    expect(told.at(-1)).toMatchObject({ objects: 100, bytes: 100_000, etaMs: 0 });
  });

  it('refuses a checkpoint of another migration, and what is none', async () => {
    const { from, to } = open();
    await fill(from.store, 3);
    const state = memoryState();
    const checkpoint = stateCheckpoint(state, 'run');
    const { states, checkpoint: other } = noted();
    await migrate(from.store, to.store, { checkpoint: other });
    await checkpoint.save({ ...(states.at(-1) as MigrationState), to: 'elsewhere' });
    await expect(migrate(from.store, to.store, { checkpoint })).rejects.toThrow(
      /is of a migration from from to elsewhere/,
    );
    for (const wrong of ['{', '[]', '{"version":2}', 'null']) {
      await state.set('run', wrong);
      await expect(migrate(from.store, to.store, { checkpoint })).rejects.toMatchObject({
        code: 'invalid_argument',
      });
    }
    await checkpoint.clear();
    expect(await migrate(from.store, to.store, { checkpoint })).toMatchObject({ skipped: 3 });
  });

  it('ends when its checkpoint cannot be written', async () => {
    const { from, to } = open();
    await fill(from.store, 100);
    const failing: Checkpoint = {
      load: async () => undefined,
      save: () => Promise.reject(outage()),
      clear: async () => {},
    };
    await expect(migrate(from.store, to.store, { checkpoint: failing })).rejects.toMatchObject({
      code: 'unavailable',
    });
  });

  it('verifies what it reads: an object that is damaged at the source does not arrive', async () => {
    const { from, to } = open();
    await fill(from.store, 30);
    const inner = driverOf(from.store, 'test');
    const get: StorageDriver['get'] = async (key, ...rest) => {
      const body = await inner.get(key, ...rest);
      if (body.bytes !== undefined && (key === 'k/005' || key === 'k/025'))
        body.bytes[0] = (body.bytes[0] ?? 0) ^ 1;
      return body;
    };
    const damaged = createObjectStore({ ...inner, get }, { name: 'from' });
    const report = await migrate(damaged, to.store);
    expect(report.failed).toMatchObject([
      { key: 'k/005', error: { code: 'internal' } },
      { key: 'k/025', error: { code: 'internal' } },
    ]);
    expect(report.copied).toBe(28);
    expect(await keysOf(to.store, 'k/005')).toEqual([]);
    expect((await to.store.sweepOrphans({ olderThanMs: 0 })).aborted).toEqual([]);
  });
});

describe('verify', () => {
  it('lists what is missing, extra and different, and why', async () => {
    const { from, to } = open();
    await fill(from.store, 12);
    await migrate(from.store, to.store);
    await to.store.delete('k/001');
    await to.store.put('k/002', 'short');
    await to.store.put('k/003', sample(300, 99), { metadata: { index: '3' }, contentType: 'text/x-3' });
    await to.store.put('k/004', sample(400, 4), {
      metadata: { index: 'x' },
      contentType: 'text/x-4',
      tags: { parity: 'even' },
    });
    await to.store.put('k/005', sample(500, 5), { metadata: { index: '5' }, contentType: 'text/x-6' });
    await to.store.put('a', 'x');
    await to.store.put('z', 'x');
    const report = await verify(from.store, to.store);
    expect(report).toMatchObject({
      isClean: false,
      compared: 11,
      missing: ['k/001'],
      extra: ['a', 'z'],
      different: [
        { key: 'k/002', why: 'size' },
        { key: 'k/003', why: 'checksum' },
        { key: 'k/004', why: 'metadata' },
        { key: 'k/005', why: 'content type' },
      ],
      failed: [],
      bytesRead: 0,
    });
    const bytes = await verify(from.store, to.store, { attributes: false });
    expect(bytes.different.map(({ key }) => key)).toEqual(['k/002', 'k/003']);
  });

  it('reads bytes only where no comparable checksums are stored, one side if that is enough', async () => {
    const { from } = open();
    const other = createObjectStore(memoryDriver(), { name: 'other', checksum: 'crc32', partBytes: 1000 });
    for (const [index, size] of [0, 10, 999, 5_000].entries())
      for (const store of [from.store, other]) await store.put(`k${index}`, sample(size, index));
    const report = await verify(from.store, other);
    expect(report).toMatchObject({ isClean: true, compared: 4, bytesRead: 6_009 });
    await other.put('k1', sample(10, 77));
    await other.put('k3', sample(5_000, 77));
    expect((await verify(from.store, other)).different).toEqual([
      { key: 'k1', why: 'checksum' },
      { key: 'k3', why: 'checksum' },
    ]);
    const bare = open((driver) => ({
      ...driver,
      head: async (...args) => ({ ...(await driver.head(...args)), checksum: undefined }),
    }));
    await bare.to.store.put('k', 'same');
    await bare.from.store.put('k', 'same');
    expect(await verify(bare.from.store, bare.to.store)).toMatchObject({ isClean: true, bytesRead: 4 });
    const nothing = createObjectStore({ ...memoryDriver(), name: 'x' }, { name: 'x' });
    expect(await verify(bare.from.store, nothing)).toMatchObject({ isClean: false, missing: ['k'] });
  });

  it('finds bytes that changed in storage when it reads deep', async () => {
    const { from, to } = open();
    await fill(from.store, 10);
    await migrate(from.store, to.store);
    const inner = driverOf(to.store, 'test');
    const get: StorageDriver['get'] = async (key, ...rest) => {
      const body = await inner.get(key, ...rest);
      if (body.bytes !== undefined && key === 'k/007') body.bytes[5] = (body.bytes[5] ?? 0) ^ 1;
      return body;
    };
    const rotten = createObjectStore({ ...inner, get }, { name: 'rotten' });
    expect((await verify(from.store, rotten)).isClean).toBe(true);
    const deep = await verify(from.store, rotten, { deep: true });
    expect(deep).toMatchObject({
      isClean: false,
      different: [{ key: 'k/007', why: 'damaged' }],
      bytesRead: 9_000,
    });
  });

  it('tells which objects could not be looked at', async () => {
    const { from, to } = open();
    await fill(from.store, 5);
    await migrate(from.store, to.store);
    to.faults.before = ({ operation, key }) => {
      if (operation === 'head' && key === 'k/002') throw outage();
    };
    const report = await verify(from.store, to.store);
    expect(report).toMatchObject({
      isClean: false,
      failed: [{ key: 'k/002', error: { code: 'unavailable' } }],
    });
    to.faults.isDown = true;
    await expect(verify(from.store, to.store)).rejects.toMatchObject({ code: 'unavailable' });
  });
});
