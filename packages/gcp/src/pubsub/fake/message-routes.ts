/** What the fake answers to publishers and subscribers: https://cloud.google.com/pubsub/docs/reference/rest */
import type { FakeRequest } from '@im/testing';
import { googleError } from '../../common/fake/error.ts';
import { bodyOf, bytesOf, type GoogleRoutes, isObject, timeOf } from '../../common/fake/service.ts';
import { subscriptionOf, topicOf } from './find.ts';
import { copyOf, deliveryOf, giveBack, pull, settle } from './queue.ts';
import { type FakeSubscription, type PubsubWorld, publish, type StoredMessage } from './world.ts';

type Handler = GoogleRoutes<PubsubWorld>[string];

const mostMessages = 1_000;
const mostBytes = 10_000_000;

function messageFrom(value: unknown): Omit<StoredMessage, 'messageId' | 'publishedAt'> {
  const { data, attributes, orderingKey } = isObject(value) ? value : {};
  const bytes = bytesOf(data, 'messages.data');
  const entries = Object.entries(isObject(attributes) ? attributes : {});
  if (bytes.byteLength === 0 && entries.length === 0)
    throw googleError(
      400,
      'One or more messages in the publish request is empty. Each message must contain data or at least one attribute.',
    );
  const isFine = entries.every(
    ([key, text]) =>
      key !== '' &&
      !key.startsWith('goog') &&
      Buffer.byteLength(key) <= 256 &&
      Buffer.byteLength(String(text)) <= 1_024,
  );
  if (!isFine || entries.length > 100) throw googleError(400, 'An attribute of a message is invalid.');
  const key = typeof orderingKey === 'string' ? orderingKey : '';
  if (Buffer.byteLength(key) > 1_024) throw googleError(400, 'An ordering key is too long.');
  return {
    data: bytes.byteLength === 0 ? undefined : bytes.toString('base64'),
    attributes: Object.fromEntries(entries.map(([name, text]) => [name, String(text)])),
    orderingKey: key || undefined,
  };
}

const publishRoute: Handler = (request, world) => {
  const topic = topicOf(request, world);
  const { messages } = bodyOf(request);
  if (!Array.isArray(messages) || messages.length === 0)
    return googleError(
      400,
      'The value for message_count is too small. You passed 0 in the request, but the minimum value is 1.',
    );
  if (messages.length > mostMessages)
    return googleError(
      400,
      `The value for message_count is too large. You passed ${messages.length}, but the maximum value is ${mostMessages}.`,
    );
  // The limit holds for the bytes, not for their base64.
  if (request.body.byteLength > mostBytes * 1.4) return googleError(400, 'The request is too large.');
  const checked = messages.map(messageFrom);
  return { json: { messageIds: checked.map((message) => publish(world, topic.name, message)) } };
};

function consumer(request: FakeRequest, world: PubsubWorld): FakeSubscription {
  const subscription = subscriptionOf(request, world);
  if (subscription.detached)
    throw googleError(400, `Subscription ${subscription.name} is detached.`, {
      status: 'FAILED_PRECONDITION',
    });
  const push = subscription.fields.pushConfig;
  if (isObject(push) && push.pushEndpoint)
    throw googleError(400, 'This method is not supported for this subscription type.', {
      status: 'FAILED_PRECONDITION',
    });
  settle(world, subscription);
  return subscription;
}

const pullRoute: Handler = (request, world) => {
  const subscription = consumer(request, world);
  const { maxMessages } = bodyOf(request);
  const most = Number(maxMessages);
  if (!Number.isInteger(most) || most < 1)
    return googleError(400, 'max_messages must be a positive integer.');
  const isCounted = isObject(subscription.fields.deadLetterPolicy);
  const receivedMessages = pull(world, subscription, Math.min(most, mostMessages)).map(({ ackId, copy }) => {
    const { message, failures } = copy;
    return {
      ackId,
      message: {
        ...(message.data !== undefined && { data: message.data }),
        ...(Object.keys(message.attributes).length > 0 && { attributes: message.attributes }),
        messageId: message.messageId,
        publishTime: timeOf(message.publishedAt),
        ...(message.orderingKey && { orderingKey: message.orderingKey }),
      },
      ...(isCounted && { deliveryAttempt: failures + 1 }),
    };
  });
  return { json: receivedMessages.length === 0 ? {} : { receivedMessages } };
};

/** The deliveries that a request names; those that are over are left out, or refused where delivery is exactly once. */
function deliveriesOf(request: FakeRequest, subscription: FakeSubscription, now: number) {
  const { ackIds } = bodyOf(request);
  if (!Array.isArray(ackIds) || ackIds.length === 0) throw googleError(400, 'No ack ids specified.');
  const copies = ackIds.map((ackId) => {
    const delivery = deliveryOf(String(ackId));
    if (delivery === undefined || delivery.subscription !== subscription.name)
      throw googleError(400, `You have passed an invalid ack ID to the service (ack_id=${String(ackId)}).`);
    return { ackId: String(ackId), copy: copyOf(subscription, delivery) };
  });
  const isOver = ({ copy }: (typeof copies)[number]) =>
    copy?.leaseUntil === undefined || copy.leaseUntil <= now;
  const over = subscription.fields.enableExactlyOnceDelivery === true ? copies.filter(isOver) : [];
  return { copies: copies.flatMap(({ copy }) => copy ?? []), over };
}

/** What was done is done; what is over is named. */
function refuseOver(over: readonly { readonly ackId: string }[]): void {
  if (over.length === 0) return;
  const metadata = Object.fromEntries(over.map(({ ackId }) => [ackId, 'PERMANENT_FAILURE_INVALID_ACK_ID']));
  throw googleError(400, 'Some acknowledgement ids in the request were out of order, expired or invalid.', {
    status: 'FAILED_PRECONDITION',
    details: [
      {
        '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
        reason: 'EXACTLY_ONCE_ACKID_FAILURE',
        domain: 'pubsub.googleapis.com',
        metadata,
      },
    ],
  });
}

const acknowledge: Handler = (request, world) => {
  const subscription = consumer(request, world);
  const { copies, over } = deliveriesOf(request, subscription, world.clock.now());
  for (const copy of copies) {
    copy.acked = true;
    copy.leaseUntil = undefined;
  }
  refuseOver(over);
  return { json: {} };
};

const modifyAckDeadline: Handler = (request, world) => {
  const subscription = consumer(request, world);
  const seconds = Number(bodyOf(request).ackDeadlineSeconds ?? 0);
  if (!Number.isInteger(seconds) || seconds < 0 || seconds > 600)
    return googleError(400, 'ack_deadline_seconds must be between 0 and 600.');
  const now = world.clock.now();
  const { copies, over } = deliveriesOf(request, subscription, now);
  for (const copy of copies) {
    if (copy.leaseUntil === undefined) continue;
    if (seconds === 0) giveBack(subscription, copy, now);
    else copy.leaseUntil = now + seconds * 1_000;
  }
  refuseOver(over);
  return { json: {} };
};

/** To an instant, or to a snapshot. Messages that the topic alone keeps do not come back: the fake has none. */
const seek: Handler = (request, world) => {
  const subscription = subscriptionOf(request, world);
  settle(world, subscription);
  const { time, snapshot } = bodyOf(request);
  const retained = subscription.fields.retainAckedMessages === true;
  const saved = typeof snapshot === 'string' ? world.snapshots.get(snapshot) : undefined;
  if (snapshot !== undefined && saved === undefined)
    return googleError(404, `Resource not found (resource=${String(snapshot)}).`);
  const at = Date.parse(String(time));
  if (saved === undefined && Number.isNaN(at))
    return googleError(400, 'One of time or snapshot must be set.');
  for (const copy of subscription.copies) {
    const { messageId, publishedAt } = copy.message;
    const isOpen = saved
      ? saved.backlog.has(messageId) || publishedAt > saved.createdAt
      : publishedAt > at && (retained || !copy.acked);
    copy.acked = !isOpen;
    copy.leaseUntil = undefined;
    copy.availableAt = world.clock.now();
  }
  return { json: {} };
};

const subscription = '/v1/projects/:project/subscriptions/:subscription';

export const messageRoutes: GoogleRoutes<PubsubWorld> = {
  'POST /v1/projects/:project/topics/:topic:publish': publishRoute,
  [`POST ${subscription}:pull`]: pullRoute,
  [`POST ${subscription}:acknowledge`]: acknowledge,
  [`POST ${subscription}:modifyAckDeadline`]: modifyAckDeadline,
  [`POST ${subscription}:seek`]: seek,
};
