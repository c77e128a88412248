/** Starts a fake of S3: accounts, signatures, buckets and their objects, on loopback. STS is on the same port. */
import { type Clock, systemClock } from '@im/core';
import {
  type FakeRequest,
  type FakeResponse,
  type FakeServer,
  type ProviderFake,
  startFakeServer,
} from '@im/testing';
import { createAccounts, type FakeAccount } from '../../common/fake/accounts.ts';
import { routesOf } from '../../common/fake/dispatch.ts';
import { answer, isFault, refusal as queryRefusal } from '../../common/fake/protocols.ts';
import { type AwsFakeOptions, sampleTenant } from '../../common/fake/server.ts';
import { stsService } from '../../common/fake/sts.ts';
import { verifySignature } from '../../common/fake/verify-signature.ts';
import { queryString } from '../../common/query.ts';
import type { s3 } from '../s3.ts';
import { errorResponse, faultRefusal, isRefusal, refusal } from './answers.ts';
import { listBuckets } from './buckets.ts';
import { checkedKey, type S3Call } from './call.ts';
import { runOperation } from './operations.ts';
import { seedBucket } from './seed.ts';
import { signatureRefusal } from './signatures.ts';
import { FakeBucket } from './state.ts';

/** How the fake is started. */
export interface S3FakeOptions extends AwsFakeOptions {
  /**
   * Least bytes of all parts of an object but the last. Default 5 MiB, as of S3; less spares a test that sends many.
   *
   * @see {@link https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html | S3: limits of uploads in parts}
   */
  readonly leastPartBytes?: number | undefined;
}

/** How a bucket is made. */
export interface FakeBucketOptions {
  /** Whether earlier versions stay. Default true. */
  readonly versioning?: boolean | undefined;
  /** Whether versions can be locked. Default: as `versioning`. */
  readonly locks?: boolean | undefined;
  /** Default: the fake's. In another region it is only redirected to. */
  readonly region?: string | undefined;
}

/** A running fake. */
export interface S3Fake extends ProviderFake<typeof s3> {
  readonly region: string;
  readonly clock: Clock;
  /** The account of a tenant, with its keys. */
  account(tenant?: string): FakeAccount;
  /** Makes a bucket of the tenant's account, unless it is there. */
  createBucket(name: string, options?: FakeBucketOptions, tenant?: string): FakeBucket;
  /** Forgets a bucket and all that is in it. */
  dropBucket(name: string): void;
  /** Options for a session of the account's role, which can be let expire, in place of its keys. */
  sessionOptions(tenant?: string): ReturnType<ProviderFake<typeof s3>['options']>;
}

/**
 * The bucket of the options. Each account has one of this name of its own, though names are global otherwise: so the same request
 * serves every tenant.
 */
export const sampleBucket = 'im-samples';

/** Starts it on a free port of 127.0.0.1. */
export async function startFake(options: S3FakeOptions = {}): Promise<S3Fake> {
  const { clock = systemClock, seed = 1, region = 'us-east-1', leastPartBytes = 5 * 1024 * 1024 } = options;
  const accounts = createAccounts(clock, seed);
  const buckets = new Map<string, FakeBucket>();
  const nameOf = (name: string, accountId: string) => (name === sampleBucket ? `${name}/${accountId}` : name);
  let requests = 0;
  const nextId = () => {
    requests += 1;
    return `FAKE${String(requests).padStart(12, '0')}`;
  };

  const principalOf = (request: FakeRequest) => {
    const verdict = verifySignature(
      { method: request.method, target: targetOf(request), headers: request.headers, body: request.body },
      { service: 's3', region, now: clock.now(), credentialsOf: accounts.credentials },
    );
    if (!verdict.ok) throw signatureRefusal(verdict, region);
    if (!verdict.presigned && request.headers['x-amz-content-sha256'] === undefined)
      throw refusal('InvalidRequest', { message: 'Missing required header: x-amz-content-sha256' });
    const principal = accounts.principal(verdict.accessKeyId);
    if (principal === undefined) throw refusal('InvalidAccessKeyId');
    return principal;
  };

  const callOf = (request: FakeRequest): S3Call => {
    const principal = principalOf(request);
    const [, bucketName = '', path = ''] = /^\/([^/]*)\/?(.*)$/s.exec(request.path) ?? [];
    const key = checkedKey(decodeURIComponent(path));
    return {
      request,
      principal,
      bucketName,
      key,
      leastPartBytes,
      now: () => clock.now(),
      query: (name) => request.query.get(name) ?? undefined,
      header: (name) => request.headers[name],
      bucket() {
        const bucket = buckets.get(nameOf(bucketName, principal.account.accountId));
        if (bucket === undefined) throw refusal('NoSuchBucket', { members: { BucketName: bucketName } });
        if (bucket.owner !== principal.account.accountId) throw refusal('AccessDenied');
        if (bucket.region === region) return bucket;
        throw refusal('PermanentRedirect', {
          members: { Bucket: bucketName, Endpoint: `s3.${bucket.region}.amazonaws.com` },
          headers: { 'x-amz-bucket-region': bucket.region },
        });
      },
    };
  };

  const answerTo = (request: FakeRequest): FakeResponse => {
    const requestId = nextId();
    const withId = (response: FakeResponse): FakeResponse => ({
      ...response,
      headers: { 'x-amz-request-id': requestId, 'x-amz-id-2': `${requestId}/host`, ...response.headers },
    });
    try {
      const call = callOf(request);
      return withId(isBucketCall(call) ? bucketCall(call) : runOperation(call));
    } catch (thrown) {
      if (!isRefusal(thrown)) throw thrown;
      const refused = errorResponse(thrown, requestId, request.path);
      // An answer to HEAD has no body, and so no name of the error.
      return withId(request.method === 'HEAD' ? { ...refused, body: '' } : refused);
    }
  };

  const isBucketCall = ({ bucketName, key, request }: S3Call) =>
    bucketName === '' ||
    (key === '' && request.method === 'PUT' && request.query.size === 0) ||
    (key === '' && request.method === 'DELETE');

  const bucketCall = (call: S3Call): FakeResponse => {
    const { bucketName, principal, request } = call;
    const owner = principal.account.accountId;
    if (bucketName === '') return listBuckets(call, buckets.values(), owner);
    if (request.method === 'DELETE') {
      if (!call.bucket().isEmpty) throw refusal('BucketNotEmpty');
      buckets.delete(nameOf(bucketName, owner));
      return { status: 204 };
    }
    const taken = buckets.get(nameOf(bucketName, owner));
    if (taken !== undefined)
      throw refusal(taken.owner === owner ? 'BucketAlreadyOwnedByYou' : 'BucketAlreadyExists');
    if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucketName)) throw refusal('InvalidBucketName');
    const locks = call.header('x-amz-bucket-object-lock-enabled') === 'true';
    addBucket(bucketName, { versioning: locks, locks }, principal.account);
    return { headers: { location: `/${bucketName}` } };
  };

  const addBucket = (
    name: string,
    { versioning = true, locks = versioning, region: where = region }: FakeBucketOptions,
    owner: FakeAccount,
  ): FakeBucket => {
    const bucket = new FakeBucket(clock, seed, {
      name,
      owner: owner.accountId,
      region: where,
      hasLocks: locks,
      versioning: versioning ? 'Enabled' : undefined,
    });
    buckets.set(nameOf(name, owner.accountId), bucket);
    return bucket;
  };

  const sts = stsService(accounts);
  const stsRoutes = routesOf([sts], (_service, operation, request, run) => {
    const requestId = nextId();
    try {
      return answer(
        sts,
        operation,
        run(() => ({ principal: stsPrincipal(request), request })),
        requestId,
      );
    } catch (thrown) {
      if (isFault(thrown)) return queryRefusal(sts, thrown, requestId);
      throw thrown;
    }
  });
  const stsPrincipal = (request: FakeRequest) => {
    const verdict = verifySignature(
      { method: request.method, target: targetOf(request), headers: request.headers, body: request.body },
      { service: 'sts', region, now: clock.now(), credentialsOf: accounts.credentials },
    );
    const principal = verdict.ok ? accounts.principal(verdict.accessKeyId) : undefined;
    if (principal === undefined) throw { status: 403 } satisfies FakeResponse;
    return principal;
  };

  const server: FakeServer = await startFakeServer({
    name: 'aws-s3',
    clock,
    routes: {
      ...stsRoutes,
      ...Object.fromEntries(
        ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'].map((method) => [`${method} /*path`, answerTo]),
      ),
    },
    faultBody: (status) => {
      const requestId = nextId();
      const refused = faultRefusal(status);
      return refused === undefined ? {} : errorResponse(refused, requestId, '/');
    },
    expireTokens: accounts.expireSessions,
  });

  const common = (tenant: string) => {
    const account = accounts.of(tenant);
    if (!buckets.has(nameOf(sampleBucket, account.accountId)))
      seedBucket(addBucket(sampleBucket, {}, account), clock.now());
    return { bucket: sampleBucket, region, endpoint: server.url };
  };
  return Object.assign(server, {
    region,
    clock,
    account: (tenant = sampleTenant) => accounts.of(tenant),
    createBucket: (name: string, wanted: FakeBucketOptions = {}, tenant = sampleTenant) =>
      buckets.get(name) ?? addBucket(name, wanted, accounts.of(tenant)),
    dropBucket: (name: string) => void buckets.delete(name),
    options(tenant = sampleTenant) {
      const { accessKeyId, secretAccessKey } = accounts.of(tenant);
      return { ...common(tenant), credentials: { accessKeyId, secretAccessKey } };
    },
    sessionOptions(tenant = sampleTenant) {
      const { accessKeyId, secretAccessKey, roleArn } = accounts.of(tenant);
      const source = { accessKeyId, secretAccessKey };
      return { ...common(tenant), credentials: { roleArn, source, stsEndpoint: server.url } };
    },
  });
}

/** Path and query, escaped as they were signed. */
function targetOf({ path, query }: FakeRequest): string {
  const search = [...query].map(([name, value]) => queryString({ [name]: value })).join('&');
  return search === '' ? path : `${path}?${search}`;
}
