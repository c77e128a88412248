/** A subscription as an endless loop over its messages. */
import {
  type ClientOf,
  type Clock,
  IntegrationError,
  isIntegrationError,
  sleep,
  systemClock,
} from '@im/core';
import type { ReceivedMessage } from '../model.ts';
import type { pubsub } from '../pubsub.ts';
import { createBatcher } from './batcher.ts';
import { createLeases } from './leases.ts';

/** The operations that a subscriber needs: a client of Pub/Sub has them. */
export type SubscriberClient = Pick<ClientOf<typeof pubsub>, 'pull' | 'acknowledge' | 'modifyAckDeadline'>;

/** How a subscription is read. */
export interface SubscribeOptions {
  /** Most messages that are out at once, neither acknowledged nor given back. Nothing more is pulled meanwhile. Default 100. */
  readonly maxOutstanding?: number | undefined;
  /** Seconds for which a message stays ours; moved on at half time. 10 to 600. Default 60. */
  readonly leaseSeconds?: number | undefined;
  /** Seconds after which a message that is still out is let go, to be delivered again. Default 3,600. */
  readonly maxLeaseSeconds?: number | undefined;
  /** Milliseconds that one pull waits where there is nothing. Default 10,000. */
  readonly waitMs?: number | undefined;
  /** Ends the loop at once: its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
  /** Told of failures that the loop gets over: a pull that is tried again, a deadline that could not be moved. */
  readonly onError?: ((error: unknown) => void) | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
}

/** A message that is ours until it is acknowledged or given back. */
export interface Delivery extends ReceivedMessage {
  /** Done with. Those of several messages go in one request, and fail together. */
  ack(): Promise<void>;
  /** Given back, to be delivered again as the subscription says. */
  nack(): Promise<void>;
}

const mostIds = 1_000;
/** An empty answer that comes sooner is no wait of the vendor's. */
const quickMs = 1_000;
const idleMs = { first: 100, most: 1_000 } as const;
const retryMs = { first: 1_000, most: 60_000 } as const;

/**
 * The messages of a subscription, as they come, for ever.
 *
 * ```ts
 * for await (const delivery of subscribe(client, 'orders-worker', { signal })) {
 *   await handle(delivery.data);
 *   await delivery.ack();
 * }
 * ```
 *
 * A message is pulled when the loop asks for one, and not while `maxOutstanding` are out; so work that is not awaited in the loop
 * may go on for so many at once. Failures that pass by themselves are waited out. Leaving the loop gives back what was pulled
 * and not yet handed out; what was handed out may still be acknowledged, but its deadline is no longer moved.
 *
 * While iterating it throws what a pull throws, unless that passes by itself; the signal's reason; `IntegrationError`
 * `invalid_argument` for options out of range.
 */
export async function* subscribe(
  client: SubscriberClient,
  subscription: string,
  options: SubscribeOptions = {},
): AsyncGenerator<Delivery, void, undefined> {
  const { signal, onError = () => {}, clock = systemClock, waitMs = 10_000 } = options;
  const most = checkRange('maxOutstanding', options.maxOutstanding ?? 100, 1, 100_000);
  const leaseSeconds = checkRange('leaseSeconds', options.leaseSeconds ?? 60, 10, 600);
  const mostSeconds = checkRange('maxLeaseSeconds', options.maxLeaseSeconds ?? 3_600, leaseSeconds, 604_800);

  const move = async (ackIds: readonly string[], seconds: number): Promise<void> => {
    for (let start = 0; start < ackIds.length; start += mostIds)
      await client.modifyAckDeadline(subscription, ackIds.slice(start, start + mostIds), seconds);
  };
  const leases = createLeases({
    clock,
    leaseMs: leaseSeconds * 1_000,
    mostMs: mostSeconds * 1_000,
    extend: (ackIds) => move(ackIds, leaseSeconds).catch(onError),
  });
  const acks = createBatcher(mostIds, (ackIds) => client.acknowledge(subscription, ackIds));
  const nacks = createBatcher(mostIds, (ackIds) => client.modifyAckDeadline(subscription, ackIds, 0));
  const toDelivery = (message: ReceivedMessage): Delivery => ({
    ...message,
    ack: () => acks.add(message.ackId).finally(() => leases.drop(message.ackId)),
    nack: () => nacks.add(message.ackId).finally(() => leases.drop(message.ackId)),
  });

  let pulled: readonly ReceivedMessage[] = [];
  let idle: number = idleMs.first;
  let retry: number = retryMs.first;
  try {
    while (true) {
      await leases.room(most, signal);
      const startedAt = clock.now();
      try {
        const maxMessages = Math.min(most - leases.size, mostIds);
        pulled = await client.pull(subscription, { maxMessages, waitMs }, { signal });
      } catch (error) {
        if (signal?.aborted || !isIntegrationError(error) || !error.retryable) throw error;
        onError(error);
        await sleep(clock, Math.max(retry, error.retryAfterMs ?? 0), signal);
        retry = Math.min(retry * 2, retryMs.most);
        continue;
      }
      retry = retryMs.first;
      if (pulled.length === 0) {
        if (clock.now() - startedAt < quickMs) await sleep(clock, idle, signal);
        idle = Math.min(idle * 2, idleMs.most);
        continue;
      }
      idle = idleMs.first;
      leases.take(pulled.map(({ ackId }) => ackId));
      for (let message = pulled[0]; message !== undefined; message = pulled[0]) {
        pulled = pulled.slice(1);
        // Its lease may be over by now, and then it is somebody else's.
        if (leases.has(message.ackId)) yield toDelivery(message);
        signal?.throwIfAborted();
      }
    }
  } finally {
    const unseen = pulled.map(({ ackId }) => ackId).filter((ackId) => leases.has(ackId));
    leases.close();
    const rest = Promise.all([move(unseen, 0).catch(onError), acks.idle(), nacks.idle()]);
    // An abort is not kept waiting: what is under way goes on by itself.
    if (signal?.aborted !== true) await rest;
  }
}

function checkRange(what: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new IntegrationError(`${what} is ${value}`, {
    code: 'invalid_argument',
    remedy: `give a whole number from ${least} to ${most}`,
  });
}
