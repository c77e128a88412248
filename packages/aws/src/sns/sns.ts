/** The definition of Amazon Simple Notification Service. */
import { defineIntegration } from '@im/core';
import { awsEgress } from '../common/options.ts';
import { snsService } from './client.ts';
import { snsErrors } from './errors.ts';
import { publishOperations } from './operations/publish.ts';
import { subscriptionOperations } from './operations/subscriptions.ts';
import { topicOperations } from './operations/topics.ts';
import { snsOptions } from './options.ts';

export const sns = defineIntegration({
  id: 'aws-sns',
  title: 'Amazon SNS',
  category: 'cloud',
  contract: 1,
  package: '@im/aws',
  docs: 'https://docs.aws.amazon.com/sns/latest/api/',
  options: snsOptions,
  egress: awsEgress,
  errors: snsErrors,
  resilience: { timeoutMs: 30_000, attemptTimeoutMs: 10_000 },
  http: snsService,
  native: (context) => snsService(context).native,
  connect: ({ http }) => ({
    ...publishOperations(http),
    ...topicOperations(http),
    ...subscriptionOperations(http),
  }),
  check: (api, call) => api.listTopics({ ...call, limit: 1 }).toArray(),
});
