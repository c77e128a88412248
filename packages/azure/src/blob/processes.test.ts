/** Processes that are killed in the middle of an upload, and how much memory one takes. */
import { type Exchange, startWorker } from '@im/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { concurrency, killed, partBytes, upload, worker } from './__tests__/killed-upload.ts';
import { startSink } from './__tests__/sink.ts';
import { type BlobFake, startFake } from './testing.ts';

const mebibyte = 1024 * 1024;
const cuts = 50;
/** Far more than it may take. */
const streamedMebibytes = process.env.CI === 'true' ? 512 : 256;

describe('processes that upload', { timeout: 600_000 }, () => {
  let fake: BlobFake;
  beforeEach(async () => {
    fake = await startFake();
  });
  afterEach(() => fake[Symbol.asyncDispose]());

  it(`${killed.mebibytes} MiB in parts, ${cuts} cuts, ${killed.kills} kills: the old blob or the whole new one is visible, and no orphan stays`, async () => {
    for (const when of ['before', 'after'] as const) {
      const fault = { kind: 'cut', when } as const;
      fake.inject({ fault, method: 'PUT', path: /\.im~\/d\//, every: 2, times: cuts / 2 });
    }
    await upload(fake.options(undefined, 'account-key'));
    expect(fake.exchanges.filter(({ fault }) => fault === 'cut')).toHaveLength(cuts);
    const parts = (killed.mebibytes * mebibyte) / partBytes;
    const isPart = ({ method, target }: Exchange) => method === 'PUT' && target.includes('comp=block&');
    const staged = fake.exchanges.filter((each) => isPart(each) && each.status === 201).length;
    // What was under way when a process was killed may come again; so may a part whose answer was cut.
    expect(staged).toBeLessThanOrEqual(parts + killed.kills * concurrency + cuts / 2);
  });

  it(`${streamedMebibytes} MiB keep at most 64 MiB more than an idle process, up and down`, async () => {
    await using sink = await startSink();
    const options = JSON.stringify({ ...fake.options(undefined, 'account-key'), endpoint: sink.url });
    const size = streamedMebibytes * mebibyte;
    await using streaming = startWorker(worker, ['stream', options, String(size)]);
    const said: number[] = [];
    for await (const line of streaming.lines) said.push(Number(line));
    expect(await streaming.ended).toBe(0);
    expect(sink.received).toBe(size);
    const [up = Number.NaN, down = Number.NaN, got] = said;
    expect(got).toBe(size);
    expect(up).toBeLessThanOrEqual(64);
    expect(down).toBeLessThanOrEqual(64);
  });
});
