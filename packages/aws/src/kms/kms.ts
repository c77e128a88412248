/** The definition of AWS Key Management Service. */
import { defineIntegration } from '@im/core';
import { awsEgress } from '../common/options.ts';
import { kmsService } from './client.ts';
import { kmsErrors } from './errors.ts';
import { encryptionOperations } from './operations/encryption.ts';
import { keyOperations } from './operations/keys.ts';
import { signingOperations } from './operations/signing.ts';
import { kmsOptions } from './options.ts';

export const kms = defineIntegration({
  id: 'aws-kms',
  title: 'AWS KMS',
  category: 'cloud',
  contract: 1,
  package: '@im/aws',
  docs: 'https://docs.aws.amazon.com/kms/latest/APIReference/',
  options: kmsOptions,
  egress: awsEgress,
  errors: kmsErrors,
  resilience: { timeoutMs: 20_000, attemptTimeoutMs: 5_000 },
  http: kmsService,
  native: (context) => kmsService(context).native,
  connect: ({ http }) => ({
    ...encryptionOperations(http),
    ...signingOperations(http),
    ...keyOperations(http),
  }),
  check: (api, call) => api.listAliases(undefined, { ...call, pageSize: 1, limit: 1 }).toArray(),
});
