export { queueErrors } from './errors.ts';
export type {
  GetMessagesOptions,
  ListQueuesOptions,
  PeekedMessage,
  PutMessage,
  PutMessageOptions,
  QueueItem,
  QueueMessage,
  QueueProperties,
  UpdatedMessage,
} from './model.ts';
export { type QueueOptions, queueOptions } from './options.ts';
export { queue } from './queue.ts';
