/** The definition of AWS Secrets Manager. */
import { defineIntegration } from '@im/core';
import { awsEgress } from '../common/options.ts';
import { secretsManagerService } from './client.ts';
import { secretsManagerErrors } from './errors.ts';
import { secretOperations } from './operations/secrets.ts';
import { valueOperations } from './operations/values.ts';
import { secretsManagerOptions } from './options.ts';

export const secretsManager = defineIntegration({
  id: 'aws-secrets-manager',
  title: 'AWS Secrets Manager',
  category: 'cloud',
  contract: 1,
  package: '@im/aws',
  docs: 'https://docs.aws.amazon.com/secretsmanager/latest/apireference/',
  options: secretsManagerOptions,
  egress: awsEgress,
  errors: secretsManagerErrors,
  resilience: { timeoutMs: 30_000, attemptTimeoutMs: 10_000 },
  http: secretsManagerService,
  native: (context) => secretsManagerService(context).native,
  connect: ({ http }) => ({ ...valueOperations(http), ...secretOperations(http) }),
  check: (api, call) => api.listSecrets(undefined, { ...call, pageSize: 1, limit: 1 }).toArray(),
});
