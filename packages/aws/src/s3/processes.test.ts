/** Uploads that outlive their process, and memory that does not grow. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { connect, stream } from './__tests__/connect.ts';
import { startSink } from './__tests__/sink.ts';
import { startFake } from './testing.ts';

const mebibyte = 1024 ** 2;

function startChild(name: string, ...args: readonly string[]): ChildProcess {
  const file = fileURLToPath(new URL(`./__fixtures__/${name}.ts`, import.meta.url));
  return spawn(process.execPath, ['--conditions=@im/source', file, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

/** The first line that satisfies `isEnough`. */
async function lineOf({ stdout }: ChildProcess, isEnough: (line: string) => boolean): Promise<string> {
  if (stdout !== null)
    for await (const line of createInterface({ input: stdout })) if (isEnough(line)) return line;
  throw new Error('the process ended without saying it');
}

/** A whole one takes some gigabytes of memory for the fake that holds it, which not every machine has. */
const killedMebibytes = process.env.CI === 'true' ? 1024 : 256;
const partMebibytes = 8;

it(`an upload of ${killedMebibytes} MiB whose process is killed in the middle is resumed by another, which sends only the missing parts`, {
  timeout: 240_000,
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
    const child = startChild('upload-child', JSON.stringify(options), file, String(size));
    await lineOf(child, (line) => Number(line) >= parts / 2 - 2);
    child.kill('SIGKILL');
    await once(child, 'exit');
    const arrived = [...bucket.uploads.values()][0]?.parts.size ?? 0;
    expect(arrived).toBeGreaterThanOrEqual(parts / 2 - 2);
    expect(arrived).toBeLessThan(parts);
    expect(bucket.isEmpty).toBe(true);

    const state = await readFile(file, 'utf8');
    for (const secret of [fake.account().secretAccessKey, fake.account().accessKeyId])
      expect(state).not.toContain(secret);
    await using to = connect({ options });
    fake.keepLatest(1_000);
    const upload = await to.store.resumeUpload(JSON.parse(state));
    const report = await upload.send(stream(size));
    await upload.complete();

    expect(report).toEqual({ sentParts: parts - arrived, keptParts: arrived, bytes: size });
    const sent = fake.exchanges.filter(({ method }) => method === 'PUT');
    expect(sent).toHaveLength(parts - arrived);
    const bytes = sent.reduce((sum, { requestBody }) => sum + requestBody.byteLength, 0);
    expect(bytes).toBe((parts - arrived) * partMebibytes * mebibyte);
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

it('a stream of 1 GiB up and down takes at most 100 MiB more than the process at rest', {
  timeout: 120_000,
}, async () => {
  const size = 1024 * mebibyte;
  await using sink = await startSink(size);
  const options = {
    endpoint: sink.url,
    region: 'us-east-1',
    bucket: 'large',
    credentials: { accessKeyId: 'AKIASINK', secretAccessKey: 'sink' },
  };
  const child = startChild('memory-child', JSON.stringify(options), String(size));
  const line = await lineOf(child, () => true);
  const [up = Number.NaN, down = Number.NaN] = line.split(' ').map(Number);
  expect(up).toBeLessThanOrEqual(100);
  expect(down).toBeLessThanOrEqual(100);
});
