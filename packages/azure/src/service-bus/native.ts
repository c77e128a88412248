/** The vendor's SDK as the way down for applications: AMQP, with sessions, deferral and settled dead-lettering. */
import type { ServiceBusClient } from '@azure/service-bus';
import { type IntegrationContext, lazily, requireOptional } from '@im/core';
import { sdkCredential } from '../common/sdk-credential.ts';
import { tokenSource } from '../common/tokens.ts';
import { connectBus } from './connection.ts';
import type { BusNamespace, CheckedServiceBusOptions } from './options.ts';

/**
 * The client, made when it is first touched, with this integration's namespace and credentials; its own retries are off. It opens AMQP
 * connections of its own, past our transport and egress control, and is closed with the integration.
 *
 * The first touch throws IntegrationError `failed_precondition` when `@azure/service-bus` is not installed.
 */
export function serviceBusNative(context: IntegrationContext<CheckedServiceBusOptions>): ServiceBusClient {
  let made: ServiceBusClient | undefined;
  context.onClose(async () => made?.close());
  return lazily(() => {
    const library = requireOptional<typeof import('@azure/service-bus')>(
      '@azure/service-bus',
      'native()',
      import.meta.url,
    );
    const { namespace } = connectBus(context);
    const settings = { retryOptions: { maxRetries: 0 } };
    const { access } = namespace;
    made =
      access.kind === 'token'
        ? new library.ServiceBusClient(
            namespace.endpoint.host,
            sdkCredential((scope) => tokenSource(context, access.credentials, scope), context.clock.now),
            settings,
          )
        : new library.ServiceBusClient(connectionString(namespace, access), settings);
    return made;
  });
}

function connectionString(
  { endpoint, entity }: BusNamespace,
  access: Exclude<BusNamespace['access'], { readonly kind: 'token' }>,
): string {
  const parts = [
    `Endpoint=sb://${endpoint.host}/`,
    ...(access.kind === 'key'
      ? [`SharedAccessKeyName=${access.keyName}`, `SharedAccessKey=${access.key.reveal()}`]
      : [`SharedAccessSignature=${access.token.reveal()}`]),
    ...(entity === undefined ? [] : [`EntityPath=${entity}`]),
  ];
  return parts.join(';');
}
