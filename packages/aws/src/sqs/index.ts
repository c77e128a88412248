export type { BatchFailure, BatchResult } from '../common/batch.ts';
export type { MessageAttribute, TypedAttribute } from '../common/message-attributes.ts';
export { sqsErrors } from './errors.ts';
export type {
  FifoMessage,
  MoveTask,
  OutgoingMessage,
  QueueInfo,
  QueueSettings,
  ReceivedMessage,
  ReceiveOptions,
  SentMessage,
} from './model.ts';
export { type SqsOptions, sqsOptions } from './options.ts';
export { sqs } from './sqs.ts';
