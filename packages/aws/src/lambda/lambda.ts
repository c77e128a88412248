/** The definition of AWS Lambda. */
import { defineIntegration } from '@im/core';
import { awsEgress } from '../common/options.ts';
import { lambdaService } from './client.ts';
import { lambdaErrors } from './errors.ts';
import { functionOperations } from './operations/functions.ts';
import { invokeOperations } from './operations/invoke.ts';
import { lambdaOptions } from './options.ts';

export const lambda = defineIntegration({
  id: 'aws-lambda',
  title: 'AWS Lambda',
  category: 'cloud',
  contract: 1,
  package: '@im/aws',
  docs: 'https://docs.aws.amazon.com/lambda/latest/api/',
  options: lambdaOptions,
  egress: awsEgress,
  errors: lambdaErrors,
  // A function runs for up to 15 minutes; a call that waits for it says so by its own timeoutMs.
  resilience: { timeoutMs: 60_000, attemptTimeoutMs: 900_000 },
  http: lambdaService,
  native: (context) => lambdaService(context).native,
  connect: ({ http }) => ({ ...invokeOperations(http), ...functionOperations(http) }),
  check: (api, call) => api.listFunctions({ ...call, pageSize: 1, limit: 1 }).toArray(),
});
