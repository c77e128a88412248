export type { BatchFailure, BatchResult } from '../common/batch.ts';
export type { MessageAttribute, TypedAttribute } from '../common/message-attributes.ts';
export { snsErrors } from './errors.ts';
export type {
  FifoNotification,
  OutgoingNotification,
  ProtocolMessages,
  Published,
  SmsOptions,
  Subscriber,
  Subscription,
  SubscriptionInfo,
  SubscriptionProtocol,
  SubscriptionSettings,
  TopicInfo,
  TopicSettings,
} from './model.ts';
export { type SnsOptions, snsOptions } from './options.ts';
export { sns } from './sns.ts';
export type { SnsConfirmation, SnsMessage, SnsNotification, UnsignedFields } from './webhook/message.ts';
export { type SnsWebhookSettings, snsWebhook, type VerifiedSnsMessage } from './webhook/webhook.ts';
