/** The definition of Cloud Storage: the JSON API of one bucket. The driver for `@im/storage` is made of its operations. */

import type { Bucket } from '@google-cloud/storage';
import { defineIntegration, type IntegrationContext, lazily, requireOptional } from '@im/core';
import { createHttp } from '@im/http';
import { objectStore } from '@im/storage';
import { createGoogleAuth } from '../common/auth.ts';
import { connectGoogle, requestIdHeaders } from '../common/http.ts';
import { createAuthClient } from '../common/library-token.ts';
import { serviceUrl } from '../common/options.ts';
import { gcsDriver } from './driver/gcs-driver.ts';
import { readStorageFailure, storageErrors } from './errors.ts';
import { bucketOperations } from './operations/buckets.ts';
import { copyOperations } from './operations/copies.ts';
import { mediaOperations } from './operations/media.ts';
import { objectOperations } from './operations/objects.ts';
import { signOperations } from './operations/sign.ts';
import { uploadOperations } from './operations/uploads.ts';
import { type CheckedStorageOptions, storageOptions } from './options.ts';

export const storage = defineIntegration({
  id: 'gcp-storage',
  title: 'Google Cloud Storage',
  category: 'cloud',
  contract: 1,
  package: '@im/gcp',
  docs: 'https://cloud.google.com/storage/docs/json_api/v1',
  options: storageOptions,
  egress: ['storage.googleapis.com', 'oauth2.googleapis.com', 'iamcredentials.googleapis.com'],
  errors: storageErrors,
  // A part of an upload is megabytes, and a slow line takes its time.
  resilience: { timeoutMs: 300_000, attemptTimeoutMs: 60_000 },
  http: connectStorage,
  native: (context): Bucket => lazily(() => nativeBucket(context)),
  connect: ({ options, clock, http: { http, auth, origin, iam } }) => {
    const { bucket, signAs } = options;
    const connection = { http, auth, iam, bucket, signAs, origin, clock };
    return {
      ...objectOperations(connection),
      ...copyOperations(connection),
      ...mediaOperations(connection),
      ...uploadOperations(connection),
      ...bucketOperations(connection),
      ...signOperations(connection),
    };
  },
  provides: [{ port: objectStore, toDriver: (client) => gcsDriver(client) }],
  // One object's line: what a role for objects alone may ask, where looking at the bucket itself takes more.
  forward: ({ http }) => http.http,
  check: (api, call) => api.listObjects(undefined, { ...call, limit: 1, pageSize: 1 }).toArray(),
});

/** The JSON API, and beside it the API that signs for accounts whose keys nobody holds. */
function connectStorage(context: IntegrationContext<CheckedStorageOptions>) {
  const { iamUrl, universeDomain } = context.options;
  const connection = connectGoogle(context, 'storage', { readFailure: readStorageFailure });
  const iam = createHttp(context, {
    baseUrl: iamUrl ?? serviceUrl({ universeDomain }, 'iamcredentials'),
    token: connection.auth.token,
    readFailure: readStorageFailure,
    requestIdHeader: requestIdHeaders,
  });
  return { ...connection, iam };
}

/** The bucket of Google's own client, with this integration's tokens; its retries are off. */
function nativeBucket(context: IntegrationContext<CheckedStorageOptions>): Bucket {
  const { options } = context;
  const sdk = requireOptional<typeof import('@google-cloud/storage')>(
    '@google-cloud/storage',
    'native()',
    import.meta.url,
  );
  const { token } = createGoogleAuth(context);
  const client = new sdk.Storage({
    authClient: createAuthClient(token, options),
    apiEndpoint: new URL(serviceUrl(options, 'storage')).origin,
    // It takes any other endpoint than Google's own for an emulator without sign-in.
    useAuthWithCustomEndpoint: true,
    retryOptions: { autoRetry: false, maxRetries: 0 },
    ...(options.projectId && { projectId: options.projectId }),
    universeDomain: options.universeDomain,
  });
  return client.bucket(options.bucket);
}
