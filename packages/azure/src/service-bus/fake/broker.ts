/**
 * What a queue or subscription does with its messages.
 *
 * 1. A message that is scheduled comes when its time has come. One whose time to live is over is gone, or becomes a dead letter.
 * 2. Receiving takes the first that is not locked, counts the delivery, and locks it; or deletes it at once.
 * 3. A lock ends by completing, by abandoning, or by its time. A message that comes back after its last delivery becomes a dead letter.
 * 4. Where duplicates are detected, a message whose id came within the window is taken and dropped.
 *
 * @see {@link https://learn.microsoft.com/azure/service-bus-messaging/message-transfers-locks-settlement | Service Bus: Transfers, locks and settlement}
 * @see {@link https://learn.microsoft.com/azure/service-bus-messaging/service-bus-dead-letter-queues | Service Bus: Dead-letter queues}
 */
import { createHash } from 'node:crypto';
import type { Clock } from '@im/core';

/** What a message is sent with. */
export interface SentMessage {
  readonly body: Buffer;
  readonly contentType: string | undefined;
  /** By the vendor's names: `MessageId`, `Label`. */
  readonly broker: Readonly<Record<string, string>>;
  readonly properties: Readonly<Record<string, string | number | boolean>>;
  readonly timeToLiveSeconds: number | undefined;
  /** Milliseconds since 1970. */
  readonly scheduledAt: number | undefined;
}

/** A message in a queue. */
export interface FakeMessage extends SentMessage {
  readonly sequenceNumber: number;
  readonly enqueuedAt: number;
  readonly expiresAt: number;
  deliveryCount: number;
  lock?: { readonly token: string; readonly until: number } | undefined;
}

/** Settings of a queue or subscription. */
export interface FakeQueueSettings {
  readonly lockSeconds: number;
  readonly maxDeliveryCount: number;
  readonly deadLettersExpired: boolean;
  /** `Infinity`: for good. */
  readonly timeToLiveSeconds: number;
  /** Seconds for which message ids are remembered; 0 for none. */
  readonly duplicateSeconds: number;
  readonly maxSizeMegabytes: number;
}

export const usualSettings: FakeQueueSettings = {
  lockSeconds: 60,
  maxDeliveryCount: 10,
  deadLettersExpired: false,
  timeToLiveSeconds: Number.POSITIVE_INFINITY,
  duplicateSeconds: 0,
  maxSizeMegabytes: 1_024,
};

/** Messages, and who waits for one. */
export class FakeQueue {
  readonly name: string;
  readonly settings: FakeQueueSettings;
  readonly deadLetters: FakeQueue | undefined;
  messages: FakeMessage[] = [];
  readonly #clock: Clock;
  readonly #seen = new Map<string, number>();
  readonly #waiting = new Set<() => void>();
  #count = 0;

  constructor(clock: Clock, name: string, settings: Partial<FakeQueueSettings> = {}, isDeadLetters = false) {
    this.#clock = clock;
    this.name = name;
    this.settings = { ...usualSettings, ...settings };
    this.deadLetters = isDeadLetters ? undefined : new FakeQueue(clock, `${name}/$DeadLetterQueue`, {}, true);
  }

  send(sent: SentMessage): void {
    const now = this.#clock.now();
    if (this.#isDuplicate(sent.broker.MessageId, now)) return;
    this.#count += 1;
    const from = Math.max(sent.scheduledAt ?? now, now);
    const seconds = Math.min(
      sent.timeToLiveSeconds ?? Number.POSITIVE_INFINITY,
      this.settings.timeToLiveSeconds,
    );
    this.messages.push({
      ...sent,
      sequenceNumber: this.#count,
      enqueuedAt: from,
      expiresAt: from + seconds * 1_000,
      deliveryCount: 0,
    });
    this.#wake();
  }

  #isDuplicate(id: string | undefined, now: number): boolean {
    const { duplicateSeconds } = this.settings;
    if (duplicateSeconds === 0 || id === undefined) return false;
    const until = this.#seen.get(id) ?? 0;
    if (until > now) return true;
    this.#seen.set(id, now + duplicateSeconds * 1_000);
    return false;
  }

  /** Takes the next message; `undefined` when `waitMs` are over. */
  async receive(waitMs: number, takes: 'lock' | 'delete'): Promise<FakeMessage | undefined> {
    const until = this.#clock.now() + waitMs;
    for (;;) {
      const found = this.take(takes);
      const left = until - this.#clock.now();
      if (found !== undefined || left <= 0) return found;
      await this.#change(Math.min(left, this.#nextChange()));
    }
  }

  /** The next message, if there is one. */
  take(takes: 'lock' | 'delete'): FakeMessage | undefined {
    this.settle();
    const now = this.#clock.now();
    const message = this.messages.find(({ lock, enqueuedAt }) => lock === undefined && enqueuedAt <= now);
    if (message === undefined) return undefined;
    message.deliveryCount += 1;
    if (takes === 'delete') this.#remove(message);
    else message.lock = { token: this.#token(message), until: now + this.settings.lockSeconds * 1_000 };
    return message;
  }

  #token({ sequenceNumber, deliveryCount }: FakeMessage): string {
    const digest = createHash('sha256').update(JSON.stringify([this.name, sequenceNumber, deliveryCount]));
    return digest.digest('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
  }

  /** The message that is locked under this token; by its number or its id. */
  locked(id: string, token: string): FakeMessage | undefined {
    this.settle();
    return this.messages.find(
      ({ sequenceNumber, broker, lock }) =>
        lock?.token === token && (String(sequenceNumber) === id || broker.MessageId === id),
    );
  }

  complete(message: FakeMessage): void {
    this.#remove(message);
  }

  renew(message: FakeMessage): void {
    const token = message.lock?.token ?? '';
    message.lock = { token, until: this.#clock.now() + this.settings.lockSeconds * 1_000 };
  }

  /** Gives a message back, or makes it a dead letter after its last delivery. */
  abandon(message: FakeMessage): void {
    delete message.lock;
    if (message.deliveryCount >= this.settings.maxDeliveryCount)
      this.#bury(
        message,
        'MaxDeliveryCountExceeded',
        `Message could not be consumed after ${message.deliveryCount} delivery attempts.`,
      );
    else this.#wake();
  }

  /** Lets what has come due happen: locks that end, messages that expire. */
  settle(): void {
    const now = this.#clock.now();
    for (const message of [...this.messages]) {
      if (message.lock !== undefined && message.lock.until <= now) this.abandon(message);
      if (message.lock !== undefined || message.expiresAt > now || !this.messages.includes(message)) continue;
      if (this.settings.deadLettersExpired)
        this.#bury(message, 'TTLExpiredException', 'The message expired and was dead lettered.');
      else this.#remove(message);
    }
  }

  /** A queue of dead letters keeps its own: what comes back there stays. */
  #bury(message: FakeMessage, reason: string, description: string): void {
    if (this.deadLetters === undefined) return;
    this.#remove(message);
    const why = { DeadLetterReason: reason, DeadLetterErrorDescription: description };
    const { body, contentType, broker, properties } = message;
    this.deadLetters.send({
      body,
      contentType,
      broker,
      properties: { ...properties, ...why },
      timeToLiveSeconds: undefined,
      scheduledAt: undefined,
    });
  }

  #remove(message: FakeMessage): void {
    this.messages = this.messages.filter((one) => one !== message);
  }

  counts(): { readonly active: number; readonly scheduled: number } {
    this.settle();
    const now = this.#clock.now();
    const active = this.messages.filter(({ enqueuedAt }) => enqueuedAt <= now).length;
    return { active, scheduled: this.messages.length - active };
  }

  /** Milliseconds until something changes by itself. */
  #nextChange(): number {
    const now = this.#clock.now();
    const times = this.messages.flatMap(({ lock, enqueuedAt }) => [lock?.until ?? enqueuedAt]);
    return Math.max(Math.min(...times.filter((at) => at > now), Number.MAX_SAFE_INTEGER) - now, 1);
  }

  #change(mostMs: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        cancel();
        this.#waiting.delete(done);
        resolve();
      };
      const cancel = this.#clock.schedule(mostMs, done, { background: true });
      this.#waiting.add(done);
    });
  }

  #wake(): void {
    for (const done of [...this.#waiting]) done();
  }
}
