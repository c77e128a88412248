/** Pub/Sub's JSON: https://cloud.google.com/pubsub/docs/reference/rest */
import { z } from 'zod';
import {
  listOf,
  maybe,
  maybeFlag,
  maybeNumber,
  maybeText,
  textMap,
  toSeconds,
  wireBytes,
} from '../common/fields.ts';
import { lastPart } from '../common/resource.ts';
import type { ReceivedMessage, Snapshot, Subscription, Topic } from './model.ts';

/** What the vendor names the topic of a subscription whose topic is gone. */
export const deletedTopic = '_deleted-topic_';
/** The vendor's default of `expirationPolicy`: 31 days. */
const usualExpiry = 2_678_400;

const topicStates: Readonly<Record<string, Topic['state']>> = {
  ACTIVE: 'active',
  INGESTION_RESOURCE_ERROR: 'ingestion-error',
};

export const wireTopic = z
  .object({
    name: z.string(),
    labels: textMap,
    messageRetentionDuration: maybeText,
    kmsKeyName: maybeText,
    state: maybeText,
  })
  .transform(
    (wire): Topic => ({
      name: wire.name,
      id: lastPart(wire.name),
      labels: wire.labels,
      retentionSeconds: toSeconds(wire.messageRetentionDuration),
      kmsKeyName: wire.kmsKeyName,
      state: topicStates[wire.state ?? ''] ?? 'unknown',
    }),
  );

const wirePush = z.object({
  pushEndpoint: maybeText,
  oidcToken: maybe(z.object({ serviceAccountEmail: z.string(), audience: maybeText })),
});

function toPush({ pushEndpoint, oidcToken }: z.output<typeof wirePush>): Subscription['push'] {
  return pushEndpoint ? { endpoint: pushEndpoint, oidc: oidcToken } : undefined;
}

export const wireSubscription = z
  .object({
    name: z.string(),
    topic: maybeText,
    ackDeadlineSeconds: maybeNumber,
    retainAckedMessages: maybeFlag,
    messageRetentionDuration: maybeText,
    enableExactlyOnceDelivery: maybeFlag,
    enableMessageOrdering: maybeFlag,
    filter: maybeText,
    labels: textMap,
    expirationPolicy: maybe(z.object({ ttl: maybeText })),
    deadLetterPolicy: maybe(z.object({ deadLetterTopic: maybeText, maxDeliveryAttempts: maybeNumber })),
    retryPolicy: maybe(z.object({ minimumBackoff: maybeText, maximumBackoff: maybeText })),
    pushConfig: maybe(wirePush),
    detached: maybeFlag,
  })
  .transform(
    (wire): Subscription => ({
      name: wire.name,
      id: lastPart(wire.name),
      topic: wire.topic === deletedTopic ? undefined : wire.topic,
      ackDeadlineSeconds: wire.ackDeadlineSeconds ?? 10,
      retainAcked: wire.retainAckedMessages ?? false,
      retentionSeconds: toSeconds(wire.messageRetentionDuration),
      exactlyOnce: wire.enableExactlyOnceDelivery ?? false,
      ordered: wire.enableMessageOrdering ?? false,
      filter: wire.filter || undefined,
      labels: wire.labels,
      // A policy without a time means: never. No policy means the default.
      expiresAfterSeconds:
        wire.expirationPolicy === undefined ? usualExpiry : (toSeconds(wire.expirationPolicy.ttl) ?? 'never'),
      deadLetter: wire.deadLetterPolicy?.deadLetterTopic
        ? {
            topic: wire.deadLetterPolicy.deadLetterTopic,
            maxAttempts: wire.deadLetterPolicy.maxDeliveryAttempts,
          }
        : undefined,
      redelivery: wire.retryPolicy && {
        minSeconds: toSeconds(wire.retryPolicy.minimumBackoff),
        maxSeconds: toSeconds(wire.retryPolicy.maximumBackoff),
      },
      push: wire.pushConfig && toPush(wire.pushConfig),
      detached: wire.detached ?? false,
    }),
  );

export const wireMessage = z.object({
  data: wireBytes,
  attributes: textMap,
  messageId: z.string(),
  publishTime: maybeText,
  orderingKey: maybeText,
});

export const wirePulled = z.object({
  receivedMessages: listOf(
    z.object({ ackId: z.string(), message: wireMessage, deliveryAttempt: maybeNumber }).transform(
      ({ ackId, message, deliveryAttempt }): ReceivedMessage => ({
        ackId,
        messageId: message.messageId,
        data: message.data,
        attributes: message.attributes,
        orderingKey: message.orderingKey || undefined,
        publishedAt: message.publishTime,
        deliveryAttempt: deliveryAttempt || undefined,
      }),
    ),
  ),
});

export const wirePublished = z.object({ messageIds: listOf(z.string()) });

export const wireSnapshot = z
  .object({ name: z.string(), topic: maybeText, expireTime: maybeText, labels: textMap })
  .transform(
    (wire): Snapshot => ({
      name: wire.name,
      id: lastPart(wire.name),
      topic: wire.topic === deletedTopic ? undefined : wire.topic,
      expiresAt: wire.expireTime,
      labels: wire.labels,
    }),
  );

export const wireTopics = z.object({ topics: listOf(wireTopic), nextPageToken: maybeText });
export const wireSubscriptions = z.object({
  subscriptions: listOf(wireSubscription),
  nextPageToken: maybeText,
});
export const wireSubscriptionNames = z.object({
  subscriptions: listOf(z.string()),
  nextPageToken: maybeText,
});
export const wireSnapshots = z.object({ snapshots: listOf(wireSnapshot), nextPageToken: maybeText });
