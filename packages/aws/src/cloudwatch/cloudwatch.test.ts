import { describeIntegration } from '@im/testing/vitest';
import { describe, expect, it } from 'vitest';
import { connect } from '../common/__tests__/connect.ts';
import { cloudwatch } from './cloudwatch.ts';
import type { AlarmSettings, Datum, MetricQuestion } from './model.ts';
import { builtInAlarms, type CloudwatchFake, harness, startFake } from './testing.ts';

describeIntegration(cloudwatch, harness);

type Setup = Parameters<typeof connect<typeof cloudwatch, CloudwatchFake>>[2];
const open = (setup: Setup = {}) => connect(cloudwatch, startFake, setup);

const minuteMs = 60_000;
const latency = { namespace: 'Shop', name: 'Latency', dimensions: { Host: 'a' } };
const alarm: AlarmSettings = {
  name: 'slow',
  watch: { metric: latency, statistic: 'Average', periodSeconds: 60 },
  comparison: 'GreaterThanThreshold',
  threshold: 100,
  evaluationPeriods: 3,
};

describe('metric data', () => {
  it('is published as values, many values or sums, and comes back as statistics of its periods', async () => {
    await using one = await open();
    const at = Math.floor(one.clock.now() / minuteMs) * minuteMs - minuteMs;
    const metric = { namespace: 'Test', name: 'Size' };
    const publish = (...data: readonly Datum[]) => one.done(one.client.putMetricData('Test', data));
    await publish({ name: 'Size', at, value: 5 }, { name: 'Size', at, values: [10, 20], counts: [8, 1] });
    await publish({ name: 'Size', at: at - minuteMs, value: 1 });
    const ask = async (statistic: string) => {
      const query = { id: 'q', metric, statistic, periodSeconds: 60 };
      const question = { queries: [query], from: at, to: at + minuteMs };
      return (await one.done(one.client.getMetricData(question).toArray())).map(({ value }) => value);
    };
    expect(await ask('SampleCount')).toEqual([10]);
    expect(await ask('Sum')).toEqual([105]);
    expect(await ask('Average')).toEqual([10.5]);
    expect(await ask('Maximum')).toEqual([20]);
    expect(await ask('p90')).toEqual([10]);
    expect(await ask('p99')).toEqual([20]);
    await publish({ name: 'Size', at, statistics: { count: 2, sum: 8, minimum: 3, maximum: 5 } });
    expect([await ask('Minimum'), await ask('p90')]).toEqual([[3], []]);
  });

  it('goes in gzip when there is much of it, as the SDK does by itself', async () => {
    await using one = await open();
    const data: Datum[] = Array.from({ length: 500 }, (_, value) => ({ name: 'Size', value }));
    await one.done(one.client.putMetricData('Test', data));
    await one.done(one.client.putMetricData('Test', data.slice(0, 3)));
    const encodings = one.fake.exchanges.map(({ requestHeaders }) => requestHeaders['content-encoding']);
    expect(encodings).toEqual(['gzip', undefined]);
    expect(one.fake.metric({ namespace: 'Test', name: 'Size' })?.data).toHaveLength(503);
  });

  it('is not sent again when its answer is lost, since it would count twice', async () => {
    await using one = await open({ resilience: { retry: { maxAttempts: 4 } } });
    one.fake.inject({ fault: { kind: 'cut', when: 'after' }, times: 3 });
    const error = await one.failure(one.client.putMetricData('Test', [{ name: 'Size', value: 1 }]));
    expect(error).toMatchObject({ code: 'unavailable', effect: 'unknown' });
    expect(one.fake.metric({ namespace: 'Test', name: 'Size' })?.data).toHaveLength(1);
  });

  it('of many queries comes point by point, in pages of points, hidden queries not at all', async () => {
    await using one = await open();
    const question: MetricQuestion = {
      queries: [
        { id: 'a', metric: latency, statistic: 'Sum', periodSeconds: 60, isHidden: true },
        { id: 'b', metric: { ...latency, dimensions: { Host: 'b' } }, statistic: 'Sum', periodSeconds: 60 },
        { id: 'both', expression: '(a + b) / 2', label: 'mean' },
      ],
      from: one.clock.now() - 20 * minuteMs,
      to: one.clock.now() + minuteMs,
      first: 'oldest',
    };
    const points = await one.done(one.client.getMetricData(question, { pageSize: 3 }).toArray());
    expect(points.filter(({ id }) => id === 'b').map(({ value }) => value)).toEqual(
      [10, 9, 8, 7, 6, 5, 4, 3, 2, 1].map((minute) => 20 + minute),
    );
    expect(points.filter(({ id }) => id === 'both').map(({ value, label }) => [label, value])[0]).toEqual([
      'mean',
      25,
    ]);
    expect(new Set(points.map(({ id }) => id))).toEqual(new Set(['b', 'both']));
    expect(one.fake.exchanges).toHaveLength(7);
  });

  it.each([
    ['Forbidden', 'permission_denied', false],
    ['InternalError', 'unavailable', true],
    ['PartialData', 'resource_exhausted', false],
  ])('of a query that failed inside an answer (%s) is an error, no gap', async (status, code, retryable) => {
    await using one = await open();
    const body = JSON.stringify({
      MetricDataResults: [{ Id: 'a', StatusCode: status, Timestamps: [], Values: [] }],
    });
    one.fake.inject({ fault: { kind: 'status', status: 200, body } });
    const queries = [{ id: 'a', metric: latency, statistic: 'Sum', periodSeconds: 60 }];
    const error = await one.failure(one.client.getMetricData({ queries, from: 0, to: 60_000 }).toArray());
    expect(error).toMatchObject({ code, retryable, reason: status });
  });
});

describe('metrics', () => {
  it('are found by any or one value of their dimensions, and are told apart by all of them', async () => {
    await using one = await open();
    await one.done(
      one.client.putMetricData('Shop', [
        { name: 'Latency', value: 1 },
        { name: 'Latency', value: 1, dimensions: { Host: 'a', Disk: 'sda' } },
      ]),
    );
    const list = async (dimensions: Record<string, string | true>) =>
      (await one.done(one.client.listMetrics({ namespace: 'Shop', dimensions }).toArray())).map(
        (metric) => metric.dimensions,
      );
    expect(await list({ Host: 'a' })).toEqual([{ Host: 'a' }, { Host: 'a', Disk: 'sda' }]);
    expect(await list({ Disk: true })).toEqual([{ Host: 'a', Disk: 'sda' }]);
    expect(await list({})).toHaveLength(5);
  });

  it('without data for two weeks are not listed any more', async () => {
    await using one = await open();
    await one.clock.advance(15 * 86_400_000);
    expect(await one.done(one.client.listMetrics(undefined).toArray())).toEqual([]);
  });
});

describe('alarms', () => {
  it('come back as they were set, in both forms', async () => {
    await using one = await open();
    const math: AlarmSettings = {
      ...alarm,
      name: 'ratio',
      watch: {
        queries: [
          { id: 'a', metric: latency, statistic: 'p99.9', periodSeconds: 60, isHidden: true },
          { id: 'x', expression: 'a / 1000', label: 'seconds' },
        ],
      },
    };
    for (const settings of [{ ...alarm, okActions: ['arn:aws:sns:us-east-1:1:x'] }, math])
      await one.done(one.client.putMetricAlarm(settings));
    const found = await one.done(one.client.describeAlarms({ names: ['ratio', 'slow'] }).toArray());
    expect(found).toMatchObject([
      { ...math, kind: 'metric', state: 'INSUFFICIENT_DATA' },
      { ...alarm, okActions: ['arn:aws:sns:us-east-1:1:x'], configuredAt: one.clock.now() },
    ]);
  });

  it('that are set again lose what is not said again, and keep their state', async () => {
    await using one = await open();
    await one.done(one.client.putMetricAlarm({ ...alarm, description: 'first' }));
    await one.done(one.client.setAlarmState('slow', 'OK', { reason: 'a test' }));
    await one.done(one.client.putMetricAlarm(alarm));
    const [found] = await one.done(one.client.describeAlarms({ names: ['slow'] }).toArray());
    expect([found?.description, found?.state, found?.stateReason]).toEqual([undefined, 'OK', 'a test']);
  });

  it('of both kinds are described where both are asked for', async () => {
    await using one = await open();
    const kinds = async (...wanted: ('metric' | 'composite')[]) =>
      (await one.done(one.client.describeAlarms({ kinds: wanted }).toArray())).map(({ kind }) => kind);
    expect(await kinds('composite')).toEqual(['composite']);
    expect(await kinds('metric', 'composite')).toHaveLength(builtInAlarms.metric.length + 1);
  });

  it('do their actions once when they are tried out, though the answer is lost', async () => {
    await using one = await open({ resilience: { retry: { maxAttempts: 4 } } });
    one.fake.inject({ fault: { kind: 'cut', when: 'after' } });
    const set = one.client.setAlarmState('latency-a', 'ALARM', { reason: 'a test', data: { a: 1 } });
    expect(await one.failure(set)).toMatchObject({ effect: 'unknown' });
    expect(one.fake.alarm('latency-a')?.transitions).toMatchObject([
      { to: 'ALARM', actions: [expect.stringMatching(/:alarms$/)] },
    ]);
    expect(one.fake.alarm('latency-a')?.stateData).toBe('{"a":1}');
  });
});

describe('deleting alarms', () => {
  const retry = { resilience: { retry: { maxAttempts: 3 } } };

  it('succeeds when the answer to an attempt that did it was lost', async () => {
    await using one = await open(retry);
    one.fake.inject({ fault: { kind: 'cut', when: 'after' } });
    await one.done(one.client.deleteAlarms(['latency-a', 'latency-b']));
    expect([one.fake.alarm('latency-a'), one.fake.alarm('latency-b')]).toEqual([undefined, undefined]);
  });

  it('fails, and deletes none, when one of them never was there, also after a lost attempt', async () => {
    await using one = await open(retry);
    const error = { code: 'not_found', reason: 'ResourceNotFound' };
    const first = await one.failure(one.client.deleteAlarms(['latency-a', 'nope']));
    expect(first).toMatchObject({ ...error, effect: 'none' });
    one.fake.inject({ fault: { kind: 'cut', when: 'before' } });
    expect(await one.failure(one.client.deleteAlarms(['latency-a', 'nope']))).toMatchObject(error);
    expect(one.fake.alarm('latency-a')).toBeDefined();
  });
});
