/** The definition of the S3 integration. */
import { defineIntegration } from '@im/core';
import { objectStore } from '@im/storage';
import { awsEgress } from '../common/options.ts';
import { connectionOf } from './connection.ts';
import { driverOf } from './driver/s3-driver.ts';
import { s3Errors } from './errors.ts';
import { s3Operations } from './operations/all.ts';
import { s3Options } from './options.ts';

export const s3 = defineIntegration({
  id: 'aws-s3',
  title: 'Amazon S3',
  category: 'cloud',
  contract: 1,
  package: '@im/aws',
  docs: 'https://docs.aws.amazon.com/AmazonS3/latest/API/Welcome.html',
  options: s3Options,
  egress: awsEgress,
  errors: s3Errors,
  // Parts take long, and S3 wants requests that it slows down to come again: an upload should outlast that.
  resilience: {
    timeoutMs: 120_000,
    attemptTimeoutMs: 60_000,
    retry: { maxAttempts: 5 },
    retryBudget: { ratio: 0.2, minimum: 50 },
  },
  http: connectionOf,
  native: (context) => connectionOf(context).client,
  connect: ({ options, http }) => s3Operations(http, options.lane),
  forward: ({ http }) => http.http,
  check: (api, call) => api.headBucket(call),
  provides: [{ port: objectStore, toDriver: (client) => driverOf(client) }],
});
