/** Starts a fake of Blob Storage: an account for each tenant, and the directory that gives their tokens, on one port. */
import { type OptionsOf, systemClock } from '@im/core';
import {
  type FakeRequest,
  type FakeResponse,
  type ProviderFake,
  type StartFakeOptions,
  startFakeServer,
} from '@im/testing';
import { createEntra, tokenRoute } from '../../common/fake/entra.ts';
import { withRequestId, withRequestIds } from '../../common/fake/request-ids.ts';
import {
  createStorageAccounts,
  type FakeStorageAccount,
  type StoragePrincipal,
} from '../../common/fake/storage-accounts.ts';
import { storageError, storageFault } from '../../common/fake/storage-answers.ts';
import type { blob } from '../blob.ts';
import { copyBlob, deleteBlob, getBlob, getTags, putBlob, setTags, setTier } from './blob-routes.ts';
import { getBlockList, putBlock, putBlockFromUrl, putBlockList } from './block-routes.ts';
import {
  createContainer,
  deleteContainer,
  findBlobs,
  getContainer,
  getUserDelegationKey,
  listBlobs,
  listContainers,
} from './container-routes.ts';
import { FakeContent } from './content.ts';
import type { Handling } from './handling.ts';
import { containerSas, createSasReader } from './sas.ts';
import { createBlobStore, type FakeBlobStore } from './store.ts';

type BlobOptions = OptionsOf<typeof blob>;

/** How a client of the fake shows who it is. */
export type FakeCredentials = 'service-principal' | 'account-key' | 'connection-string' | 'sas';

/** A running fake of Blob Storage. */
export interface BlobFake extends ProviderFake<typeof blob> {
  /**
   * Options for this fake, with an account of their own for each tenant.
   *
   * @param how default: as an app with a bearer token
   */
  options(tenant?: string, how?: FakeCredentials): BlobOptions;
  /** A tenant's account; change its key to have requests by the old one refused. */
  account(tenant?: string): FakeStorageAccount;
  /** What an account holds, to look at and to change. */
  store(tenant?: string): FakeBlobStore;
  /** Every bearer token is refused as expired from now on. */
  expireTokens(): void;
}

/** Tenant of accounts that are asked for without one. */
export const sampleTenant = 'tenant_a';
/** The container that is there from the beginning, with three blobs; the last was made of blocks. */
export const sampleContainer = 'samples';

/** As an emulator has its account in the path; the same for all, since accounts are told apart by their credentials. */
const basePath = '/storage';
const sampleBlobs = ['a.txt', 'b.txt', 'folder/c.txt'];
const sasLifeMs = 86_400_000;

type Handler = (handling: Handling) => FakeResponse;

/** What is done under a path, by method and by what the query asks for. */
const serviceHandlers: Readonly<Record<string, Handler>> = {
  'GET list': listContainers,
  'POST userdelegationkey': getUserDelegationKey,
};
const containerHandlers: Readonly<Record<string, Handler>> = {
  PUT: createContainer,
  GET: getContainer,
  DELETE: deleteContainer,
  'GET list': listBlobs,
  'GET blobs': findBlobs,
};
const blobHandlers: Readonly<Record<string, Handler>> = {
  PUT: putBlob,
  'PUT copy': copyBlob,
  'PUT block': putBlock,
  'PUT block copy': putBlockFromUrl,
  'PUT blocklist': putBlockList,
  'PUT tags': setTags,
  'PUT tier': setTier,
  GET: getBlob,
  'GET blocklist': getBlockList,
  'GET tags': getTags,
  DELETE: deleteBlob,
};

/** Starts the fake on a free port of 127.0.0.1. */
export async function startFake(options: StartFakeOptions = {}): Promise<BlobFake> {
  const clock = options.clock ?? systemClock;
  const seed = options.seed ?? 1;
  const entra = createEntra(clock, seed);
  const accounts = createStorageAccounts(clock, seed, entra, createSasReader(clock));
  const stores = new Map<FakeStorageAccount, FakeBlobStore>();
  const storeOf = (account: FakeStorageAccount): FakeBlobStore => {
    const known = stores.get(account);
    if (known !== undefined) return known;
    const made = createBlobStore(clock);
    furnish(made);
    stores.set(account, made);
    return made;
  };

  const principals = new WeakMap<FakeRequest, StoragePrincipal>();
  const before = (request: FakeRequest): FakeResponse | undefined => {
    if (request.path.endsWith('/oauth2/v2.0/token')) return undefined;
    if (request.headers['x-ms-version'] === undefined && !request.query.has('sv'))
      throw storageError(
        400,
        'MissingRequiredHeader',
        'An HTTP header that is mandatory for this request is not specified.',
      );
    principals.set(request, accounts.authorise(request));
    return undefined;
  };
  const route =
    (handlers: Readonly<Record<string, Handler>>) =>
    (request: FakeRequest): FakeResponse => {
      const principal = principals.get(request);
      if (principal === undefined) throw new Error('the route ran before the request was let in');
      const handler = handlers[whatIsAsked(request)];
      if (handler === undefined)
        throw storageError(400, 'UnsupportedQueryParameter', 'The fake does not know this operation.');
      return handler({
        request,
        principal,
        store: storeOf(principal.account),
        authorise: accounts.authorise,
      });
    };

  const server = await startFakeServer({
    name: 'azure-blob',
    clock,
    before: withRequestId(before),
    faultBody: storageFault,
    expireTokens: entra.expireTokens,
    routes: {
      [tokenRoute]: (request) => entra.token(request),
      ...withRequestIds({
        'GET /storage/': route(serviceHandlers),
        'POST /storage/': route(serviceHandlers),
        'GET /storage/:container': route(containerHandlers),
        'PUT /storage/:container': route(containerHandlers),
        'DELETE /storage/:container': route(containerHandlers),
        'GET /storage/:container/*blob': route(blobHandlers),
        'PUT /storage/:container/*blob': route(blobHandlers),
        'DELETE /storage/:container/*blob': route(blobHandlers),
      }),
    },
  });

  const credentials = (tenant: string, how: FakeCredentials): BlobOptions['credentials'] => {
    const { name, key } = accounts.account(tenant);
    switch (how) {
      case 'service-principal':
        return entra.credentials(tenant, server.url);
      case 'account-key':
        return { type: 'account-key', accountKey: key };
      case 'connection-string':
        return {
          type: 'connection-string',
          connectionString: `AccountName=${name};AccountKey=${key};BlobEndpoint=${server.url}${basePath}`,
        };
      case 'sas':
        return {
          type: 'sas',
          sasToken: containerSas(
            accounts.account(tenant),
            sampleContainer,
            'racwdlt',
            clock.now() + sasLifeMs,
          ),
        };
    }
  };
  return Object.assign(server, {
    options: (tenant = sampleTenant, how: FakeCredentials = 'service-principal'): BlobOptions => ({
      account: accounts.account(tenant).name,
      endpoint: `${server.url}${basePath}`,
      container: sampleContainer,
      credentials: credentials(tenant, how),
    }),
    account: (tenant = sampleTenant) => accounts.account(tenant),
    store: (tenant = sampleTenant) => storeOf(accounts.account(tenant)),
    expireTokens: entra.expireTokens,
  });
}

/** `PUT block copy`: the method, what `comp` says, and whether a source is named. */
function whatIsAsked({ method, query, headers }: FakeRequest): string {
  const verb = method === 'HEAD' ? 'GET' : method;
  const comp = query.get('comp');
  return [verb, comp, headers['x-ms-copy-source'] === undefined ? undefined : 'copy']
    .filter(Boolean)
    .join(' ');
}

function furnish(store: FakeBlobStore): void {
  const container = store.createContainer(sampleContainer);
  store.createContainer('others');
  for (const name of sampleBlobs) {
    const content = new FakeContent([Buffer.from(`this is ${name}`)]);
    store.publish(container, {
      name,
      content,
      headers: { 'content-type': 'text/plain' },
      metadata: { made_by: 'fake' },
      tier: undefined,
      tags: {},
      blocks: name === sampleBlobs.at(-1) ? [{ id: Buffer.alloc(8, 1).toString('base64'), content }] : [],
    });
  }
}
