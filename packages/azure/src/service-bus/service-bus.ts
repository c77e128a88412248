/** The definition of Azure Service Bus: one namespace a registration. */
import { defineIntegration, isIntegrationError } from '@im/core';
import { tokenHosts } from '../common/credentials.ts';
import { connectBus } from './connection.ts';
import { serviceBusErrors } from './errors.ts';
import { serviceBusNative } from './native.ts';
import { entityOperations } from './operations/entities.ts';
import { receivingOperations } from './operations/receiving.ts';
import { sendingOperations } from './operations/sending.ts';
import { serviceBusOptions } from './options.ts';

export const serviceBus = defineIntegration({
  id: 'azure-service-bus',
  title: 'Azure Service Bus',
  category: 'cloud',
  contract: 1,
  package: '@im/azure',
  docs: 'https://learn.microsoft.com/rest/api/servicebus/service-bus-runtime-rest',
  options: serviceBusOptions,
  egress: ['*.servicebus.windows.net', ...tokenHosts],
  errors: serviceBusErrors,
  // A receive may wait for its message.
  resilience: { timeoutMs: 60_000, attemptTimeoutMs: 30_000 },
  http: connectBus,
  native: serviceBusNative,
  connect: ({ http: connection }) => ({
    ...sendingOperations(connection),
    ...receivingOperations(connection),
    ...entityOperations(connection),
  }),
  async check(api, call) {
    try {
      await api.listQueues({ ...call, pageSize: 1, limit: 1 }).toArray();
    } catch (error) {
      // A policy that may send or receive only has been recognised, and the service has answered.
      if (!isIntegrationError(error) || error.reason !== 'MissingClaim') throw error;
    }
  },
});
