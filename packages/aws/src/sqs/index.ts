export { sqsErrors } from './errors.ts';
export type {
  BatchFailure,
  BatchResult,
  FifoMessage,
  MessageAttribute,
  MoveTask,
  OutgoingMessage,
  QueueInfo,
  QueueSettings,
  ReceivedMessage,
  ReceiveOptions,
  SentMessage,
  TypedAttribute,
} from './model.ts';
export { type SqsOptions, sqsOptions } from './options.ts';
export { sqs } from './sqs.ts';
