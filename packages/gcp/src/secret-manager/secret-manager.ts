/** The definition of the Secret Manager integration. */
import { defineIntegration, lazily, requireOptional } from '@im/core';
import { connectGoogle } from '../common/http.ts';
import { generatedClientOptions } from '../common/native.ts';
import { answered } from '../common/repeat.ts';
import { secretManagerErrors } from './errors.ts';
import { secretManagerOperations } from './operations.ts';
import { secretManagerOptions } from './options.ts';

/** Secret Manager: secrets, and the versions that hold them. */
export const secretManager = defineIntegration({
  id: 'gcp-secret-manager',
  title: 'Google Cloud Secret Manager',
  category: 'cloud',
  contract: 1,
  package: '@im/gcp',
  docs: 'https://cloud.google.com/secret-manager/docs',
  options: secretManagerOptions,
  egress: ['secretmanager.googleapis.com', '*.rep.googleapis.com', 'oauth2.googleapis.com'],
  errors: secretManagerErrors,
  resilience: { timeoutMs: 10_000 },
  http: (context) => {
    const { location } = context.options;
    return connectGoogle(context, location === undefined ? 'secretmanager' : `secretmanager.${location}.rep`);
  },
  native: (context) =>
    lazily(() => {
      const { SecretManagerServiceClient } = requireOptional<typeof import('@google-cloud/secret-manager')>(
        '@google-cloud/secret-manager',
        'native()',
        import.meta.url,
      );
      const { location, universeDomain } = context.options;
      return new SecretManagerServiceClient({
        ...(location && { apiEndpoint: `secretmanager.${location}.rep.${universeDomain}` }),
        ...generatedClientOptions(context, {
          'google.cloud.secretmanager.v1.SecretManagerService': SecretManagerServiceClient,
        }),
      });
    }),
  connect: ({ http, options }) => secretManagerOperations(http, options.location),
  forward: ({ http }) => http.http,
  check: (api, call) => answered(api.listSecrets(undefined, { ...call, pageSize: 1, limit: 1 }).toArray()),
});
