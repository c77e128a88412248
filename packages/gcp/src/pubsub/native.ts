/** The vendor's own client, with our credentials and endpoint. */

import type { ClientConfig, PubSub } from '@google-cloud/pubsub';
import { lazily, requireOptional } from '@im/core';
import type { GoogleContext } from '../common/auth.ts';
import { generatedClientOptions } from '../common/native.ts';
import { serviceUrl } from '../common/options.ts';

/**
 * Made on first touch. It streams messages by gRPC, which the operations do not; at an endpoint without TLS, such as a fake's, it has
 * REST, and no streams.
 *
 * @param service name of the service in the domain, with the region where there is one
 */
export function createNativePubsub(context: GoogleContext, service: string): PubSub {
  return lazily(() => {
    const { PubSub, v1 } = requireOptional<typeof import('@google-cloud/pubsub')>(
      '@google-cloud/pubsub',
      'native()',
      import.meta.url,
    );
    const { hostname, port } = new URL(serviceUrl(context.options, service));
    const { authClient, ...options } = generatedClientOptions(context, {
      'google.pubsub.v1.Publisher': v1.PublisherClient,
      'google.pubsub.v1.Subscriber': v1.SubscriberClient,
    });
    return new PubSub({
      ...options,
      // Its types are those of an older major version of the library, whose clients have the same members.
      authClient: authClient as unknown as NonNullable<ClientConfig['authClient']>,
      // Always named: the client would else look into the environment for an emulator.
      apiEndpoint: `${hostname}:${port || 443}`,
      emulatorMode: false,
    });
  });
}
