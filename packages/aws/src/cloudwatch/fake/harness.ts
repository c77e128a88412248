/** One sample call of each operation, in an order in which each finds what it needs. */
import type { Harness, Samples } from '@im/testing';
import type { cloudwatch } from '../cloudwatch.ts';
import { startFake } from './start-fake.ts';

const metric = { namespace: 'Shop', name: 'Latency', dimensions: { Host: 'a' } };

const samples: Samples<typeof cloudwatch> = {
  putMetricData: [
    'Shop',
    [
      { name: 'Orders', value: 3, unit: 'Count', dimensions: { Country: 'DK' } },
      { name: 'Latency', values: [12, 20.5], counts: [4, 1], unit: 'Milliseconds', resolutionSeconds: 1 },
      { name: 'Latency', statistics: { count: 5, sum: 68.5, minimum: 12, maximum: 20.5 } },
    ],
  ],
  // From the beginning of time, so that it holds what the fake was given at its start.
  getMetricData: [
    {
      from: Date.parse('2000-01-01T00:00:00Z'),
      to: Date.parse('2100-01-01T00:00:00Z'),
      queries: [
        { id: 'slow', metric, statistic: 'Maximum', periodSeconds: 60, label: 'host a' },
        { id: 'p90', metric, statistic: 'p90', periodSeconds: 300, isHidden: true },
        { id: 'seconds', expression: 'slow / 1000' },
      ],
      first: 'oldest',
    },
  ],
  listMetrics: [{ namespace: 'Shop', dimensions: { Host: true }, isRecent: true }],
  describeAlarms: [{ kinds: ['metric', 'composite'] }],
  putMetricAlarm: [
    {
      name: 'slow orders',
      description: 'Orders take too long',
      watch: { metric, statistic: 'p99', periodSeconds: 60 },
      comparison: 'GreaterThanThreshold',
      threshold: 500,
      evaluationPeriods: 5,
      datapointsToAlarm: 3,
      missingData: 'notBreaching',
      alarmActions: ['arn:aws:sns:us-east-1:111122223333:alarms'],
      tags: { team: 'shop' },
    },
  ],
  setAlarmState: ['latency-a', 'ALARM', { reason: 'a test of its actions', data: { by: 'a sample' } }],
  deleteAlarms: [['obsolete']],
};

/** For `describeIntegration` of `@im/testing`. Pages of metrics are short, since CloudWatch takes no size for them. */
export const harness: Harness<typeof cloudwatch> = {
  startFake: (options) => startFake({ ...options, pageItems: 2 }),
  samples,
};
