import { describeIntegration } from '@im/testing/vitest';
import { describe, expect, test } from 'vitest';
import { openBench } from '../common/__tests__/bench.ts';
import { bigquery } from './bigquery.ts';
import { parameter } from './parameters.ts';
import { queryRows } from './query-rows.ts';
import { fakeProject, harness, sampleData, sampleFields, startFake } from './testing.ts';

describeIntegration(bigquery, harness);

const open = () => openBench(bigquery, startFake);
const { table, query: sampleQuery } = sampleData;
type Bench = Awaited<ReturnType<typeof open>>;
type Client = ReturnType<Bench['client']>;

const bodiesOf = (bench: Bench, end: string) =>
  bench.fake.exchanges
    .filter(({ target, requestBody }) => target.split('?')[0]?.endsWith(end) && requestBody.byteLength > 0)
    .map(({ requestBody }) => JSON.parse(new TextDecoder().decode(requestBody)) as Record<string, unknown>);

describe('queries', () => {
  test('rows come typed, with what they cost', async () => {
    await using bench = await open();
    const answer = await bench.client().query(sampleQuery);
    expect(answer).toMatchObject({
      isComplete: true,
      rows: [
        { customer: 'customer 1 of tenant_a', total: '1.50' },
        { customer: 'customer 2 of tenant_a', total: '2.50' },
      ],
      totalRows: 2,
      bytesProcessed: 2_048,
      cursor: undefined,
      fields: [
        { name: 'customer', type: 'STRING', mode: 'nullable' },
        { name: 'total', type: 'NUMERIC', mode: 'nullable' },
      ],
    });
    expect(answer.job?.jobId).toMatch(/^job_/);
  });

  test('a text that BigQuery cannot read is refused in its words', async () => {
    await using bench = await open();
    expect(await bench.failure(bench.client().query('SELEKT 1'))).toMatchObject({
      code: 'invalid_argument',
      reason: 'invalidQuery',
      message: expect.stringMatching(/Syntax error.*mend the query/),
    });
  });

  test('a table that is not there is not found, by name', async () => {
    await using bench = await open();
    expect(await bench.failure(bench.client().query('SELECT * FROM shop.nothing'))).toMatchObject({
      code: 'not_found',
      message: expect.stringContaining('shop.nothing'),
    });
  });

  test('a dry run tells what a query would read, and runs nothing', async () => {
    await using bench = await open();
    const client = bench.client();
    const before = bench.fake.world().jobs.size;
    expect(await client.dryRunQuery(sampleQuery)).toEqual({
      bytesProcessed: 2_048,
      fields: [
        { name: 'customer', type: 'STRING', mode: 'nullable' },
        { name: 'total', type: 'NUMERIC', mode: 'nullable' },
      ],
    });
    expect(await bench.failure(client.dryRunQuery('SELEKT'))).toMatchObject({ reason: 'invalidQuery' });
    expect(bench.fake.world().jobs.size).toBe(before);
  });

  test('a query that would be billed for more than it may fails without running', async () => {
    await using bench = await open();
    const error = await bench.failure(bench.client().query(sampleQuery, { maximumBytesBilled: 2_047 }));
    expect(error).toMatchObject({
      code: 'failed_precondition',
      reason: 'bytesBilledLimitExceeded',
      message: expect.stringContaining('raise maximumBytesBilled'),
    });
  });

  test('a statement runs once though its answer was lost, by key', async () => {
    await using bench = await open();
    let runs = 0;
    const apply = () => {
      runs += 1;
    };
    const answer = { affectedRows: 3, apply };
    bench.fake.world().answer('DELETE FROM shop.orders WHERE TRUE', answer);
    bench.fake.inject({ path: /\/queries$/, fault: { kind: 'cut', when: 'after' } });
    const client = bench.client();
    const work = client.query('DELETE FROM shop.orders WHERE TRUE', undefined, { idempotencyKey: 'order 7' });
    expect((await bench.clock.until(work)).affectedRows).toBe(3);
    expect(runs).toBe(1);
    const [one, other] = bodiesOf(bench, '/queries');
    expect(one).toEqual(other);
  });

  test('a key of up to 36 characters is sent as it is, a longer one by its hash', async () => {
    await using bench = await open();
    const client = bench.client();
    const uuid = '123e4567-e89b-42d3-a456-426614174000';
    await client.query(sampleQuery, undefined, { idempotencyKey: uuid });
    await client.query(sampleQuery, undefined, { idempotencyKey: `${uuid}0` });
    const [one, other] = bodiesOf(bench, '/queries').map(({ requestId }) => String(requestId));
    expect(one).toBe(uuid);
    expect(other).toMatch(/^[0-9a-f]{36}$/);
    expect(bench.fake.exchanges[0]?.requestHeaders).not.toHaveProperty('idempotency-key');
  });

  test('the options say which dataset, where, and what integers are', async () => {
    await using bench = await open();
    bench.fake.world().answer('SELECT 1', {
      fields: [{ name: 'f0_', type: 'INT64' }],
      rows: [{ f0_: '9007199254740993' }],
    });
    const client = bench.client({ options: { dataset: 'shop', location: 'EU', integers: 'number' } });
    expect((await client.query('SELECT 1', { integers: 'bigint' })).rows).toEqual([
      { f0_: 9007199254740993n },
    ]);
    expect(await bench.failure(client.query('SELECT 1'))).toMatchObject({
      code: 'failed_precondition',
      message: expect.stringMatching(/f0_ is beyond 2\^53.*integers: 'bigint'/),
    });
    expect((await client.query('SELECT * FROM orders LIMIT 1')).rows[0]).toMatchObject({ id: 1 });
    expect(bodiesOf(bench, '/queries')[0]).toMatchObject({
      useLegacySql: false,
      location: 'EU',
      defaultDataset: { projectId: fakeProject, datasetId: 'shop' },
    });
  });

  test.each([
    ['an empty text', '  ', {}],
    ['a limit of no bytes', 'SELECT 1', { maximumBytesBilled: 0 }],
    ['a wait of hours', 'SELECT 1', { waitMs: 3_600_000 }],
    ['a null without a type', 'SELECT @a', { parameters: { a: null } }],
    ['an empty list', 'SELECT @a', { parameters: { a: [] } }],
    ['a list of several types', 'SELECT @a', { parameters: { a: [1, 'x'] } }],
    ['a list of lists', 'SELECT @a', { parameters: { a: [[1], [2]] } }],
    ['a function', 'SELECT @a', { parameters: { a: () => 1 } }],
    ['a name that is none', 'SELECT @a', { parameters: { 'a b': 1 } }],
    ['a Date that is none', 'SELECT ?', { parameters: [new Date('x')] }],
    ['a type that is none', 'SELECT ?', { parameters: [parameter('STRUCT<a INT64>', {})] }],
    ['a dataset that is none', 'SELECT 1', { dataset: 'a-b' }],
  ])('%s is refused before anything is sent', async (_, sql, options) => {
    await using bench = await open();
    expect(await bench.failure(bench.client().query(sql, options))).toMatchObject({
      code: 'invalid_argument',
      effect: 'none',
    });
    expect(bench.sent()).toEqual([]);
  });
});

describe('parameters', () => {
  const sent = async (parameters: Readonly<Record<string, unknown>> | readonly unknown[]) => {
    await using bench = await open();
    bench.fake.world().answer('Q', {});
    await bench.client().query('Q', { parameters });
    const [body] = bodiesOf(bench, '/queries');
    return body as { parameterMode: string; queryParameters: readonly Record<string, unknown>[] };
  };

  test.each([
    ['text', 'x', { type: 'STRING' }, { value: 'x' }],
    ['a whole number', 7, { type: 'INT64' }, { value: '7' }],
    ['a fraction', 0.5, { type: 'FLOAT64' }, { value: '0.5' }],
    ['a number beyond 2^53', 1e300, { type: 'FLOAT64' }, { value: '1e+300' }],
    ['a bigint', 9007199254740993n, { type: 'INT64' }, { value: '9007199254740993' }],
    ['a boolean', false, { type: 'BOOL' }, { value: 'false' }],
    ['bytes', Uint8Array.of(255), { type: 'BYTES' }, { value: '/w==' }],
    ['a Date', new Date(0), { type: 'TIMESTAMP' }, { value: '1970-01-01T00:00:00.000Z' }],
    ['a named type', parameter('numeric', '1.10'), { type: 'NUMERIC' }, { value: '1.10' }],
    ['a null of a type', parameter('DATE', null), { type: 'DATE' }, {}],
    [
      'a list',
      ['a', 'b'],
      { type: 'ARRAY', arrayType: { type: 'STRING' } },
      { arrayValues: [{ value: 'a' }, { value: 'b' }] },
    ],
    [
      'numbers of both kinds',
      [1, 0.5],
      { type: 'ARRAY', arrayType: { type: 'FLOAT64' } },
      { arrayValues: [{ value: '1' }, { value: '0.5' }] },
    ],
    [
      'an empty list of a type',
      parameter('ARRAY<INT64>', []),
      { type: 'ARRAY', arrayType: { type: 'INT64' } },
      { arrayValues: [] },
    ],
    [
      'a record',
      { a: 1, b: { c: 'x' }, left: undefined },
      {
        type: 'STRUCT',
        structTypes: [
          { name: 'a', type: { type: 'INT64' } },
          { name: 'b', type: { type: 'STRUCT', structTypes: [{ name: 'c', type: { type: 'STRING' } }] } },
        ],
      },
      { structValues: { a: { value: '1' }, b: { structValues: { c: { value: 'x' } } } } },
    ],
  ] as const)('%s has its type from its value', async (_, given, parameterType, parameterValue) => {
    expect(await sent({ p: given })).toMatchObject({
      parameterMode: 'NAMED',
      queryParameters: [{ name: 'p', parameterType, parameterValue }],
    });
  });

  test('in order they have no names', async () => {
    expect(await sent([1, 'x'])).toMatchObject({
      parameterMode: 'POSITIONAL',
      queryParameters: [{ parameterType: { type: 'INT64' } }, { parameterType: { type: 'STRING' } }],
    });
  });

  test('an answer may depend on them', async () => {
    await using bench = await open();
    bench.fake.world().answer('SELECT @n * 2 AS twice', ({ n }) => ({
      fields: [{ name: 'twice', type: 'INT64' }],
      rows: [{ twice: Number(n) * 2 }],
    }));
    expect((await bench.client().query('SELECT @n * 2 AS twice', { parameters: { n: 21 } })).rows).toEqual([
      { twice: 42n },
    ]);
  });
});

describe('results in pages', () => {
  const many = (bench: Bench, rows: number) =>
    bench.fake.world().answer('MANY', {
      fields: [{ name: 'n', type: 'INT64' }],
      rows: Array.from({ length: rows }, (_, n) => ({ n })),
    });

  test('the first rows come with the answer, the rest by its cursor', async () => {
    await using bench = await open();
    many(bench, 25);
    const client = bench.client();
    const { rows, job, cursor, totalRows } = await client.query('MANY', { maxRows: 10 });
    expect([rows.length, totalRows]).toEqual([10, 25]);
    const rest = await client
      .listQueryResults(job ?? { jobId: '', projectId: '' }, undefined, { cursor, pageSize: 10 })
      .toArray();
    expect([...rows, ...rest].map(({ n }) => n)).toEqual(Array.from({ length: 25 }, (_, n) => BigInt(n)));
  });

  test('queryRows gives all of them, whether the query is quick or slow', async () => {
    await using bench = await open();
    const { clock } = bench;
    many(bench, 25);
    const client = bench.client();
    for (const runMs of [0, 90_000]) {
      bench.fake.world().runMs = runMs;
      const rows: unknown[] = [];
      const reading = (async () => {
        for await (const { n } of queryRows(client, 'MANY', { pageSize: 10, clock })) rows.push(n);
      })();
      await clock.until(reading);
      expect(rows).toEqual(Array.from({ length: 25 }, (_, n) => BigInt(n)));
    }
  });

  test('a query that has not ended says so, and its results are waited for within the call', async () => {
    await using bench = await open();
    many(bench, 2);
    bench.fake.world().runMs = 5_000;
    const client = bench.client();
    const answer = await client.query('MANY', { waitMs: 0 });
    expect(answer).toMatchObject({ isComplete: false, rows: [] });
    const rows = client.listQueryResults(answer.job ?? { jobId: '', projectId: '' }).toArray();
    expect(await bench.clock.until(rows)).toHaveLength(2);
    expect(bench.sent().filter((line) => line.includes('/queries/')).length).toBeLessThan(8);
  });

  test('a query that fails while it runs fails when its results are read', async () => {
    await using bench = await open();
    bench.fake
      .world()
      .answer('DIVIDE', { error: { reason: 'invalidQuery', message: 'division by zero: 1 / 0' } });
    bench.fake.world().runMs = 1_000;
    const reading = queryRows(bench.client(), 'DIVIDE', { clock: bench.clock }).next();
    expect(await bench.clock.until(bench.failure(reading))).toMatchObject({
      code: 'invalid_argument',
      reason: 'invalidQuery',
      message: expect.stringContaining('division by zero'),
    });
  });
});

describe('rows of a table', () => {
  test('come typed by the columns of the table', async () => {
    await using bench = await open();
    const client = bench.client();
    const { fields, rowCount } = await client.getTable(table);
    expect([fields, rowCount]).toEqual([
      sampleFields.map((field) => ({
        mode: 'nullable',
        ...field,
        ...(field.fields && { fields: field.fields.map((one) => ({ mode: 'nullable', ...one })) }),
      })),
      3,
    ]);
    const [first] = await client.listRows(table, fields, { integers: 'number' }).toArray();
    expect(first).toEqual({
      id: 1,
      customer: 'customer 1 of tenant_a',
      total: '1.50',
      placed_at: '2029-12-31T12:00:00.000001Z',
      lines: [{ sku: 'sku-1', count: 1 }],
    });
  });

  test('columns that do not fit are told, not guessed at', async () => {
    await using bench = await open();
    const work = bench
      .client()
      .listRows(table, [{ name: 'id', type: 'INT64' }])
      .toArray();
    expect(await bench.failure(work)).toMatchObject({
      code: 'internal',
      message: expect.stringContaining('a row has 5 values for 1 columns'),
    });
  });

  test('of a view there are none', async () => {
    await using bench = await open();
    const client = bench.client();
    await client.createTable('shop.latest', { view: 'SELECT * FROM shop.orders' });
    expect(await client.getTable('shop.latest')).toMatchObject({
      type: 'VIEW',
      view: 'SELECT * FROM shop.orders',
    });
    expect(await bench.failure(client.listRows('shop.latest', []).toArray())).toMatchObject({
      code: 'invalid_argument',
    });
  });
});

describe('rows that are streamed in', () => {
  test('are there at once, whatever their types', async () => {
    await using bench = await open();
    const client = bench.client();
    const fields = [
      { name: 'big', type: 'INT64' },
      { name: 'bytes', type: 'BYTES' },
      { name: 'at', type: 'TIMESTAMP' },
      { name: 'ratio', type: 'FLOAT64' },
      { name: 'flag', type: 'BOOL' },
      { name: 'extra', type: 'JSON' },
    ] as const;
    await client.createTable('shop.typed', { fields });
    const values = {
      big: 9007199254740993n,
      bytes: Buffer.from([0, 255]),
      at: new Date('2030-01-01T00:00:00.123Z'),
      ratio: Number.NaN,
      flag: true,
      extra: { a: [1, null] },
    };
    expect(await client.insertRows('shop.typed', [{ values }, { values: {} }])).toEqual({ failures: [] });
    expect(await client.listRows('shop.typed', fields).toArray()).toEqual([
      { ...values, bytes: Uint8Array.of(0, 255), at: '2030-01-01T00:00:00.123000Z' },
      { big: null, bytes: null, at: null, ratio: null, flag: null, extra: null },
    ]);
  });

  test('are not there twice though the answer was lost', async () => {
    await using bench = await open();
    const client = bench.client();
    bench.fake.inject({ path: /insertAll$/, fault: { kind: 'cut', when: 'after' } });
    await bench.clock.until(client.insertRows(table, [{ values: { id: 8 } }, { values: { id: 9 } }]));
    expect((await client.getTable(table)).rowCount).toBe(5);
    await client.insertRows(table, [{ values: { id: 7 }, insertId: 'mine' }]);
    await client.insertRows(table, [{ values: { id: 7 }, insertId: 'mine' }]);
    expect((await client.getTable(table)).rowCount).toBe(6);
  });

  test('one that is bad is told by its place, and none is taken', async () => {
    await using bench = await open();
    const client = bench.client();
    const rows = [{ values: { id: 8 } }, { values: { id: 'x', nothing: 1 } }, { values: {} }];
    const { failures } = await client.insertRows(table, rows);
    expect(
      failures.map(({ index, problems }) => [
        index,
        problems.map(({ reason, location }) => `${reason} ${location ?? ''}`),
      ]),
    ).toEqual([
      [0, ['stopped ']],
      [1, ['invalid nothing', 'invalid id']],
      [2, ['invalid id']],
    ]);
    expect((await client.getTable(table)).rowCount).toBe(3);
    const some = await client.insertRows(table, rows, { skipInvalidRows: true, ignoreUnknownValues: true });
    expect(some.failures.map(({ index }) => index)).toEqual([1, 2]);
    expect((await client.getTable(table)).rowCount).toBe(4);
  });

  test.each([
    ['none', []],
    ['50,001', Array.from({ length: 50_001 }, () => ({ values: {} }))],
    ['more than 10 MB', [{ values: { customer: 'x'.repeat(10_000_000) } }]],
    ['one with an empty id', [{ values: {}, insertId: '' }]],
    ['one with a long id', [{ values: {}, insertId: 'x'.repeat(129) }]],
  ])('%s are refused before anything is sent', async (_, rows) => {
    await using bench = await open();
    expect(await bench.failure(bench.client().insertRows(table, rows))).toMatchObject({
      code: 'invalid_argument',
    });
    expect(bench.sent()).toEqual([]);
  });
});

describe('tables and datasets', () => {
  const change = (client: Client, etag?: string) =>
    client.updateTable(table, { description: 'x', labels: { a: '1' } }, { etag });

  test('are made, changed and deleted as they were described', async () => {
    await using bench = await open();
    const client = bench.client();
    await client.createDataset('fresh', {
      location: 'EU',
      labels: { a: '1' },
      tablesExpireAfterMs: 3_600_000,
    });
    const made = await client.createTable('fresh.t', {
      fields: sampleFields,
      partitioning: { by: 'month', field: 'placed_at', expiresAfterMs: 86_400_000 },
      clustering: ['customer'],
      expiresAt: '2030-06-01T00:00:00Z',
    });
    expect(made).toMatchObject({
      name: `${fakeProject}.fresh.t`,
      type: 'TABLE',
      partitioning: { by: 'month', field: 'placed_at', expiresAfterMs: 86_400_000 },
      clustering: ['customer'],
      expiresAt: '2030-06-01T00:00:00.000Z',
      createdAt: '2030-01-01T00:00:00.000Z',
    });
    expect(await client.updateTable('fresh.t', { expiresAt: null, labels: { b: '2' } })).toMatchObject({
      expiresAt: undefined,
      labels: { b: '2' },
    });
    const wider = [...sampleFields, { name: 'note', type: 'STRING' }];
    expect((await client.updateTable('fresh.t', { fields: wider })).fields).toHaveLength(6);
    expect(
      await bench.failure(client.updateTable('fresh.t', { fields: sampleFields.slice(1) })),
    ).toMatchObject({ code: 'invalid_argument' });
    expect(
      await client.updateDataset('fresh', { tablesExpireAfterMs: null, labels: { b: '2' } }),
    ).toMatchObject({
      location: 'EU',
      labels: { a: '1', b: '2' },
      tablesExpireAfterMs: undefined,
    });
    expect(await bench.failure(client.deleteDataset('fresh'))).toMatchObject({
      code: 'failed_precondition',
      reason: 'resourceInUse',
    });
    await client.deleteDataset('fresh', { deleteContents: true });
    expect(await bench.failure(client.getTable('fresh.t'))).toMatchObject({ code: 'not_found' });
  });

  test('a change under an etag that is no longer true is refused', async () => {
    await using bench = await open();
    const client = bench.client();
    const { etag } = await client.getTable(table);
    await change(client, etag);
    expect(await bench.failure(change(client, etag))).toMatchObject({
      code: 'failed_precondition',
      status: 412,
      message: expect.stringMatching(/tables\/orders.*read it again/),
    });
  });

  test('a change under an etag works once though its first answer was lost', async () => {
    await using bench = await open();
    const client = bench.client();
    const { etag } = await client.getTable(table);
    bench.fake.inject({ method: 'PATCH', fault: { kind: 'cut', when: 'after' } });
    expect((await bench.clock.until(change(client, etag))).description).toBe('x');
    bench.fake.inject({ method: 'DELETE', fault: { kind: 'cut', when: 'after' } });
    await bench.clock.until(client.deleteTable(table));
    expect(await bench.failure(client.deleteTable(table))).toMatchObject({ code: 'not_found' });
  });

  test('names with a project, and with the dataset of the options, are understood', async () => {
    await using bench = await open();
    const client = bench.client({ options: { dataset: 'shop' } });
    expect((await client.getTable('orders')).tableId).toBe('orders');
    expect((await client.getTable(`${fakeProject}.shop.orders`)).tableId).toBe('orders');
    expect((await client.listTables().toArray()).map(({ tableId }) => tableId)).toEqual([
      'orders',
      'refunds',
    ]);
    await client.createTable('Bestellungen 2030-äß');
    expect((await client.getTable('Bestellungen 2030-äß')).name).toBe(
      `${fakeProject}.shop.Bestellungen 2030-äß`,
    );
  });

  test.each([
    '',
    'a/b',
    'shop.a`b',
    'sh-op.orders',
    'Project.shop.orders',
    'orders',
    `shop.${'x'.repeat(1_025)}`,
  ])('the name %j is refused before anything is sent', async (name) => {
    await using bench = await open();
    expect(await bench.failure(bench.client().getTable(name))).toMatchObject({ code: 'invalid_argument' });
    expect(bench.sent()).toEqual([]);
  });

  test.each([
    ['a record without columns', { fields: [{ name: 'a', type: 'STRUCT' }] }],
    [
      'columns of what is no record',
      { fields: [{ name: 'a', type: 'STRING', fields: [{ name: 'b', type: 'STRING' }] }] },
    ],
    ['a column with a dot', { fields: [{ name: 'a.b', type: 'STRING' }] }],
    ['no column', { fields: [] }],
    ['a view with columns', { view: 'SELECT 1', fields: sampleFields }],
    ['five clusters', { clustering: ['a', 'b', 'c', 'd', 'e'] }],
    ['an end that is no time', { expiresAt: 'soon' }],
  ])('%s is refused before anything is sent', async (_, settings) => {
    await using bench = await open();
    expect(await bench.failure(bench.client().createTable('shop.x', settings))).toMatchObject({
      code: 'invalid_argument',
    });
    expect(bench.sent()).toEqual([]);
  });
});

test('the SDK’s own client queries and reads rows with the same credentials', async () => {
  await using bench = await open();
  const native = bench.client().native();
  const [rows] = await native.query({ query: sampleQuery });
  const [tables] = await native.dataset('shop').getTables();
  expect(rows).toEqual([
    { customer: 'customer 1 of tenant_a', total: expect.objectContaining({}) },
    { customer: 'customer 2 of tenant_a', total: expect.objectContaining({}) },
  ]);
  expect(tables.map(({ id }) => id)).toEqual(['orders', 'refunds']);
});
