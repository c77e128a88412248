/** Uploads that outlive their process, and memory that does not grow. */
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWorker, uploadInSpiteOfKills, type Worker } from '@im/testing';
import { expect, it } from 'vitest';
import { connect, stream } from './__tests__/connect.ts';
import { killed } from './__tests__/killed.ts';
import { startSink } from './__tests__/sink.ts';
import { startFake } from './testing.ts';

const mebibyte = 1024 ** 2;
const isCi = process.env.CI === 'true';
const cuts = isCi ? 50 : 20;

const child = (name: string) => new URL(`./__fixtures__/${name}.ts`, import.meta.url);

/** The first line that satisfies `isEnough`. */
async function lineOf({ lines }: Worker, isEnough: (line: string) => boolean): Promise<string> {
  for await (const line of lines) if (isEnough(line)) return line;
  throw new Error('the process ended without saying it');
}

it(`${killed.bytes / mebibyte} MiB in parts, ${cuts} cuts, ${killed.kills} kills: the old object or the whole new one is visible, and no orphan stays`, {
  timeout: 600_000,
}, async () => {
  await using fake = await startFake();
  const bucket = fake.createBucket('films');
  const options = { ...fake.options(), bucket: 'films' };
  // Every part is cut once or twice: before it arrives, or before its answer comes.
  for (const when of ['before', 'after'] as const)
    fake.inject({ fault: { kind: 'cut', when }, method: 'PUT', path: /film/, every: 2, times: cuts / 2 });
  await using to = connect({ options });
  await uploadInSpiteOfKills(to.store, child('killed-child'), [JSON.stringify(options)], killed);
  expect(fake.exchanges.filter(({ fault }) => fault === 'cut')).toHaveLength(cuts);
  expect(bucket.uploads.size).toBe(0);
});

/** A whole one takes some gigabytes of memory for the fake that holds it, which not every machine has. */
const killedMebibytes = isCi ? 1024 : 64;
const partMebibytes = 8;

it(`an upload of ${killedMebibytes} MiB whose process is killed in the middle is resumed by another, which sends only the missing parts`, {
  timeout: 600_000,
}, async () => {
  const size = killedMebibytes * mebibyte;
  const parts = killedMebibytes / partMebibytes;
  await using fake = await startFake();
  fake.keepLatest(0);
  const bucket = fake.createBucket('films');
  const options = { ...fake.options(), bucket: 'films' };
  const folder = await mkdtemp(join(tmpdir(), 'im-s3-'));
  try {
    const file = join(folder, 'state.json');
    await using worker = startWorker(child('upload-child'), [JSON.stringify(options), file, String(size)]);
    await lineOf(worker, (line) => Number(line) >= parts / 2 - 2);
    worker.kill();
    await worker.ended;
    // What was under way when the process ended may arrive after this; nothing that is here is sent again.
    const arrived = new Set([...bucket.uploads.values()][0]?.parts.keys());
    expect(arrived.size).toBeGreaterThanOrEqual(parts / 2 - 2);
    expect(arrived.size).toBeLessThan(parts);
    expect(bucket.isEmpty).toBe(true);

    const state = await readFile(file, 'utf8');
    for (const secret of [fake.account().secretAccessKey, fake.account().accessKeyId])
      expect(state).not.toContain(secret);
    await using to = connect({ options });
    fake.keepLatest(1_000);
    const upload = await to.store.resumeUpload(JSON.parse(state));
    const report = await upload.send(stream(size));
    await upload.complete();

    expect(report).toEqual({ sentParts: parts - report.keptParts, keptParts: report.keptParts, bytes: size });
    expect(report.keptParts).toBeGreaterThanOrEqual(arrived.size);
    const sent = fake.exchanges.filter(({ method }) => method === 'PUT');
    expect(sent).toHaveLength(report.sentParts);
    const partOf = ({ target }: { target: string }) =>
      Number(new URL(target, fake.url).searchParams.get('partNumber'));
    expect(sent.map(partOf).filter((part) => arrived.has(part))).toEqual([]);
    const bytes = sent.reduce((sum, { requestBody }) => sum + requestBody.byteLength, 0);
    expect(bytes).toBe(report.sentParts * partMebibytes * mebibyte);
    fake.keepLatest(0);
    expect(await digestOf((await to.store.get('film')).stream())).toBe(await digestOf(stream(size)));
    expect(bucket.uploads.size).toBe(0);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

async function digestOf(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of bytes) hash.update(piece);
  return hash.digest('hex');
}

/** Far more than it may take. */
const streamedMebibytes = isCi ? 1024 : 256;

it(`a stream of ${streamedMebibytes} MiB up and down keeps at most 100 MiB more than the process at rest`, {
  timeout: 600_000,
}, async () => {
  const size = streamedMebibytes * mebibyte;
  await using sink = await startSink(size);
  const options = {
    endpoint: sink.url,
    region: 'us-east-1',
    bucket: 'large',
    credentials: { accessKeyId: 'AKIASINK', secretAccessKey: 'sink' },
  };
  await using worker = startWorker(child('memory-child'), [JSON.stringify(options), String(size)]);
  const line = await lineOf(worker, () => true);
  const [up = Number.NaN, down = Number.NaN] = line.split(' ').map(Number);
  expect(up).toBeLessThanOrEqual(100);
  expect(down).toBeLessThanOrEqual(100);
});
