/** The definition of Amazon Simple Email Service, version 2 of its API. */
import { defineIntegration } from '@im/core';
import { awsEgress } from '../common/options.ts';
import { sesService } from './client.ts';
import { sesErrors } from './errors.ts';
import { accountOperations } from './operations/account.ts';
import { sendOperations } from './operations/send.ts';
import { templateOperations } from './operations/templates.ts';
import { sesOptions } from './options.ts';

export const ses = defineIntegration({
  id: 'aws-ses',
  title: 'Amazon SES',
  category: 'cloud',
  contract: 1,
  package: '@im/aws',
  docs: 'https://docs.aws.amazon.com/ses/latest/APIReference-V2/',
  options: sesOptions,
  egress: awsEgress,
  errors: sesErrors,
  resilience: { timeoutMs: 30_000, attemptTimeoutMs: 15_000 },
  http: sesService,
  native: (context) => sesService(context).native,
  connect: ({ http }) => ({
    ...sendOperations(http),
    ...accountOperations(http),
    ...templateOperations(http),
  }),
  check: (api, call) => api.getAccount(call),
});
