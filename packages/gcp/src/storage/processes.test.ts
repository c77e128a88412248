/** The driver between processes: killed ones, and how much memory one takes. */
import { createIntegration } from '@im/core';
import { createObjectStore } from '@im/storage';
import { startWorker, uploadInSpiteOfKills } from '@im/testing';
import { describe, expect, it } from 'vitest';
import { gcsDriver } from './driver/gcs-driver.ts';
import { storage } from './storage.ts';
import { startFake } from './testing.ts';

const worker = new URL('./__fixtures__/worker.ts', import.meta.url);
const mebibyte = 1024 * 1024;
const isCi = process.env.CI === 'true';
/** Less where somebody waits for it. */
const [mebibytes, kills] = isCi ? [200, 10] : [64, 2];
const cuts = 50;

describe('the driver of Cloud Storage between processes', { timeout: 600_000 }, () => {
  it(`uploads ${mebibytes} MiB in parts in spite of ${cuts} cuts and ${kills} kills: the old object or the whole new one is visible, and no orphan stays`, async () => {
    await using fake = await startFake({ versioning: false });
    // The first one is the old object, whose put is not repeated.
    for (const when of ['before', 'after'] as const)
      fake.inject({ fault: { kind: 'cut', when }, path: /^\/upload\//, after: 1, every: 2, times: cuts / 2 });
    await using client = createIntegration(storage, { options: fake.options() });
    const store = createObjectStore(gcsDriver(client));
    const words = ['upload', JSON.stringify(fake.options())];
    const plan = { bytes: mebibytes * mebibyte, partBytes: mebibyte, concurrency: 4, kills };
    await uploadInSpiteOfKills(store, worker, words, plan);
    expect(fake.exchanges.filter(({ fault }) => fault === 'cut')).toHaveLength(cuts);
    expect(fake.names()).toEqual(['film']);
    const arrived = fake.exchanges.filter(
      ({ target, status }) => target.startsWith('/upload/') && status === 200,
    );
    // What was under way when a process was killed may come again; so may a part whose answer was cut.
    expect(arrived.length).toBeLessThanOrEqual(mebibytes + 1 + kills * plan.concurrency + cuts / 2);
  });

  it('streams 160 MiB up and down and keeps less than 100 MiB more than it had', async () => {
    await using fake = await startFake({ record: false });
    fake.keepLatest(10);
    await using streaming = startWorker(worker, ['stream', JSON.stringify(fake.options()), '160']);
    const said: string[] = [];
    for await (const line of streaming.lines) said.push(line);
    expect(await streaming.ended).toBe(0);
    expect(Number(said[0])).toBeLessThan(100);
  });
});
