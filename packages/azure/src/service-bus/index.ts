export { deadLetterPath, subscriptionPath } from './entities.ts';
export { serviceBusErrors } from './errors.ts';
export type {
  BatchMessage,
  EntitySettings,
  LockedMessage,
  MessageCounts,
  MessageLock,
  OutgoingMessage,
  PropertyValue,
  QueueDescription,
  ReceivedMessage,
  ReceiveOptions,
  SubscriptionDescription,
  TopicDescription,
} from './model.ts';
export { type ServiceBusOptions, serviceBusOptions } from './options.ts';
export { serviceBus } from './service-bus.ts';
