/** The definition of Amazon Simple Queue Service. */
import { defineIntegration } from '@im/core';
import { awsEgress } from '../common/options.ts';
import { type Connection, createQueueUrls, sqsService } from './client.ts';
import { sqsErrors } from './errors.ts';
import { batchOperations } from './operations/batches.ts';
import { messageOperations } from './operations/messages.ts';
import { queueOperations } from './operations/queues.ts';
import { redriveOperations } from './operations/redrive.ts';
import { sqsOptions } from './options.ts';

export const sqs = defineIntegration({
  id: 'aws-sqs',
  title: 'Amazon SQS',
  category: 'cloud',
  contract: 1,
  package: '@im/aws',
  docs: 'https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/',
  options: sqsOptions,
  egress: awsEgress,
  errors: sqsErrors,
  // An attempt may wait 20 seconds for a message.
  resilience: { timeoutMs: 60_000, attemptTimeoutMs: 30_000 },
  http: sqsService,
  native: (context) => sqsService(context).native,
  connect: ({ options, http, clock }) => {
    const connection: Connection = {
      service: http,
      waitSeconds: () => options.waitSeconds,
      now: () => clock.now(),
      urls: createQueueUrls(http),
    };
    return {
      ...messageOperations(connection),
      ...batchOperations(connection),
      ...queueOperations(connection),
      ...redriveOperations(connection),
    };
  },
  check: (api, call) => api.listQueues(undefined, { ...call, pageSize: 1, limit: 1 }).toArray(),
});
