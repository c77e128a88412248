/** The definition of the Pub/Sub integration. */
import { defineIntegration } from '@im/core';
import { connectGoogle } from '../common/http.ts';
import { answered } from '../common/repeat.ts';
import { createRest } from '../common/rest.ts';
import { pubsubErrors } from './errors.ts';
import { pubsubNames } from './names.ts';
import { createNativePubsub } from './native.ts';
import { deliveryOperations } from './operations/deliveries.ts';
import { pushKeyOperations } from './operations/push-keys.ts';
import type { Connection } from './operations/shared.ts';
import { subscriptionOperations } from './operations/subscriptions.ts';
import { topicOperations } from './operations/topics.ts';
import { type CheckedPubsubOptions, pubsubOptions } from './options.ts';

/** Name of the service in the domain; regions have endpoints of their own. */
const serviceOf = ({ region }: CheckedPubsubOptions) =>
  region === undefined ? 'pubsub' : `${region}-pubsub`;

/** Pub/Sub: topics, subscriptions and their messages. */
export const pubsub = defineIntegration({
  id: 'gcp-pubsub',
  title: 'Google Cloud Pub/Sub',
  category: 'cloud',
  contract: 1,
  package: '@im/gcp',
  docs: 'https://cloud.google.com/pubsub/docs',
  options: pubsubOptions,
  egress: ['pubsub.googleapis.com', '*.googleapis.com', 'oauth2.googleapis.com'],
  errors: pubsubErrors,
  // An attempt has to outlast the wait of a pull.
  resilience: { timeoutMs: 30_000, attemptTimeoutMs: 20_000 },
  http: (context) =>
    connectGoogle(context, serviceOf(context.options), { alsoOnPurpose: [context.options.certsUrl] }),
  native: (context) => createNativePubsub(context, serviceOf(context.options)),
  connect: ({ http: { http, auth }, options, clock }) => {
    const connection: Connection = { rest: createRest(http), names: pubsubNames(auth.projectId), clock };
    return {
      ...topicOperations(connection),
      ...deliveryOperations(connection),
      ...subscriptionOperations(connection),
      ...pushKeyOperations(http, options.certsUrl),
    };
  },
  forward: ({ http }) => http.http,
  check: (api, call) => answered(api.listTopics({ ...call, pageSize: 1, limit: 1 }).toArray()),
});
