/** Starts a fake of Queue Storage, and says what the conformance suite calls. */
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
import { createStorageAccounts, type FakeStorageAccount } from '../../common/fake/storage-accounts.ts';
import { requestId, storageError, storageFault } from '../../common/fake/storage-answers.ts';
import type { queue } from '../queue.ts';
import type { Handler } from './handling.ts';
import { queueRoutes } from './routes.ts';
import { createSasReader, queueSas } from './sas.ts';
import { createQueueStore, type FakeQueueStore } from './store.ts';

type Options = OptionsOf<typeof queue>;

/** How a client of the fake shows who it is. `sas`: for the sample queue alone. */
export type FakeCredentials = 'service-principal' | 'account-key' | 'connection-string' | 'sas';

/** A running fake of Queue Storage. */
export interface QueueFake extends ProviderFake<typeof queue> {
  /** @param how default: as an app with a bearer token */
  options(tenant?: string, how?: FakeCredentials): Options;
  /** A tenant's account; change its key to have requests by the old one refused. */
  account(tenant?: string): FakeStorageAccount;
  /** What an account holds, to look at and to change. */
  store(tenant?: string): FakeQueueStore;
  /** Every bearer token is refused as expired from now on. */
  expireTokens(): void;
}

/** Tenant of accounts that are asked for without one. */
export const sampleTenant = 'tenant_a';
/** The queue that is there from the beginning, with three messages; `others` is empty. */
export const sampleQueue = 'samples';

const basePath = '/storage';
const usualSeed = 1;
const sasLifeMs = 86_400_000;

function furnish(store: FakeQueueStore): FakeQueueStore {
  store.createQueue('others');
  const samples = store.createQueue(sampleQueue, { made_by: 'fake' });
  for (const text of ['first', 'second', 'third']) store.put(samples, Buffer.from(text).toString('base64'));
  return store;
}

/** Starts the fake on a free port of 127.0.0.1. */
export async function startFake(options: StartFakeOptions = {}): Promise<QueueFake> {
  const clock = options.clock ?? systemClock;
  const seed = options.seed ?? usualSeed;
  const entra = createEntra(clock, seed);
  const accounts = createStorageAccounts(clock, seed, entra, createSasReader(clock));
  const stores = new Map<string, FakeQueueStore>();
  const storeOf = ({ tenant }: FakeStorageAccount): FakeQueueStore => {
    const store = stores.get(tenant) ?? furnish(createQueueStore(clock, `${seed} ${tenant}`));
    stores.set(tenant, store);
    return store;
  };

  const run = (request: FakeRequest, handlers: Readonly<Record<string, Handler>>): FakeResponse => {
    if (request.headers['x-ms-version'] === undefined)
      throw storageError(400, 'MissingRequiredHeader', 'An HTTP header that is mandatory is not specified.');
    const principal = accounts.authorise(request);
    const handler = handlers[request.query.get('comp') ?? ''];
    if (handler === undefined)
      throw storageError(400, 'UnsupportedQueryParameter', 'The fake does not know this operation.');
    return handler({ request, principal, store: storeOf(principal.account) });
  };
  const server = await startFakeServer({
    name: 'azure-queue',
    clock,
    faultBody: storageFault,
    expireTokens: entra.expireTokens,
    routes: {
      [tokenRoute]: (request) => entra.token(request),
      ...Object.fromEntries(
        Object.entries(queueRoutes).map(([route, handlers]) => [
          route,
          (request: FakeRequest) => identified(request, () => run(request, handlers)),
        ]),
      ),
    },
  });

  const credentials = (tenant: string, how: FakeCredentials): Options['credentials'] => {
    const account = accounts.account(tenant);
    switch (how) {
      case 'service-principal':
        return entra.credentials(tenant, server.url);
      case 'account-key':
        return { type: 'account-key', accountKey: account.key };
      case 'connection-string':
        return {
          type: 'connection-string',
          connectionString: `AccountName=${account.name};AccountKey=${account.key};QueueEndpoint=${server.url}${basePath}`,
        };
      case 'sas':
        return { type: 'sas', sasToken: queueSas(account, sampleQueue, 'raup', clock.now() + sasLifeMs) };
    }
  };
  return Object.assign(server, {
    options: (tenant = sampleTenant, how: FakeCredentials = 'service-principal'): Options => ({
      account: accounts.account(tenant).name,
      endpoint: `${server.url}${basePath}`,
      credentials: credentials(tenant, how),
    }),
    account: (tenant = sampleTenant) => accounts.account(tenant),
    store: (tenant = sampleTenant) => storeOf(accounts.account(tenant)),
    expireTokens: entra.expireTokens,
  });
}

/** Every answer has an id, and says which version it is. */
function identified({ headers }: FakeRequest, answer: () => FakeResponse): FakeResponse {
  const facts = { 'x-ms-request-id': requestId(), 'x-ms-version': headers['x-ms-version'] ?? '' };
  try {
    const response = answer();
    return { ...response, headers: { ...facts, ...response.headers } };
  } catch (thrown) {
    if (thrown instanceof Error) throw thrown;
    const response = thrown as FakeResponse;
    throw { ...response, headers: { ...facts, ...response.headers } } satisfies FakeResponse;
  }
}

function samplesFor(tenant: string): Samples<typeof queue> {
  // The same seed gives the same messages.
  const store = furnish(createQueueStore(systemClock, `${usualSeed} ${tenant}`));
  const [first, second] = store.queues.get(sampleQueue)?.messages ?? [];
  if (first === undefined || second === undefined) throw new Error('the sample messages are not there');
  const made = 'made-by-a-sample';
  return {
    listQueues: [],
    getQueueProperties: [sampleQueue],
    createQueue: [made, { env: 'test' }],
    setMetadata: [made, { env: 'other' }],
    peekMessages: [sampleQueue, 2],
    putMessage: [sampleQueue, 'a message', { timeToLiveSeconds: 600 }],
    updateMessage: [sampleQueue, first.id, first.popReceipt, 60, 'another'],
    deleteMessage: [sampleQueue, second.id, second.popReceipt],
    getMessages: [sampleQueue, { maxMessages: 2, visibilitySeconds: 60 }],
    clearMessages: [sampleQueue],
    deleteQueue: [made],
  };
}

/** For `describeIntegration` of `@im/testing`. */
export const harness: Harness<typeof queue> = {
  startFake,
  samples: samplesFor(sampleTenant),
  samplesFor,
  forwards: { method: 'GET', path: '?comp=list' },
};

/** The same by another credential. */
export function harnessBy(how: FakeCredentials): Harness<typeof queue> {
  return {
    ...harness,
    ...(how === 'account-key' && {
      exceptions: {
        'C-054': "a text that is planted in place of an account's key is no base64, and is refused",
      },
    }),
    startFake: async (options) => {
      const fake = await startFake(options);
      const optionsOf = fake.options;
      return Object.assign(fake, { options: (tenant?: string) => optionsOf(tenant, how) });
    },
  };
}
