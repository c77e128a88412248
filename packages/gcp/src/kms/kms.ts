/** The definition of the Cloud KMS integration. */
import { defineIntegration, lazily, requireOptional } from '@im/core';
import { connectGoogle } from '../common/http.ts';
import { generatedClientOptions } from '../common/native.ts';
import { answered } from '../common/repeat.ts';
import { createRest } from '../common/rest.ts';
import { kmsErrors } from './errors.ts';
import { keyNames } from './names.ts';
import { keyOperations } from './operations/keys.ts';
import type { Connection } from './operations/shared.ts';
import { useOperations } from './operations/use.ts';
import { versionOperations } from './operations/versions.ts';
import { kmsOptions } from './options.ts';

/** Cloud KMS: keys that encrypt, sign and vouch without ever being seen. */
export const kms = defineIntegration({
  id: 'gcp-kms',
  title: 'Google Cloud Key Management Service',
  category: 'cloud',
  contract: 1,
  package: '@im/gcp',
  docs: 'https://cloud.google.com/kms/docs',
  options: kmsOptions,
  egress: ['cloudkms.googleapis.com', '*.rep.googleapis.com', 'oauth2.googleapis.com'],
  errors: kmsErrors,
  resilience: { timeoutMs: 10_000 },
  http: (context) => connectGoogle(context, 'cloudkms'),
  native: (context) =>
    lazily(() => {
      const { KeyManagementServiceClient } = requireOptional<typeof import('@google-cloud/kms')>(
        '@google-cloud/kms',
        'native()',
        import.meta.url,
      );
      return new KeyManagementServiceClient(
        generatedClientOptions(context, {
          'google.cloud.kms.v1.KeyManagementService': KeyManagementServiceClient,
        }),
      );
    }),
  connect: ({ http: { http, auth }, options }) => {
    const connection: Connection = { rest: createRest(http), names: keyNames(auth.projectId, options) };
    return {
      ...useOperations(connection),
      ...keyOperations(connection),
      ...versionOperations(connection),
    };
  },
  forward: ({ http }) => http.http,
  check: (api, call) =>
    answered(api.listKeyRings(undefined, undefined, { ...call, pageSize: 1, limit: 1 }).toArray()),
});
