/** The definition of Amazon CloudWatch: metrics and alarms. */
import { defineIntegration } from '@im/core';
import { awsEgress } from '../common/options.ts';
import { cloudwatchService } from './client.ts';
import { cloudwatchErrors } from './errors.ts';
import { alarmOperations } from './operations/alarms.ts';
import { metricOperations } from './operations/metrics.ts';
import { cloudwatchOptions } from './options.ts';

export const cloudwatch = defineIntegration({
  id: 'aws-cloudwatch',
  title: 'Amazon CloudWatch',
  category: 'cloud',
  contract: 1,
  package: '@im/aws',
  docs: 'https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/',
  options: cloudwatchOptions,
  egress: awsEgress,
  errors: cloudwatchErrors,
  resilience: { timeoutMs: 30_000, attemptTimeoutMs: 10_000 },
  http: cloudwatchService,
  native: (context) => cloudwatchService(context).native,
  connect: ({ http }) => ({ ...metricOperations(http), ...alarmOperations(http) }),
  check: (api, call) => api.describeAlarms(undefined, { ...call, pageSize: 1, limit: 1 }).toArray(),
});
