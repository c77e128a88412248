import { describe, expect, it } from 'vitest';
import { connect } from '../common/__tests__/connect.ts';
import { cloudwatch } from './cloudwatch.ts';
import type { AlarmSettings, Datum, MetricQuestion } from './model.ts';
import { startFake } from './testing.ts';

const open = () => connect(cloudwatch, startFake);

const latency = { namespace: 'Shop', name: 'Latency', dimensions: { Host: 'a' } };
const alarm: AlarmSettings = {
  name: 'slow',
  watch: { metric: latency, statistic: 'Average', periodSeconds: 60 },
  comparison: 'GreaterThanThreshold',
  threshold: 100,
  evaluationPeriods: 3,
};

describe('bad input', () => {
  const datum = { name: 'x', value: 1 };
  const many = (count: number) => Array.from({ length: count }, () => datum);
  const wide = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`d${index}`, 'x']));
  const bad: readonly (readonly [string, string, readonly Datum[]])[] = [
    ['no data', 'Test', []],
    ['1,001 data', 'Test', many(1_001)],
    ['31 dimensions', 'Test', [{ ...datum, dimensions: wide(31) }]],
    ['a dimension of blanks', 'Test', [{ ...datum, dimensions: { a: ' ' } }]],
    ['a dimension that is no ASCII', 'Test', [{ ...datum, dimensions: { a: 'ü' } }]],
    ['a dimension that begins with a colon', 'Test', [{ ...datum, dimensions: { ':a': 'x' } }]],
    ['a value that is no number', 'Test', [{ name: 'x', value: Number.NaN }]],
    ['an infinite value', 'Test', [{ name: 'x', value: Number.POSITIVE_INFINITY }]],
    ['a value over 2^360', 'Test', [{ name: 'x', value: 2 ** 361 }]],
    ['an infinite one of many values', 'Test', [{ name: 'x', values: [1, Number.NEGATIVE_INFINITY] }]],
    ['151 values', 'Test', [{ name: 'x', values: Array.from({ length: 151 }, (_, index) => index) }]],
    ['more counts than values', 'Test', [{ name: 'x', values: [1], counts: [1, 2] }]],
    [
      'an infinite sum',
      'Test',
      [{ name: 'x', statistics: { count: 1, sum: Infinity, minimum: 1, maximum: 1 } }],
    ],
    [
      'a minimum over the maximum',
      'Test',
      [{ name: 'x', statistics: { count: 1, sum: 1, minimum: 2, maximum: 1 } }],
    ],
    ['a time that is none', 'Test', [{ ...datum, at: Number.NaN }]],
    ['a metric without a name', 'Test', [{ name: '', value: 1 }]],
    ["a namespace of AWS's own", 'AWS/S3', [datum]],
    ['a namespace with a line break', 'a\nb', [datum]],
    ['a namespace that begins with a colon', ':a', [datum]],
  ];
  it.each(bad)('of published data is refused before it is sent: %s', async (_, namespace, data) => {
    await using one = await open();
    const error = await one.failure(one.client.putMetricData(namespace, data));
    expect(error).toMatchObject({ code: 'invalid_argument', effect: 'none', attempts: 1 });
    expect(one.fake.exchanges).toHaveLength(0);
  });

  it('of 1,000 data with 30 dimensions each is none: it is taken', async () => {
    await using one = await open();
    const dimensions = wide(30);
    const data = Array.from({ length: 1_000 }, (_, index) => ({
      name: `m${index}`,
      value: index,
      dimensions,
    }));
    await one.done(one.client.putMetricData('Test', data));
    expect(one.fake.metric({ namespace: 'Test', name: 'm999', dimensions })?.data).toHaveLength(1);
  });

  it('of a question is refused before it is sent', async () => {
    await using one = await open();
    const query = { id: 'a', metric: latency, statistic: 'Sum', periodSeconds: 60 };
    const bad: readonly MetricQuestion[] = [
      { queries: [], from: 0, to: 1 },
      { queries: [query, query], from: 0, to: 1 },
      { queries: [{ ...query, id: 'A' }], from: 0, to: 1 },
      { queries: [{ ...query, periodSeconds: 61 }], from: 0, to: 1 },
      { queries: [{ ...query, isHidden: true }], from: 0, to: 1 },
      { queries: [{ id: 'a', expression: '' }], from: 0, to: 1 },
      { queries: [query], from: 2, to: 1 },
      { queries: [query], from: Number.NaN, to: 1 },
    ];
    for (const question of bad)
      expect(await one.failure(one.client.getMetricData(question).toArray())).toMatchObject({
        code: 'invalid_argument',
        effect: 'none',
      });
    expect(one.fake.exchanges).toHaveLength(0);
  });

  it('of an alarm is refused before it is sent', async () => {
    await using one = await open();
    const bad: readonly AlarmSettings[] = [
      { ...alarm, name: '' },
      { ...alarm, name: 'a\nb' },
      { ...alarm, threshold: Number.NaN },
      { ...alarm, threshold: undefined },
      { ...alarm, evaluationPeriods: 0 },
      { ...alarm, evaluationPeriods: 1_441 },
      { ...alarm, datapointsToAlarm: 4 },
      { ...alarm, watch: { metric: latency, statistic: 'Sum', periodSeconds: 7 } },
      {
        ...alarm,
        watch: {
          queries: [
            { id: 'a', expression: 'x' },
            { id: 'b', expression: 'y' },
          ],
        },
      },
      { ...alarm, alarmActions: Array.from({ length: 6 }, (_, index) => `arn:aws:sns:eu-west-1:1:${index}`) },
    ];
    const calls = [
      ...bad.map((settings) => () => one.client.putMetricAlarm(settings)),
      () => one.client.deleteAlarms([]),
      () => one.client.deleteAlarms(Array.from({ length: 101 }, (_, index) => `a${index}`)),
      () => one.client.setAlarmState('a', 'OK', { reason: 'x'.repeat(1_024) }),
      () => one.client.describeAlarms({ names: ['a'], prefix: 'b' }).toArray(),
    ];
    for (const call of calls)
      expect(await one.failure(call())).toMatchObject({ code: 'invalid_argument', effect: 'none' });
    expect(one.fake.exchanges).toHaveLength(0);
  });
});
