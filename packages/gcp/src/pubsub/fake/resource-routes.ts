/** What the fake answers to requests about topics, subscriptions and snapshots themselves. */
import type { FakeRequest, FakeResponse } from '@im/testing';
import { googleError } from '../../common/fake/error.ts';
import { bodyOf, type GoogleRoutes, isObject, pageOf } from '../../common/fake/service.ts';
import {
  projectOf,
  snapshotNameOf,
  snapshotOf,
  subscriptionNameOf,
  subscriptionOf,
  topicNameOf,
  topicOf,
} from './find.ts';
import { settle } from './queue.ts';
import {
  addSnapshot,
  addSubscription,
  addTopic,
  type PubsubWorld,
  removeTopic,
  snapshotJson,
  subscriptionJson,
  topicJson,
} from './world.ts';

type Handler = GoogleRoutes<PubsubWorld>[string];

const id = /\/(?!goog)[A-Za-z][\w.~+%-]{2,254}$/;

function checkId(name: string): void {
  if (!id.test(name)) throw googleError(400, `You have passed an invalid resource name: ${name}`);
}

/** Fields that are set; those that the vendor makes itself are left out. */
function fieldsFrom(body: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { name: _name, topic: _topic, state: _state, ...fields } = body;
  return fields;
}

function list<Thing>(
  request: FakeRequest,
  field: string,
  all: readonly Thing[],
  render: (thing: Thing) => unknown,
): FakeResponse {
  const { items, nextPageToken } = pageOf(request, all);
  return {
    json: {
      ...(items.length > 0 && { [field]: items.map(render) }),
      ...(nextPageToken && { nextPageToken }),
    },
  };
}

const inProject = <Thing extends { readonly name: string }>(request: FakeRequest, all: Iterable<Thing>) =>
  [...all].filter(({ name }) => name.startsWith(`${projectOf(request)}/`));

/** Fields in the mask are replaced; those that the body leaves out are taken away. */
function patched(
  current: Readonly<Record<string, unknown>>,
  body: Readonly<Record<string, unknown>>,
  part: string,
  immutable: readonly string[],
): Readonly<Record<string, unknown>> {
  const given = isObject(body[part]) ? body[part] : {};
  const mask = String(body.updateMask ?? '')
    .split(',')
    .filter((field) => field !== '');
  if (mask.length === 0) throw googleError(400, 'The update_mask in the request is required.');
  const wrong = mask.find((field) => immutable.includes(field));
  if (wrong !== undefined) throw googleError(400, `Invalid update_mask: the field ${wrong} is immutable.`);
  const kept = Object.entries(current).filter(([field]) => !mask.includes(field));
  const taken = mask
    .filter((field) => given[field] !== undefined)
    .map((field) => [field, given[field]] as const);
  return Object.fromEntries([...kept, ...taken]);
}

const createTopic: Handler = (request, world) => {
  const name = topicNameOf(request);
  checkId(name);
  if (world.topics.has(name))
    return googleError(409, `Resource already exists in the project (resource=${name}).`);
  return { json: topicJson(addTopic(world, name, fieldsFrom(bodyOf(request)))) };
};

const patchTopic: Handler = (request, world) => {
  const topic = topicOf(request, world);
  topic.fields = patched(topic.fields, bodyOf(request), 'topic', ['name', 'kmsKeyName']);
  return { json: topicJson(topic) };
};

const createSubscription: Handler = (request, world) => {
  const name = subscriptionNameOf(request);
  checkId(name);
  const body = bodyOf(request);
  const topic = String(body.topic ?? '');
  if (world.subscriptions.has(name))
    return googleError(409, `Resource already exists in the project (resource=${name}).`);
  if (!world.topics.has(topic)) return googleError(404, `Resource not found (resource=${topic}).`);
  if (body.filter) return googleError(400, 'The fake knows no filters.');
  const { deadLetterPolicy } = body;
  if (isObject(deadLetterPolicy) && !world.topics.has(String(deadLetterPolicy.deadLetterTopic)))
    return googleError(404, `Resource not found (resource=${String(deadLetterPolicy.deadLetterTopic)}).`);
  return { json: subscriptionJson(addSubscription(world, name, topic, fieldsFrom(body))) };
};

const patchSubscription: Handler = (request, world) => {
  const subscription = subscriptionOf(request, world);
  const immutable = ['name', 'topic', 'enableMessageOrdering', 'filter'];
  subscription.fields = patched(subscription.fields, bodyOf(request), 'subscription', immutable);
  return { json: subscriptionJson(subscription) };
};

const detach: Handler = (request, world) => {
  const subscription = subscriptionOf(request, world);
  subscription.detached = true;
  subscription.copies = [];
  return { json: {} };
};

const modifyPushConfig: Handler = (request, world) => {
  const subscription = subscriptionOf(request, world);
  const { pushConfig } = bodyOf(request);
  subscription.fields = { ...subscription.fields, pushConfig: isObject(pushConfig) ? pushConfig : {} };
  return { json: {} };
};

const createSnapshot: Handler = (request, world) => {
  const name = snapshotNameOf(request);
  checkId(name);
  const body = bodyOf(request);
  const subscription = world.subscriptions.get(String(body.subscription));
  if (world.snapshots.has(name))
    return googleError(409, `Resource already exists in the project (resource=${name}).`);
  if (subscription === undefined)
    return googleError(404, `Resource not found (resource=${String(body.subscription)}).`);
  settle(world, subscription);
  return { json: snapshotJson(addSnapshot(world, name, subscription, body.labels)) };
};

const project = '/v1/projects/:project';
const topic = `${project}/topics/:topic`;
const subscription = `${project}/subscriptions/:subscription`;
const snapshot = `${project}/snapshots/:snapshot`;

export const resourceRoutes: GoogleRoutes<PubsubWorld> = {
  [`GET ${project}/topics`]: (request, world) =>
    list(request, 'topics', inProject(request, world.topics.values()), topicJson),
  [`PUT ${topic}`]: createTopic,
  [`GET ${topic}`]: (request, world) => ({ json: topicJson(topicOf(request, world)) }),
  [`PATCH ${topic}`]: patchTopic,
  [`DELETE ${topic}`]: (request, world) => {
    removeTopic(world, topicOf(request, world).name);
    return { json: {} };
  },
  [`GET ${topic}/subscriptions`]: (request, world) => {
    const { name: wanted } = topicOf(request, world);
    const own = [...world.subscriptions.values()].filter((one) => one.topic === wanted && !one.detached);
    return list(request, 'subscriptions', own, ({ name }) => name);
  },
  [`GET ${project}/subscriptions`]: (request, world) =>
    list(request, 'subscriptions', inProject(request, world.subscriptions.values()), subscriptionJson),
  [`PUT ${subscription}`]: createSubscription,
  [`GET ${subscription}`]: (request, world) => ({ json: subscriptionJson(subscriptionOf(request, world)) }),
  [`PATCH ${subscription}`]: patchSubscription,
  [`DELETE ${subscription}`]: (request, world) => {
    world.subscriptions.delete(subscriptionOf(request, world).name);
    return { json: {} };
  },
  [`POST ${subscription}:detach`]: detach,
  [`POST ${subscription}:modifyPushConfig`]: modifyPushConfig,
  [`GET ${project}/snapshots`]: (request, world) =>
    list(request, 'snapshots', inProject(request, world.snapshots.values()), snapshotJson),
  [`PUT ${snapshot}`]: createSnapshot,
  [`GET ${snapshot}`]: (request, world) => ({ json: snapshotJson(snapshotOf(request, world)) }),
  [`DELETE ${snapshot}`]: (request, world) => {
    world.snapshots.delete(snapshotOf(request, world).name);
    return { json: {} };
  },
};
