/** Starts a fake of Cloud Storage: the token endpoint, the JSON API, uploads, and what signed URLs lead to, on one port. */
import { systemClock } from '@im/core';
import {
  type FakeRequest,
  type FakeResponse,
  type ProviderFake,
  type StartFakeOptions,
  startFakeServer,
} from '@im/testing';
import { createAccounts } from '../../common/fake/accounts.ts';
import { googleLegacyError, refusedToken } from '../../common/fake/error.ts';
import { type FakeCredentials, fakeProject, sampleTenant } from '../../common/fake/service.ts';
import type { StorageOptions } from '../options.ts';
import type { storage } from '../storage.ts';
import { bucketRoutes } from './bucket-routes.ts';
import type { FakeContext } from './context.ts';
import { objectRoutes } from './object-routes.ts';
import { signBlob } from './sign-blob.ts';
import { signedRoutes } from './signed-routes.ts';
import { createStore, type FakeBucket } from './store.ts';
import { uploadRoutes } from './upload-routes.ts';

/** How a fake of Cloud Storage is started. */
export interface StartStorageFakeOptions extends StartFakeOptions {
  /** Whether buckets keep earlier generations. Default `true`. */
  readonly versioning?: boolean | undefined;
  /** Whether objects may have a retention of their own. Default `true`. */
  readonly objectRetention?: boolean | undefined;
  /** Storage class of objects that name none. Default `STANDARD`. */
  readonly storageClass?: string | undefined;
  /** Bytes that one step of a copy moves. Default 1 GiB. */
  readonly rewriteBytesPerCall?: number | undefined;
  /** Texts that each tenant's bucket begins with, by the name of their object. Default: none. */
  readonly objects?: Readonly<Record<string, string>> | undefined;
  /** `false` keeps its traffic out of recordings: for tests that ask what no adapter would ask. Default `true`. */
  readonly record?: boolean | undefined;
}

/** A running fake of Cloud Storage. */
export interface StorageFake extends ProviderFake<typeof storage> {
  /**
   * Options for this fake, with a project, an account and a bucket of its own for each tenant.
   *
   * @param credentials `service-account` (the default): a key, traded for tokens that last an hour; `access-token`: one that does not
   * end, and IAM signs URLs
   */
  options(tenant?: string, credentials?: FakeCredentials): StorageOptions;
  /** Names in a tenant's bucket, earlier generations included, parts of uploads included. */
  names(tenant?: string): readonly string[];
  /** Changes one stored byte of an object behind everybody's back. @throws Error when there is none */
  tamper(name: string, tenant?: string): void;
  /** Every token that was traded for a signature is refused as expired from now on. */
  expireTokens(): void;
}

/** The bucket of each tenant. */
export const sampleBucket = 'sample-bucket';

const faultWords: Readonly<Record<number, string>> = {
  401: 'Invalid Credentials',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'The rate limit for the bucket was exceeded.',
  503: 'Backend Error',
};

/** Starts the fake on a free port of 127.0.0.1. */
export async function startFake(options: StartStorageFakeOptions = {}): Promise<StorageFake> {
  const clock = options.clock ?? systemClock;
  const accounts = createAccounts(clock, options.seed ?? 1);
  const store = createStore(clock);
  const context: FakeContext = {
    store,
    accounts,
    clock,
    origin: '',
    rewriteBytesPerCall: options.rewriteBytesPerCall ?? 1024 ** 3,
  };
  /** The API takes tokens; a session's address and a signed URL say by themselves who asks. */
  const before = (request: FakeRequest): FakeResponse | undefined => {
    const isApi = /^\/(storage|upload|download|v1)\//.test(request.path);
    if (!isApi || request.query.has('upload_id')) return undefined;
    const principal = accounts.principal(request);
    if (typeof principal === 'string') return refusedToken(principal, 'storage.googleapis.com');
    const { 'x-goog-user-project': payer = principal.projectId } = request.headers;
    if (payer === principal.projectId) return undefined;
    return googleLegacyError(403, `Caller does not have permission to use ${payer}.`);
  };
  const server = await startFakeServer({
    name: 'gcp-storage',
    clock,
    ...(options.record === false ? { record: () => {} } : {}),
    routes: {
      'POST /token': (request) => accounts.token(request),
      ...bucketRoutes(context),
      ...objectRoutes(context),
      ...uploadRoutes(context),
      ...signedRoutes(context),
      'POST /v1/projects/-/serviceAccounts/:account:signBlob': (request) => signBlob(accounts, request),
    },
    before,
    faultBody: (status) => googleLegacyError(status, faultWords[status] ?? 'Error'),
    expireTokens: accounts.expireTokens,
  });
  context.origin = server.url;

  /** Each tenant's bucket, made when it is first asked for. */
  const bucketOf = (tenant: string): FakeBucket => {
    const { projectId } = accounts.of(tenant);
    const found = store.bucketFor(projectId, sampleBucket);
    if (found?.projectId === projectId) return found;
    const bucket = store.createBucket({
      name: sampleBucket,
      projectId,
      storageClass: options.storageClass ?? 'STANDARD',
      versioning: options.versioning ?? true,
      objectRetention: options.objectRetention ?? true,
    });
    for (const [name, text] of Object.entries(options.objects ?? {}))
      store.write(bucket, name, { bytes: Buffer.from(text), attributes: { contentType: 'text/plain' } });
    return bucket;
  };
  return Object.assign(server, {
    options: (tenant = sampleTenant, credentials: FakeCredentials = 'service-account'): StorageOptions => ({
      ...accounts.options(tenant, server.url),
      ...(credentials === 'access-token' && {
        credentials: { type: credentials, accessToken: accounts.standingToken(tenant) },
        signAs: accounts.of(tenant).clientEmail,
      }),
      iamUrl: `${server.url}/`,
      projectId: fakeProject,
      // Pays with a project of its own, which nobody else's token may do: so a request shows whose it is.
      quotaProjectId: accounts.of(tenant).projectId,
      bucket: bucketOf(tenant).name,
    }),
    names: (tenant = sampleTenant) => store.listed(bucketOf(tenant), true).map(({ name }) => name),
    tamper(name: string, tenant = sampleTenant) {
      const object = store.present(bucketOf(tenant), name);
      if (object === undefined) throw new Error(`there is no object ${name}`);
      const bytes = new Uint8Array(object.bytes);
      bytes[0] = (bytes[0] ?? 0) ^ 1;
      object.bytes = bytes;
    },
    expireTokens: accounts.expireTokens,
  });
}
