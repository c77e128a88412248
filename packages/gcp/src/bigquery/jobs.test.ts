import { isIntegrationError } from '@im/core';
import { describe, expect, test } from 'vitest';
import { openBench } from '../common/__tests__/bench.ts';
import { bigquery } from './bigquery.ts';
import type { Job, NewJob } from './model/jobs.ts';
import { fakeProject, sampleData, sampleFields, startFake } from './testing.ts';
import { jobError, waitForJob } from './wait-for-job.ts';

const open = () => openBench(bigquery, startFake);
const { query: sampleQuery, table } = sampleData;
const ofId = (jobId: string) => ({ projectId: fakeProject, jobId });

const load: NewJob = {
  load: { sources: ['gs://samples/orders.json'], format: 'json', destination: 'shop.refunds' },
};

describe('starting', () => {
  test('a job runs once though its first answer was lost, and is known by its key', async () => {
    await using bench = await open();
    const client = bench.client();
    bench.fake.inject({ path: /\/jobs$/, fault: { kind: 'cut', when: 'after' } });
    const job = await bench.clock.until(client.insertJob(load, { idempotencyKey: 'nightly-2030-01-01' }));
    expect(job).toMatchObject({ jobId: 'nightly-2030-01-01', state: 'unknown' });
    expect(await client.getJob(job)).toMatchObject({ state: 'done', type: 'load', affectedRows: 2 });
    const again = await client.insertJob(load, { idempotencyKey: 'nightly-2030-01-01' });
    expect(again).toMatchObject({ state: 'done', affectedRows: 2 });
    expect((await client.getTable('shop.refunds')).rowCount).toBe(2);
    const other: NewJob = { copy: { sources: [table], destination: 'shop.refunds' } };
    const error = await bench.failure(client.insertJob(other, { idempotencyKey: 'nightly-2030-01-01' }));
    expect(error).toMatchObject({ code: 'already_exists', reason: 'duplicate' });
  });

  test('a key that is no id is put in by its hash', async () => {
    await using bench = await open();
    const { jobId } = await bench.client().insertJob(load, { idempotencyKey: 'order 7: ä' });
    expect(jobId).toMatch(/^[0-9a-f]{64}$/);
  });

  test('every kind does what it says', async () => {
    await using bench = await open();
    const client = bench.client();
    const { files } = bench.fake.world();
    await client.insertJob({ copy: { sources: [table], destination: 'shop.copied' } });
    await client.insertJob({ query: { sql: sampleQuery, destination: 'shop.sums', write: 'truncate' } });
    await client.insertJob({
      extract: { source: 'shop.sums', destinations: ['gs://out/sums-*.json'], format: 'json' },
    });
    expect((await client.getTable('shop.copied')).rowCount).toBe(3);
    expect(files.get('gs://out/sums-000000000000.json')).toContain('customer 2 of tenant_a');
    const again: NewJob = {
      load: {
        sources: ['gs://out/*'],
        format: 'json',
        destination: 'shop.again',
        fields: [
          { name: 'customer', type: 'STRING' },
          { name: 'total', type: 'NUMERIC' },
        ],
      },
    };
    expect(await client.insertJob(again)).toMatchObject({ affectedRows: 2 });
    expect((await client.listJobs().toArray()).map(({ type }) => type)).toEqual([
      'load',
      'extract',
      'query',
      'copy',
      'query',
    ]);
  });

  test.each([
    ['nothing', {} as NewJob],
    ['two kinds', { ...load, query: { sql: 'SELECT 1' } } as NewJob],
    ['no source', { load: { ...load.load, sources: [] } }],
    ['a source that is elsewhere', { load: { ...load.load, sources: ['https://example.com/x'] } }],
    ['two stars', { load: { ...load.load, sources: ['gs://b/*/*'] } }],
    ['a copy of nothing', { copy: { sources: [], destination: 'shop.x' } }],
    ['an empty query', { query: { sql: ' ' } }],
    ['a destination that is none', { load: { ...load.load, destination: 'refunds' } }],
  ] as readonly (readonly [string, NewJob])[])('%s is refused before anything is sent', async (_, job) => {
    await using bench = await open();
    expect(await bench.failure(bench.client().insertJob(job))).toMatchObject({ code: 'invalid_argument' });
    expect(bench.sent()).toEqual([]);
  });
});

describe('waiting', () => {
  test('ends when the job has, having told how far it is', async () => {
    await using bench = await open();
    const { clock } = bench;
    bench.fake.world().runMs = 60_000;
    const client = bench.client();
    const seen: Job['state'][] = [];
    const started = await client.insertJob(load);
    expect(started.state).toBe('running');
    const ended = await clock.until(
      waitForJob(client, started, { clock, onProgress: ({ state }) => seen.push(state) }),
    );
    expect(ended).toMatchObject({
      state: 'done',
      affectedRows: 2,
      createdAt: '2030-01-01T00:00:00.000Z',
      endedAt: '2030-01-01T00:01:00.000Z',
    });
    expect(seen.at(-1)).toBe('done');
    expect(seen.length).toBeLessThan(15);
    expect(clock.now() - Date.parse('2030-01-01')).toBeLessThan(90_000);
  });

  test('a job that failed throws what its reason means', async () => {
    await using bench = await open();
    const { clock } = bench;
    const client = bench.client();
    const failing: NewJob = { load: { ...load.load, sources: ['gs://samples/nothing.json'] } };
    const job = await client.insertJob(failing);
    expect(job.error).toMatchObject({ reason: 'notFound' });
    const error = await clock.until(bench.failure(waitForJob(client, job, { clock })));
    expect(error).toMatchObject({
      code: 'not_found',
      reason: 'notFound',
      message: expect.stringMatching(
        /the load job .* failed: Not found: URI gs:\/\/samples\/nothing\.json; check its name/,
      ),
    });
  });

  test.each([
    ['invalidQuery', 'invalid_argument'],
    ['accessDenied', 'permission_denied'],
    ['resourcesExceeded', 'resource_exhausted'],
    ['stopped', 'cancelled'],
    ['rateLimitExceeded', 'resource_exhausted'],
    ['somethingNew', 'unknown'],
  ])('a job that failed by %s throws %s', (reason, code) => {
    const error = jobError({
      ...ofId('j'),
      state: 'done',
      type: 'query',
      problems: [],
      error: { reason, message: 'no' },
    });
    expect(isIntegrationError(error) && [error.code, error.reason]).toEqual([code, reason]);
  });

  test('an outage meanwhile does not end the wait', async () => {
    await using bench = await open();
    const { clock } = bench;
    bench.fake.world().runMs = 10_000;
    const client = bench.client();
    const job = await client.insertJob(load);
    bench.fake.inject({ path: /\/jobs\/./, times: 12, fault: { kind: 'status', status: 503 } });
    expect(await clock.until(waitForJob(client, job, { clock }))).toMatchObject({ state: 'done' });
  });

  test('ends after its own time, and at once on an abort', async () => {
    await using bench = await open();
    const { clock } = bench;
    bench.fake.world().runMs = Number.POSITIVE_INFINITY;
    const client = bench.client();
    const job = await client.insertJob(load);
    const before = clock.now();
    const late = await clock.until(bench.failure(waitForJob(client, job, { clock, timeoutMs: 20_000 })));
    expect(late).toMatchObject({ code: 'deadline_exceeded' });
    expect(clock.now() - before).toBe(20_000);
    const abort = new AbortController();
    const waiting = bench.failure(waitForJob(client, job, { clock, signal: abort.signal }));
    await clock.advance(1_000);
    const reason = new Error('never mind');
    abort.abort(reason);
    expect(await waiting).toBe(reason);
  });

  test('a job that is cancelled ends as cancelled', async () => {
    await using bench = await open();
    const { clock } = bench;
    bench.fake.world().runMs = 60_000;
    const client = bench.client();
    const job = await client.insertJob(load);
    expect(await client.cancelJob(job)).toMatchObject({ state: 'done', error: { reason: 'stopped' } });
    expect(await bench.failure(waitForJob(client, job, { clock }))).toMatchObject({ code: 'cancelled' });
    await clock.advance(120_000);
    expect((await client.getTable('shop.refunds')).rowCount).toBe(0);
  });

  test('a job is found in its location only', async () => {
    await using bench = await open();
    const client = bench.client();
    const job = await client.insertJob({ load: { ...load.load, location: 'europe-west3' } });
    expect(job.location).toBe('europe-west3');
    expect(await client.getJob(job)).toMatchObject({ state: 'done' });
    expect(await bench.failure(client.getJob({ ...job, location: 'US' }))).toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('the option `location`'),
    });
    expect(await bench.failure(client.getJob(ofId('a/b')))).toMatchObject({ code: 'invalid_argument' });
  });
});

describe('loading', () => {
  const into = async (load: object, content: string) => {
    const bench = await open();
    bench.fake.world().files.set('gs://b/x.json', content);
    const job: NewJob = {
      load: { sources: ['gs://b/x.json'], format: 'json', destination: 'shop.refunds', ...load },
    };
    return { bench, job: await bench.client().insertJob(job) };
  };

  test.each([
    ['a line that is no JSON', {}, '{"id": 1}\n{', 'invalid'],
    ['a row that does not fit', {}, '{"id": "x"}', 'invalid'],
    [
      'a table that is not there and may not be made',
      { destination: 'shop.none', create: false, fields: sampleFields },
      '{"id": 1}',
      'notFound',
    ],
    [
      'a table that is not empty',
      { destination: 'shop.orders', write: 'if-empty' },
      '{"id": 1}',
      'duplicate',
    ],
    ['no columns', { destination: 'shop.none' }, '{"id": 1}', 'invalid'],
    ['a format that the fake does not know', { format: 'csv' }, '1', 'notImplemented'],
  ])('%s makes the job fail', async (_, load, content, reason) => {
    const { bench, job } = await into(load, content);
    await using __ = bench;
    expect(job).toMatchObject({ state: 'done', error: { reason } });
  });

  test('bad rows are left out where that is allowed, and truncation replaces what was there', async () => {
    const { bench, job } = await into(
      { destination: 'shop.orders', write: 'truncate', maxBadRecords: 1, ignoreUnknownValues: true },
      '{"id": 7, "unknown": 1}\n{"id": "x"}\n',
    );
    await using _ = bench;
    expect(job).toMatchObject({ affectedRows: 1, error: undefined });
    const rows = await bench.client().listRows(table, sampleFields).toArray();
    expect(rows.map(({ id }) => id)).toEqual([7n]);
  });
});
