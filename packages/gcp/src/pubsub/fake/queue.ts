/**
 * What a subscription does with its messages.
 *
 * 1. A pull takes messages that are neither acknowledged, nor leased, nor resting, in the order of publishing, and leases them until
 *    the deadline.
 * 2. A message is given back by its deadline, or by a deadline of 0. It then rests as the retry policy says.
 * 3. With ordering, of one key there is one batch outstanding at a time; a message that is given back takes with it all
 *    later ones of its key that were delivered, acknowledged ones too.
 * 4. With a dead letter policy, a message that was given back often enough goes to the other topic instead of to a subscriber.
 *
 * @see {@link https://cloud.google.com/pubsub/docs/ordering | Pub/Sub: Order messages}
 * @see {@link https://cloud.google.com/pubsub/docs/handling-failures | Pub/Sub: Handle message failures}
 */
import { isObject } from '../../common/fake/service.ts';
import { type Copy, type FakeSubscription, millisecondsOf, type PubsubWorld, publish } from './world.ts';

const usualRetentionMs = 7 * 86_400_000;

/** A delivery, as an ack id names it. */
interface Delivery {
  readonly subscription: string;
  readonly messageId: string;
  readonly delivery: number;
}

/** The id of one delivery. The vendor's are as opaque. */
export function ackIdOf({ subscription, messageId, delivery }: Delivery): string {
  return Buffer.from(JSON.stringify([subscription, messageId, delivery])).toString('base64url');
}

/** @returns `undefined` for what is no ack id at all */
export function deliveryOf(ackId: string): Delivery | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(ackId, 'base64url').toString());
    if (!Array.isArray(value)) return undefined;
    const [subscription, messageId, delivery] = value as readonly unknown[];
    const isDelivery =
      typeof subscription === 'string' && typeof messageId === 'string' && typeof delivery === 'number';
    return isDelivery ? { subscription, messageId, delivery } : undefined;
  } catch {
    // Not JSON: somebody made it up.
    return undefined;
  }
}

/** Lets what has come due happen: leases that end, messages that are too old. */
export function settle({ clock }: PubsubWorld, subscription: FakeSubscription): void {
  const now = clock.now();
  const retention = millisecondsOf(subscription.fields, 'messageRetentionDuration', usualRetentionMs);
  subscription.copies = subscription.copies.filter(({ message }) => message.publishedAt + retention > now);
  for (const copy of subscription.copies) {
    if (copy.leaseUntil !== undefined && copy.leaseUntil <= now)
      giveBack(subscription, copy, copy.leaseUntil);
  }
}

const isOrdered = ({ fields }: FakeSubscription) => fields.enableMessageOrdering === true;
const keyOf = (subscription: FakeSubscription, { message }: Copy) =>
  isOrdered(subscription) ? message.orderingKey : undefined;

/** A message that was delivered is to be delivered again. */
export function giveBack(subscription: FakeSubscription, copy: Copy, at: number): void {
  copy.leaseUntil = undefined;
  copy.failures += 1;
  copy.availableAt = at + restMs(subscription, copy.failures);
  const key = keyOf(subscription, copy);
  if (!key) return;
  const later = subscription.copies.slice(subscription.copies.indexOf(copy) + 1);
  for (const other of later) {
    if (keyOf(subscription, other) !== key || other.deliveries === 0) continue;
    other.acked = false;
    other.leaseUntil = undefined;
  }
}

/** Doubles from the least to the most; without a policy there is no rest. */
function restMs({ fields }: FakeSubscription, failures: number): number {
  if (!isObject(fields.retryPolicy)) return 0;
  const least = millisecondsOf(fields.retryPolicy, 'minimumBackoff', 10_000);
  const most = millisecondsOf(fields.retryPolicy, 'maximumBackoff', 600_000);
  return Math.min(most, least * 2 ** (failures - 1));
}

/** Takes up to `most` messages, each with the id of its delivery. */
export function pull(
  world: PubsubWorld,
  subscription: FakeSubscription,
  most: number,
): { readonly ackId: string; readonly copy: Copy }[] {
  settle(world, subscription);
  const now = world.clock.now();
  const leaseMs = Number(subscription.fields.ackDeadlineSeconds ?? 10) * 1_000;
  const held = new Set<string>();
  const taken: Copy[] = [];
  for (const copy of subscription.copies) {
    if (copy.acked) continue;
    const key = keyOf(subscription, copy);
    const isFree = copy.leaseUntil === undefined && copy.availableAt <= now && !(key && held.has(key));
    if (isFree && isSpent(subscription, copy)) {
      forward(world, subscription, copy);
      continue;
    }
    if (isFree && taken.length < most) taken.push(copy);
    else if (key) held.add(key);
  }
  return taken.map((copy) => {
    copy.deliveries += 1;
    copy.leaseUntil = now + leaseMs;
    const { messageId } = copy.message;
    return {
      ackId: ackIdOf({ subscription: subscription.name, messageId, delivery: copy.deliveries }),
      copy,
    };
  });
}

function isSpent({ fields }: FakeSubscription, { failures }: Copy): boolean {
  return (
    isObject(fields.deadLetterPolicy) && failures >= Number(fields.deadLetterPolicy.maxDeliveryAttempts ?? 5)
  );
}

/** Attributes as the vendor adds them: https://cloud.google.com/pubsub/docs/handling-failures#dead_letter_topic */
function forward(world: PubsubWorld, subscription: FakeSubscription, copy: Copy): void {
  const policy = subscription.fields.deadLetterPolicy;
  const [, project = '', , id = ''] = subscription.name.split('/');
  const { data, attributes, orderingKey, publishedAt } = copy.message;
  copy.acked = true;
  publish(world, String(isObject(policy) && policy.deadLetterTopic), {
    data,
    orderingKey,
    attributes: {
      ...attributes,
      CloudPubSubDeadLetterSourceDeliveryCount: String(copy.failures),
      CloudPubSubDeadLetterSourceSubscription: id,
      CloudPubSubDeadLetterSourceSubscriptionProject: project,
      CloudPubSubDeadLetterSourceTopicPublishTime: new Date(publishedAt).toISOString(),
    },
  });
}

/** The message of a delivery that is still its latest one. */
export function copyOf(subscription: FakeSubscription, { messageId, delivery }: Delivery): Copy | undefined {
  return subscription.copies.find(
    ({ message, deliveries, acked }) => !acked && message.messageId === messageId && deliveries === delivery,
  );
}
