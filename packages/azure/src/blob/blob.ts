/** The definition of Azure Blob Storage: one container a registration. */
import type { ContainerClient } from '@azure/storage-blob';
import { defineIntegration } from '@im/core';
import { objectStore } from '@im/storage';
import { tokenHosts } from '../common/credentials.ts';
import { connectBlob } from './connection.ts';
import { blobDriver } from './driver/blob-driver.ts';
import { blobErrors } from './errors.ts';
import { blobOperations } from './operations/operations.ts';
import { blobOptions } from './options.ts';

export const blob = defineIntegration({
  id: 'azure-blob',
  title: 'Azure Blob Storage',
  category: 'cloud',
  contract: 1,
  package: '@im/azure',
  docs: 'https://learn.microsoft.com/rest/api/storageservices/blob-service-rest-api',
  options: blobOptions,
  egress: ['*.blob.core.windows.net', ...tokenHosts],
  errors: blobErrors,
  resilience: { timeoutMs: 300_000, attemptTimeoutMs: 120_000 },
  http: connectBlob,
  native: (context): ContainerClient => connectBlob(context).native,
  connect: ({ options, http }) => blobOperations(http, options),
  // A SAS for a container allows to list it, and never to ask for its properties.
  forward: ({ http }) => http.http,
  check: (api, call) => api.listBlobs(undefined, { signal: call.signal, limit: 1, pageSize: 1 }).toArray(),
  provides: [{ port: objectStore, toDriver: (client) => blobDriver(client) }],
});
