/** One queue of the fake: messages that are waiting, hidden or delayed, by the rules of standard and FIFO queues. */
import { createHash } from 'node:crypto';
import type { Clock } from '@im/core';
import { fault } from '../../common/fake/protocols.ts';
import {
  messageIdOf,
  missing,
  type NewMessage,
  type Receive,
  receiptHandleOf,
  type StoredMessage,
} from './message.ts';

/** How long a deduplication id counts, and the id of an attempt to receive. */
const deduplicationMs = 5 * 60_000;
/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
const mostMessageBytes = 1_048_576;

/** One queue. */
export class FakeQueue {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly tags: Record<string, string>;
  attributes: Record<string, string>;
  changedAt: number;
  purgedAt = Number.NEGATIVE_INFINITY;
  messages: StoredMessage[] = [];
  readonly #clock: Clock;
  readonly #deduplicated = new Map<string, { readonly message: StoredMessage; readonly until: number }>();
  readonly #attempts = new Map<
    string,
    { readonly messages: readonly StoredMessage[]; readonly until: number }
  >();
  readonly #waiting = new Set<() => void>();
  #sent = 0;

  constructor(
    clock: Clock,
    place: { readonly name: string; readonly url: string; readonly arn: string },
    attributes: Record<string, string>,
    tags: Record<string, string>,
  ) {
    this.#clock = clock;
    this.name = place.name;
    this.url = place.url;
    this.arn = place.arn;
    this.attributes = attributes;
    this.tags = tags;
    this.createdAt = clock.now();
    this.changedAt = clock.now();
  }

  get isFifo(): boolean {
    return this.name.endsWith('.fifo');
  }

  /** @throws the error of AWS for a message that it would refuse */
  send(message: NewMessage, senderId: string): StoredMessage {
    if (message.body === '') throw missing('MessageBody');
    if (Buffer.byteLength(message.body) > mostMessageBytes)
      throw fault(
        'InvalidParameterValue',
        'One or more parameters are invalid. Reason: Message must be shorter than 1048576 bytes.',
      );
    const deduplicationId = this.isFifo ? this.#deduplicationId(message) : undefined;
    if (this.isFifo && message.groupId === undefined) throw missing('MessageGroupId');
    const now = this.#clock.now();
    const known = deduplicationId === undefined ? undefined : this.#deduplicated.get(deduplicationId);
    if (known !== undefined && known.until > now) return known.message;
    this.#sent += 1;
    const delay = message.delaySeconds ?? Number(this.attributes.DelaySeconds ?? 0);
    const stored: StoredMessage = {
      id: messageIdOf(this.arn, this.#sent),
      body: message.body,
      attributes: message.attributes,
      sentAt: now,
      senderId,
      groupId: message.groupId,
      deduplicationId,
      sequenceNumber: this.isFifo ? String(18_000_000_000_000_000_000n + BigInt(this.#sent)) : undefined,
      deadLetterSourceArn: message.deadLetterSourceArn,
      visibleAt: now + delay * 1_000,
      receiveCount: 0,
    };
    this.messages.push(stored);
    if (deduplicationId !== undefined)
      this.#deduplicated.set(deduplicationId, { message: stored, until: now + deduplicationMs });
    for (const wake of [...this.#waiting]) wake();
    return stored;
  }

  #deduplicationId({ deduplicationId, body }: NewMessage): string {
    if (deduplicationId !== undefined) return deduplicationId;
    if (this.attributes.ContentBasedDeduplication === 'true')
      return createHash('sha256').update(body).digest('hex');
    throw fault(
      'InvalidParameterValue',
      'The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    );
  }

  /** Messages now, or as soon as there are some, up to `waitSeconds`. */
  async receive(
    receive: Receive,
    waitSeconds: number,
    onDead: (message: StoredMessage) => void,
  ): Promise<readonly StoredMessage[]> {
    const until = this.#clock.now() + waitSeconds * 1_000;
    for (;;) {
      const messages = this.take(receive, onDead);
      const left = until - this.#clock.now();
      if (messages.length > 0 || left <= 0) return messages;
      await this.#news(left);
    }
  }

  /** Resolves when something is sent, when something becomes visible again, or after `ms`. */
  #news(ms: number): Promise<void> {
    const next = Math.min(
      ...this.messages.map(({ visibleAt }) => visibleAt - this.#clock.now()).filter((left) => left > 0),
      ms,
    );
    return new Promise((resolve) => {
      const done = () => {
        cancel();
        this.#waiting.delete(done);
        resolve();
      };
      const cancel = this.#clock.schedule(next, done);
      this.#waiting.add(done);
    });
  }

  /** Messages that can be received now. @param onDead gets what the redrive policy takes out */
  take(
    { most, hiddenSeconds, attemptId }: Receive,
    onDead: (message: StoredMessage) => void,
  ): readonly StoredMessage[] {
    const now = this.#clock.now();
    const hiddenMs = (hiddenSeconds ?? Number(this.attributes.VisibilityTimeout ?? 30)) * 1_000;
    const earlier = attemptId === undefined ? undefined : this.#attempts.get(attemptId);
    if (earlier !== undefined && earlier.until > now) {
      for (const message of earlier.messages) message.visibleAt = now + hiddenMs;
      return earlier.messages;
    }
    this.#expire(now);
    this.#moveDead(onDead, now);
    const locked = new Set(
      this.messages
        .filter((one) => one.visibleAt > now && one.receiveCount > 0)
        .map(({ groupId }) => groupId),
    );
    const taken: StoredMessage[] = [];
    for (const message of this.messages) {
      if (taken.length === most) break;
      if (message.visibleAt > now || (this.isFifo && locked.has(message.groupId))) continue;
      message.receiveCount += 1;
      message.firstReceivedAt ??= now;
      message.visibleAt = now + hiddenMs;
      message.receiptHandle = receiptHandleOf(this.arn, message.id, message.receiveCount);
      taken.push(message);
    }
    if (attemptId !== undefined && taken.length > 0)
      this.#attempts.set(attemptId, { messages: taken, until: now + deduplicationMs });
    return taken;
  }

  #expire(now: number): void {
    const keptMs = Number(this.attributes.MessageRetentionPeriod ?? 345_600) * 1_000;
    this.messages = this.messages.filter(({ sentAt }) => sentAt + keptMs > now);
  }

  /** Messages that were received as often as the redrive policy allows go to the dead-letter queue. */
  #moveDead(onDead: (message: StoredMessage) => void, now: number): void {
    const policy = this.attributes.RedrivePolicy;
    if (policy === undefined) return;
    const { maxReceiveCount } = JSON.parse(policy) as { readonly maxReceiveCount: number };
    const dead = this.messages.filter(
      (one) => one.visibleAt <= now && one.receiveCount >= Number(maxReceiveCount),
    );
    this.messages = this.messages.filter((message) => !dead.includes(message));
    for (const message of dead) onDead(message);
  }

  /** @throws `ReceiptHandleIsInvalid` for what is no handle of this queue */
  find(receiptHandle: string): StoredMessage | undefined {
    const [id, , arn] = Buffer.from(receiptHandle, 'base64url').toString().split('/');
    if (arn !== this.arn)
      throw fault('ReceiptHandleIsInvalid', 'The input receipt handle is invalid.', {
        status: 404,
        queryCode: 'ReceiptHandleIsInvalid',
      });
    return this.messages.find((message) => message.id === id);
  }

  delete(receiptHandle: string): void {
    const message = this.find(receiptHandle);
    this.messages = this.messages.filter((other) => other !== message);
    this.#touch(message);
  }

  hide(receiptHandle: string, seconds: number): void {
    const message = this.find(receiptHandle);
    const now = this.#clock.now();
    if (message === undefined || message.receiptHandle !== receiptHandle || message.visibleAt <= now)
      throw fault('MessageNotInflight', 'The message is not in flight.', {
        queryCode: 'AWS.SimpleQueueService.MessageNotInflight',
      });
    message.visibleAt = now + seconds * 1_000;
    this.#touch(message);
    for (const wake of [...this.#waiting]) wake();
  }

  /** An attempt whose messages were changed cannot be repeated. */
  #touch(message: StoredMessage | undefined): void {
    for (const [id, attempt] of this.#attempts)
      if (message !== undefined && attempt.messages.includes(message)) this.#attempts.delete(id);
  }

  /** Messages by what they are doing. */
  counts(): { readonly waiting: number; readonly inFlight: number; readonly delayed: number } {
    const now = this.#clock.now();
    const hidden = this.messages.filter(({ visibleAt }) => visibleAt > now);
    const inFlight = hidden.filter(({ receiveCount }) => receiveCount > 0).length;
    return { waiting: this.messages.length - hidden.length, inFlight, delayed: hidden.length - inFlight };
  }
}
