export { pubsubErrors } from './errors.ts';
export type {
  DeadLetter,
  NewSubscription,
  NewTopic,
  OutgoingMessage,
  PullOptions,
  PushTarget,
  ReceivedMessage,
  RedeliveryDelay,
  SeekTarget,
  Snapshot,
  Subscription,
  SubscriptionChanges,
  SubscriptionSettings,
  Topic,
  TopicChanges,
  TopicSettings,
} from './model.ts';
export type { PushKey, PushKeys } from './operations/push-keys.ts';
export { type PubsubOptions, pubsubOptions } from './options.ts';
export { pubsub } from './pubsub.ts';
export { type PushedMessage, type PushWebhookSettings, pushWebhook, readPush } from './push.ts';
export type { PushKeyClient } from './push-keys.ts';
export {
  type Delivery,
  type SubscribeOptions,
  type SubscriberClient,
  subscribe,
} from './subscribe/subscribe.ts';
