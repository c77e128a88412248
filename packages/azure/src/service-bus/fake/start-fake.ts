/** Starts a fake of Service Bus, and says what the conformance suite calls. */
import { createHash } from 'node:crypto';
import { type OptionsOf, systemClock } from '@im/core';
import {
  type FakeRequest,
  type FakeResponse,
  type Harness,
  type ProviderFake,
  type Samples,
  type StartFakeOptions,
  startFakeServer,
} from '@im/testing';
import { createEntra, tokenRoute } from '../../common/fake/entra.ts';
import type { MessageLock } from '../model.ts';
import type { serviceBus } from '../service-bus.ts';
import { createAccounts } from './access.ts';
import { busError, notFound } from './answers.ts';
import { describe, type Handling, receive, send, settle } from './routes.ts';
import { type BusWorld, createBusWorld } from './world.ts';

type Options = OptionsOf<typeof serviceBus>;

/** How a client of the fake shows who it is. */
export type FakeCredentials = 'service-principal' | 'shared-key';

/** A running fake of Service Bus. Each tenant has a namespace of its own behind the one address. */
export interface ServiceBusFake extends ProviderFake<typeof serviceBus> {
  /** @param how default: as an app with a bearer token */
  options(tenant?: string, how?: FakeCredentials): Options;
  /** What a namespace has, to look at and to change. Time moves on the fake's clock. */
  world(tenant?: string): BusWorld;
  /** Every token is refused as expired from now on. */
  expireTokens(): void;
}

/** Tenant of namespaces that are asked for without one. */
export const sampleTenant = 'tenant_a';

/**
 * Names in the namespace that every tenant begins with. `queue` has three messages, `once` detects duplicates, `locked` has three
 * messages that are locked for an hour; `topic` has the subscriptions `billing`, with a message, and `shipping`.
 */
export const sampleEntities = {
  queue: 'orders',
  once: 'payments',
  locked: 'locked',
  topic: 'events',
  subscription: 'billing',
} as const;

const usualSeed = 1;

function messageOf(text: string) {
  return {
    body: Buffer.from(text),
    contentType: 'text/plain; charset=utf-8',
    broker: { MessageId: `id of ${text}` },
    properties: {},
    timeToLiveSeconds: undefined,
    scheduledAt: undefined,
  };
}

function furnish(world: BusWorld, tenant: string, seed: number): BusWorld {
  const digest = createHash('sha256').update(`policy of ${tenant}, ${seed}`).digest();
  // Named after its tenant, since of a signature nobody sees whose key made it.
  const keyName = `policy-${digest.toString('hex', 0, 6)}`;
  world.policies.push({ keyName, key: digest.toString('base64'), claims: ['Send', 'Listen', 'Manage'] });
  const { queue, once, locked, topic, subscription } = sampleEntities;
  const orders = world.addQueue(queue);
  for (const text of ['first', 'second', 'third']) orders.send(messageOf(text));
  world.addQueue(once, { duplicateSeconds: 600 });
  const held = world.addQueue(locked, { lockSeconds: 3_600 });
  for (const text of ['done', 'given back', 'renewed']) {
    held.send(messageOf(text));
    held.take('lock');
  }
  world.addTopic(topic, { duplicateSeconds: 600 });
  world.addSubscription(topic, subscription).send(messageOf('an event'));
  world.addSubscription(topic, 'shipping');
  return world;
}

/** Starts the fake on a free port of 127.0.0.1. */
export async function startFake(options: StartFakeOptions = {}): Promise<ServiceBusFake> {
  const clock = options.clock ?? systemClock;
  const seed = options.seed ?? usualSeed;
  const entra = createEntra(clock, seed);
  const worlds = new Map<string, BusWorld>();
  const world = (tenant = sampleTenant): BusWorld => {
    let found = worlds.get(tenant);
    if (found === undefined) {
      found = furnish(createBusWorld(clock), tenant, seed);
      worlds.set(tenant, found);
    }
    return found;
  };
  const accounts = createAccounts(clock, entra, worlds);

  /** Entities may have slashes in their names, so the path is taken apart from its end. */
  const route = (request: FakeRequest): FakeResponse | Promise<FakeResponse> => {
    const caller = accounts.authorise(request);
    const path = request.path.slice(1).split('/').map(decodeURIComponent);
    const handling = (entity: readonly string[]): Handling => ({
      request,
      caller,
      world: world(caller.tenant),
      entity: entity.join('/'),
    });
    const { method } = request;
    if (method === 'GET') return describe(handling(path));
    if (path.at(-1) === 'messages' && method === 'POST') return send(handling(path.slice(0, -1)));
    if (path.at(-2) === 'messages' && path.at(-1) === 'head' && method !== 'PUT')
      return receive(handling(path.slice(0, -2)));
    if (path.at(-3) === 'messages')
      return settle(handling(path.slice(0, -3)), String(path.at(-2)), String(path.at(-1)));
    throw notFound();
  };
  const server = await startFakeServer({
    name: 'azure-service-bus',
    clock,
    faultBody: (status) => busError(status, 'The service was unable to process the request'),
    expireTokens: accounts.expireTokens,
    routes: {
      [tokenRoute]: (request) => entra.token(request),
      ...Object.fromEntries(['GET', 'POST', 'PUT', 'DELETE'].map((method) => [`${method} /*path`, route])),
    },
  });
  return Object.assign(server, {
    options(tenant = sampleTenant, how: FakeCredentials = 'service-principal'): Options {
      const { keyName = '', key = '' } = world(tenant).policies[0] ?? {};
      const credentials: Options['credentials'] =
        how === 'shared-key' ? { type: 'shared-key', keyName, key } : entra.credentials(tenant, server.url);
      return { endpoint: server.url, credentials };
    },
    world,
    expireTokens: accounts.expireTokens,
  });
}

/** Locks of the sample messages: the same in every fake. */
function sampleLocks(): readonly MessageLock[] {
  const { queues } = furnish(createBusWorld(systemClock), sampleTenant, usualSeed);
  return (queues.get(sampleEntities.locked)?.messages ?? []).map(({ sequenceNumber, lock }) => ({
    sequenceNumber: String(sequenceNumber),
    lockToken: lock?.token ?? '',
  }));
}

const [done, givenBack, renewed] = sampleLocks();
if (done === undefined || givenBack === undefined || renewed === undefined)
  throw new Error('the sample messages are not there');

const { queue, once, locked, topic, subscription } = sampleEntities;

const samples: Samples<typeof serviceBus> = {
  listQueues: [],
  getQueue: [queue],
  listTopics: [],
  getTopic: [topic],
  listSubscriptions: [topic],
  getSubscription: [topic, subscription],
  receiveMessage: [queue],
  receiveAndDelete: [queue],
  renewLock: [locked, renewed],
  abandonMessage: [locked, givenBack],
  completeMessage: [locked, done],
  sendMessage: [queue, { body: 'a message', subject: 'sample', properties: { priority: 1 } }],
  sendBatch: [queue, [{ body: 'one' }, { body: 'two', timeToLiveSeconds: 60 }]],
  sendMessageOnce: [once, { body: 'a payment' }],
  sendBatchOnce: [topic, [{ body: 'an event' }, { body: 'another' }]],
};

/** For `describeIntegration` of `@im/testing`. */
export const harness: Harness<typeof serviceBus> = { startFake, samples };

/** The same by another credential. */
export function harnessBy(how: FakeCredentials): Harness<typeof serviceBus> {
  return {
    ...harness,
    startFake: async (options) => {
      const fake = await startFake(options);
      const optionsOf = fake.options;
      return Object.assign(fake, { options: (tenant?: string) => optionsOf(tenant, how) });
    },
  };
}
