/** The definition of Azure itself: tokens for any of its services, and any resource by Azure Resource Manager. */
import type { TokenCredential } from '@azure/identity';
import { defineIntegration, type IntegrationContext } from '@im/core';
import { createHttp, type TokenSource } from '@im/http';
import { tokenHosts } from './common/credentials.ts';
import { sdkCredential } from './common/sdk-credential.ts';
import { tokenSource } from './common/tokens.ts';
import { azureErrors, readAzureError } from './errors.ts';
import { azureOptions, type CheckedAzureOptions } from './options.ts';
import { type AzureConnection, resourceOperations } from './resources.ts';

const connections = new WeakMap<object, AzureConnection>();

/** The connection of an instance: its requests and its credential share their tokens. */
function connect(context: IntegrationContext<CheckedAzureOptions>): AzureConnection {
  const known = connections.get(context);
  if (known !== undefined) return known;
  const { options } = context;
  const sources = new Map<string, TokenSource>();
  const tokens = (scope: string): TokenSource => {
    const source = sources.get(scope) ?? tokenSource(context, options.credentials, scope);
    sources.set(scope, source);
    return source;
  };
  const http = createHttp(context, {
    baseUrl: options.baseUrl,
    token: tokens(options.scope),
    readFailure: readAzureError,
    requestIdHeader: ['x-ms-request-id', 'x-ms-correlation-request-id'],
  });
  const connection = { http, options, tokens };
  connections.set(context, connection);
  return connection;
}

export const azure = defineIntegration({
  id: 'azure',
  title: 'Microsoft Azure',
  category: 'cloud',
  contract: 1,
  docs: 'https://learn.microsoft.com/rest/api/azure',
  options: azureOptions,
  egress: ['management.azure.com', ...tokenHosts],
  errors: azureErrors,
  resilience: { timeoutMs: 60_000 },
  http: connect,
  /** A credential for any client of the `@azure` packages, with this integration's tokens. */
  native: (context): TokenCredential => sdkCredential(connect(context).tokens, () => context.clock.now()),
  connect: ({ http }) => resourceOperations(http),
  check: (api, call) => api.listSubscriptions({ signal: call.signal, limit: 1 }).toArray(),
});
