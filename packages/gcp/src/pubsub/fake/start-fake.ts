/** Starts a fake of Pub/Sub, and says what the conformance suite calls. */
import { systemClock } from '@im/core';
import type { Harness, Samples, StartFakeOptions } from '@im/testing';
import { fakeProject, type GoogleFake, sampleTenant, startGoogleFake } from '../../common/fake/service.ts';
import type { pubsub } from '../pubsub.ts';
import { messageRoutes } from './message-routes.ts';
import { certsAnswer, type FakePushToken, pushToken } from './push.ts';
import { ackIdOf } from './queue.ts';
import { resourceRoutes } from './resource-routes.ts';
import {
  addSnapshot,
  addSubscription,
  addTopic,
  createPubsubWorld,
  messageIdOf,
  type PubsubWorld,
  publish,
} from './world.ts';

/**
 * A running fake of Pub/Sub. Deadlines, rests and retention go by its clock. A pull that finds nothing is answered at once; there is
 * neither push nor a filter, and topics keep no messages of their own.
 */
export interface PubsubFake extends GoogleFake<typeof pubsub, PubsubWorld> {
  /** Names of Google's keys that are published: `0`, or `0` and `1` while they are being rotated. */
  publishedKeys: readonly string[];
  /** A token as a pushed message carries it. */
  pushToken(token: FakePushToken): string;
}

/** Ids in the world that every account begins with. The subscription `worker` has three messages, and `snapshot` is of it. */
export const sampleNames = {
  topic: 'orders',
  worker: 'orders-worker',
  audit: 'orders-audit',
  snapshot: 'orders-before',
} as const;

const certsPath = '/oauth2/v3/certs';
const topicName = `projects/${fakeProject}/topics/${sampleNames.topic}`;
const subscriptionName = (id: string) => `projects/${fakeProject}/subscriptions/${id}`;

/** Starts the fake on a free port of 127.0.0.1. Each tenant's account has topics of its own. */
export async function startFake(options: StartFakeOptions = {}): Promise<PubsubFake> {
  const { clock = systemClock } = options;
  const push = {
    publishedKeys: ['0'] as readonly string[],
    pushToken: (token: FakePushToken) => pushToken(token, clock.now()),
  };
  const fake = await startGoogleFake<typeof pubsub, PubsubWorld>(options, {
    name: 'gcp-pubsub',
    routes: { ...resourceRoutes, ...messageRoutes },
    open: { [`GET ${certsPath}`]: () => certsAnswer(started.publishedKeys) },
    moreOptions: (url) => ({ certsUrl: `${url}${certsPath}` }),
    createWorld: ({ tenant, clock }) => {
      const world = createPubsubWorld(tenant, clock);
      addTopic(world, topicName);
      addTopic(world, `${topicName}-failed`);
      const worker = addSubscription(world, subscriptionName(sampleNames.worker), topicName);
      for (const order of [1, 2, 3]) {
        const data = Buffer.from(`order ${order} of ${tenant}`).toString('base64');
        publish(world, topicName, { data, attributes: { order: String(order) }, orderingKey: undefined });
      }
      addSubscription(world, subscriptionName(sampleNames.audit), topicName);
      addSnapshot(world, `projects/${fakeProject}/snapshots/${sampleNames.snapshot}`, worker);
      return world;
    },
  });
  const started: PubsubFake = Object.assign(fake, push);
  return started;
}

const made = 'made-by-a-sample';
const { topic, worker, snapshot } = sampleNames;

function samplesFor(tenant: string): Samples<typeof pubsub> {
  const first = ackIdOf({
    subscription: subscriptionName(worker),
    messageId: messageIdOf(tenant, 1),
    delivery: 1,
  });
  return {
    publish: [topic, [{ data: 'text', attributes: { kind: 'test' } }, { attributes: { only: 'this' } }]],
    pull: [worker, { maxMessages: 2 }],
    modifyAckDeadline: [worker, [first], 60],
    acknowledge: [worker, [first]],
    createTopic: [made, { labels: { env: 'test' } }],
    getTopic: [topic],
    updateTopic: [made, { retentionSeconds: 86_400 }],
    listTopics: [],
    createSubscription: [made, made, { ackDeadlineSeconds: 20, ordered: true }],
    getSubscription: [worker],
    updateSubscription: [made, { labels: { env: 'test' } }],
    listSubscriptions: [],
    listTopicSubscriptions: [topic],
    modifyPushConfig: [made, { endpoint: 'https://example.com/push' }],
    createSnapshot: [made, worker],
    getSnapshot: [snapshot],
    listSnapshots: [],
    seek: [worker, { time: '2029-12-31T00:00:00Z' }],
    deleteSnapshot: [made],
    detachSubscription: [made],
    deleteSubscription: [made],
    deleteTopic: [made],
    getPushKeys: [],
  };
}

/** For `describeIntegration` of `@im/testing`. */
export const harness: Harness<typeof pubsub> = {
  forwards: { method: 'GET', path: 'v1/projects/im-fake-project/topics/orders' },
  startFake,
  samples: samplesFor(sampleTenant),
  samplesFor,
};
