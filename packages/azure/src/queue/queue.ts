/** The definition of Azure Queue Storage: one account a registration. */
import { defineIntegration, errorCode, isIntegrationError } from '@im/core';
import { tokenHosts } from '../common/credentials.ts';
import { connectQueue } from './connection.ts';
import { queueErrors } from './errors.ts';
import { nativeClient } from './native.ts';
import { messageOperations } from './operations/messages.ts';
import { queueOperations } from './operations/queues.ts';
import { queueOptions } from './options.ts';

/** Refusals that say who asks was recognised, and only lacks the right to list, as a SAS for one queue does. */
const isKnownCaller = /^Authorization(PermissionMismatch|ResourceTypeMismatch)$/;

export const queue = defineIntegration({
  id: 'azure-queue',
  title: 'Azure Queue Storage',
  category: 'cloud',
  contract: 1,
  package: '@im/azure',
  docs: 'https://learn.microsoft.com/rest/api/storageservices/queue-service-rest-api',
  options: queueOptions,
  egress: ['*.queue.core.windows.net', ...tokenHosts],
  errors: queueErrors,
  resilience: { timeoutMs: 30_000 },
  http: connectQueue,
  native: (context) => nativeClient(connectQueue(context)),
  connect: ({ options, http: connection }) => ({
    ...queueOperations(connection),
    ...messageOperations(connection, options.encoding),
  }),
  forward: ({ http }) => http.http,
  async check(api, call) {
    try {
      await api.listQueues(undefined, { ...call, pageSize: 1, limit: 1 }).toArray();
    } catch (error) {
      const isKnown =
        errorCode(error) === 'permission_denied' &&
        isIntegrationError(error) &&
        isKnownCaller.test(error.reason ?? '');
      if (!isKnown) throw error;
    }
  },
});
