/** Messages as the fake keeps them, and what they are known by. */
import { createHash } from 'node:crypto';
import { fault } from '../../common/fake/protocols.ts';

/** A message as it is kept. */
export interface StoredMessage {
  readonly id: string;
  readonly body: string;
  readonly attributes: unknown;
  readonly sentAt: number;
  readonly senderId: string;
  readonly groupId?: string | undefined;
  readonly deduplicationId?: string | undefined;
  readonly sequenceNumber?: string | undefined;
  readonly deadLetterSourceArn?: string | undefined;
  visibleAt: number;
  receiveCount: number;
  firstReceivedAt?: number | undefined;
  /** Of its latest receive. */
  receiptHandle?: string | undefined;
}

/** What is sent. */
export interface NewMessage {
  readonly body: string;
  readonly attributes?: unknown;
  readonly delaySeconds?: number | undefined;
  readonly groupId?: string | undefined;
  readonly deduplicationId?: string | undefined;
  readonly deadLetterSourceArn?: string | undefined;
}

/** How messages are received. */
export interface Receive {
  readonly most: number;
  readonly hiddenSeconds: number | undefined;
  readonly attemptId: string | undefined;
}

/** The error for a parameter that is not there. */
export function missing(name: string) {
  return fault('MissingParameter', `The request must contain the parameter ${name}.`);
}

/** The handle of a message's receive of this number. */
export function receiptHandleOf(arn: string, messageId: string, receive: number): string {
  return Buffer.from(`${messageId}/${receive}/${arn}`).toString('base64url');
}

/** The id of the message that was sent to a queue as this one of all. */
export function messageIdOf(arn: string, number: number): string {
  const hex = createHash('sha256').update(`${arn}/${number}`).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
