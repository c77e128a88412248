/** What the fake answers: https://learn.microsoft.com/rest/api/servicebus/service-bus-runtime-rest */
import type { FakeRequest, FakeResponse } from '@im/testing';
import { allow, type BusCaller } from './access.ts';
import {
  busError,
  type Described,
  entryAnswer,
  feedAnswer,
  notFound,
  queueXml,
  subscriptionXml,
  topicXml,
} from './answers.ts';
import type { FakeMessage, FakeQueue, SentMessage } from './broker.ts';
import { readBatch, readMessage } from './messages.ts';
import { type BusWorld, publish, sourceAt } from './world.ts';

/** A request that was let in. */
export interface Handling {
  readonly request: FakeRequest;
  readonly caller: BusCaller;
  readonly world: BusWorld;
  /** Path of the entity, decoded. */
  readonly entity: string;
}

/** The vendor's limit for what a message has, in bytes. */
const mostBytes = 262_144;

function sendTo({ caller, world, entity }: Handling, messages: readonly SentMessage[]): FakeResponse {
  allow(caller, 'Send', entity);
  const queue = world.queues.get(entity.toLowerCase());
  const topic = world.topics.get(entity.toLowerCase());
  if (queue === undefined && topic === undefined) throw notFound();
  for (const message of messages) {
    if (topic === undefined) queue?.send(message);
    else publish(topic, message);
  }
  return { status: 201 };
}

/** `POST /<entity>/messages` */
export function send(handling: Handling): FakeResponse {
  const { request } = handling;
  if (request.body.byteLength > mostBytes)
    throw busError(
      403,
      'The received message size exceeds the limit (262144 bytes) currently allowed on the link',
    );
  const isBatch = (request.headers['content-type'] ?? '').startsWith(
    'application/vnd.microsoft.servicebus.json',
  );
  return sendTo(handling, isBatch ? readBatch(request) : [readMessage(request)]);
}

function sourceOf({ caller, world, entity }: Handling): FakeQueue {
  allow(caller, 'Listen', entity);
  const source = sourceAt(world, entity);
  if (source === undefined) throw notFound();
  return source;
}

/** `POST` and `DELETE /<entity>/messages/head` */
export async function receive(handling: Handling): Promise<FakeResponse> {
  const { request, entity } = handling;
  const source = sourceOf(handling);
  const seconds = Number(request.query.get('timeout') ?? 60);
  if (!Number.isInteger(seconds) || seconds < 0) throw busError(400, 'Invalid timeout');
  const takes = request.method === 'POST' ? 'lock' : 'delete';
  const message = await source.receive(seconds * 1_000, takes);
  if (message === undefined) return { status: 204 };
  const location = `http://${request.headers.host}/${entity}/messages/${message.sequenceNumber}/${message.lock?.token}`;
  return {
    status: takes === 'lock' ? 201 : 200,
    headers: { ...headersOf(message), ...(takes === 'lock' && { location }) },
    body: message.body,
  };
}

const date = (at: number) => new Date(at).toUTCString();

function headersOf(message: FakeMessage): Record<string, string> {
  const { broker, properties, contentType, lock } = message;
  const seconds = (message.expiresAt - message.enqueuedAt) / 1_000;
  const facts = {
    ...broker,
    DeliveryCount: message.deliveryCount,
    EnqueuedSequenceNumber: 0,
    EnqueuedTimeUtc: date(message.enqueuedAt),
    ...(lock && { LockToken: lock.token, LockedUntilUtc: date(lock.until) }),
    SequenceNumber: message.sequenceNumber,
    State: 'Active',
    TimeToLive: Number.isFinite(seconds) ? seconds : 922_337_203_685.477_5,
  };
  // The vendor does not say what becomes of names that HTTP cannot carry: the fake leaves such properties out.
  const own = Object.entries(properties).filter(([name]) => /^[\w!#$%&'*+.^`|~-]+$/.test(name));
  return {
    'content-type': contentType ?? 'application/atom+xml;type=entry;charset=utf-8',
    brokerproperties: asciiJson(facts),
    ...Object.fromEntries(own.map(([name, value]) => [name.toLowerCase(), asciiJson(value)])),
  };
}

function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** `DELETE`, `PUT` and `POST /<entity>/messages/<id>/<lock>` */
export function settle(handling: Handling, id: string, token: string): FakeResponse {
  const source = sourceOf(handling);
  const message = source.locked(id, token);
  if (message === undefined)
    throw busError(
      404,
      'The lock supplied is invalid. Either the lock expired, or the message has already been removed from the queue',
    );
  const { method } = handling.request;
  if (method === 'DELETE') source.complete(message);
  else if (method === 'PUT') source.abandon(message);
  else source.renew(message);
  return { status: 200 };
}

function page<Thing>(
  { request }: Handling,
  all: Iterable<Thing>,
  toXml: (thing: Thing) => Described,
): FakeResponse {
  const skip = Number(request.query.get('$skip') ?? 0);
  const top = Number(request.query.get('$top') ?? 100);
  const isRange = Number.isInteger(skip) && Number.isInteger(top) && skip >= 0 && top >= 1 && top <= 100;
  if (!isRange) throw busError(400, '40000: The $skip or $top is out of range');
  const sorted = [...all].map(toXml).sort((one, other) => (one.name < other.name ? -1 : 1));
  return feedAnswer(sorted.slice(skip, skip + top));
}

/** `GET /<entity>`, `GET /<topic>/subscriptions`, `GET /$Resources/…` */
export function describe(handling: Handling): FakeResponse {
  const { caller, world, entity } = handling;
  allow(caller, 'Manage', entity);
  const path = entity.toLowerCase();
  if (path === '$resources/queues') return page(handling, world.queues.values(), queueXml);
  if (path === '$resources/topics') return page(handling, world.topics.values(), topicXml);
  const [, topic] = /^(.*)\/subscriptions$/.exec(path) ?? [];
  if (topic !== undefined) {
    const found = world.topics.get(topic);
    if (found === undefined) throw notFound();
    return page(handling, found.subscriptions.values(), subscriptionXml);
  }
  const named = world.topics.get(path);
  if (named !== undefined) return entryAnswer(topicXml(named));
  const source = sourceAt(world, path);
  // What is not there is an empty feed.
  if (source === undefined) return feedAnswer([]);
  return entryAnswer(path.includes('/subscriptions/') ? subscriptionXml(source) : queueXml(source));
}
