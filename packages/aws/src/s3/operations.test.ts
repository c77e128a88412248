/** Operations beyond what the storage suite uses, and what each sends. */
import { createIntegration, createRegistry, defaultTenant, describeOperations } from '@im/core';
import { createObjectStore, objectStore } from '@im/storage';
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import { sample } from './__tests__/connect.ts';
import { dialectOf } from './dialects.ts';
import { createDriver } from './driver/s3-driver.ts';
import { s3, s3Driver } from './index.ts';
import { type FakeBucket, type S3Fake, startFake } from './testing.ts';

const mebibyte = 1024 ** 2;

describe.each(['lean', 'sdk'] as const)('S3 on the %s lane', (lane) => {
  let fake: S3Fake;
  let bucket: FakeBucket;
  beforeEach(async () => {
    fake = await startFake();
    bucket = fake.createBucket('operations');
  });
  afterEach(() => fake[Symbol.asyncDispose]());
  const connect = () => createIntegration(s3, { options: { ...fake.options(), bucket: 'operations', lane } });

  it('puts with all attributes, and heads them again', async () => {
    await using client = connect();
    const attributes = {
      contentType: 'text/html; charset=utf-8',
      cacheControl: 'max-age=60',
      contentDisposition: 'attachment; filename="ü.html"'.replace('ü', 'u'),
      contentLanguage: 'sv',
      metadata: { origin: 'Zoë 😀', plain: 'x' },
      storageClass: 'STANDARD_IA',
      tags: { team: 'blue & green', cost: '4=2' },
    };
    const { etag, versionId } = await client.putObject('k', '<p>', attributes);
    const head = await client.headObject('k');
    expect(head).toMatchObject({
      ...{ key: 'k', size: 3, etag, versionId },
      ...{ contentType: attributes.contentType, cacheControl: 'max-age=60', contentLanguage: 'sv' },
      ...{ storageClass: 'STANDARD_IA', metadata: attributes.metadata },
    });
    expect(head.checksums.sha256).toBeTruthy();
    expect((await client.getObject('k')).head.tagCount).toBe(2);
    expect(await client.getObjectTagging('k')).toEqual(attributes.tags);
    await client.putObjectTagging('k', {});
    expect(await client.getObjectTagging('k')).toEqual({});
  });

  it('copies within the bucket, with attributes of its own where they are given', async () => {
    await using client = connect();
    const { versionId } = await client.putObject('a b/ü', 'one', { metadata: { a: '1' }, tags: { t: '1' } });
    await client.putObject('a b/ü', 'two');
    await client.copyObject('a b/ü', 'copy', { sourceVersionId: versionId });
    await client.copyObject('a b/ü', 'other', {
      attributes: { contentType: 'text/x', metadata: { b: '2' } },
      storageClass: 'ONEZONE_IA',
    });
    const [copy, other] = [await client.getObject('copy'), await client.headObject('other')];
    expect([new TextDecoder().decode(copy.body.bytes), copy.head.metadata.a, copy.head.tagCount]).toEqual([
      'one',
      '1',
      1,
    ]);
    expect([other.contentType, { ...other.metadata }, other.storageClass]).toEqual([
      'text/x',
      { b: '2' },
      'ONEZONE_IA',
    ]);
    await expect(client.copyObject('copy', 'x', { sourceIfMatch: '"other"' })).rejects.toMatchObject({
      code: 'failed_precondition',
    });
  });

  it('deletes many by one request, with an error for each that fails', async () => {
    await using client = connect();
    const { versionId } = await client.putObject('locked', 'x', { lock: { legalHold: true } });
    await client.putObject('<a & "b">\r\n', 'x');
    fake.forget();
    const outcomes = await client.deleteObjects([
      { key: '<a & "b">\r\n' },
      { key: 'locked', versionId },
      { key: 'none' },
    ]);
    expect(outcomes.map(({ error }) => error?.code)).toEqual([undefined, 'failed_precondition', undefined]);
    expect(outcomes[1]?.error?.message).toMatch(/the version is locked: "locked"/);
    expect(fake.exchanges).toHaveLength(1);
    expect(bucket.present('<a & "b">\r\n')).toBeUndefined();
  });

  it('deletes keys that XML cannot say one by one, and all others together', async () => {
    await using client = connect();
    const store = createObjectStore(s3Driver(client));
    const keys = ['plain', 'control \u0001', 'nul \0', '../up', '\uffff'];
    for (const key of keys) await store.put(key, 'x');
    fake.forget();
    expect(await store.deleteMany(keys)).toEqual(keys.map((key) => ({ key })));
    expect(fake.exchanges.map(({ method }) => method).sort()).toEqual(['DELETE', 'DELETE', 'DELETE', 'POST']);
    expect(await store.list().toArray()).toEqual([]);
  });

  it('lists 2,500 objects in three requests, in order', async () => {
    await using client = connect();
    const keys = Array.from({ length: 2_500 }, (_, index) => `k/${String(index).padStart(5, '0')} +é`);
    const object = {
      headers: {},
      storageClass: 'STANDARD',
      tags: {},
      lock: undefined,
      checksums: {},
    } as const;
    for (const key of keys)
      bucket.add(key, { ...object, bytes: new Uint8Array(), etag: '"x"', checksumType: 'FULL_OBJECT' });
    const listed = await client.listObjects({ prefix: 'k/' }).toArray();
    expect(listed.map(({ key }) => key)).toEqual(keys);
    expect(fake.exchanges).toHaveLength(3);
  });

  it('copies what is too large for one request in parts that never leave the service', async () => {
    await using client = connect();
    const store = createObjectStore(s3Driver(client), { partBytes: 5 * mebibyte });
    const bytes = sample(13 * mebibyte);
    const source = await store.put('from', bytes, {
      metadata: { a: 'ü' },
      tags: { t: '1' },
      contentType: 'text/x',
    });
    const driver = createDriver({ client, dialect: dialectOf('aws'), mostCopyBytes: 6 * mebibyte });
    const { signal } = new AbortController();
    fake.forget();
    const copy = await driver.copy('from', 'to', { ifNoneMatch: '*' }, { signal });
    expect(copy).toMatchObject({
      size: bytes.byteLength,
      contentType: 'text/x',
      metadata: { a: 'ü' },
      tags: { t: '1' },
    });
    expect(copy.checksum).toEqual({ ...source.checksum, partBytes: 5 * mebibyte });
    expect(fake.exchanges.reduce((sum, { requestBody }) => sum + requestBody.byteLength, 0)).toBeLessThan(
      2_000,
    );
    expect(Buffer.compare(await (await store.get('to')).bytes(), bytes)).toBe(0);
    await expect(driver.copy('from', 'to', { ifNoneMatch: '*' }, { signal })).rejects.toMatchObject({
      code: 'failed_precondition',
    });
    expect(bucket.uploads.size).toBe(0);
  });

  it('a copy that comes while its source is replaced is of the one or the other, whole', async () => {
    await using client = connect();
    const store = createObjectStore(s3Driver(client));
    await store.put('from', 'one', { contentType: 'text/one' });
    let replaced = false;
    const changing = new Proxy(client, {
      get: (target, name: keyof typeof client) => {
        if (name !== 'copyObject' || replaced) return target[name];
        return async (...args: Parameters<typeof client.copyObject>) => {
          replaced = true;
          await store.put('from', 'two', { contentType: 'text/two' });
          return client.copyObject(...args);
        };
      },
    });
    const copy = await createObjectStore(s3Driver(changing)).copy('from', 'to');
    expect(copy.contentType).toBe('text/two');
    expect(await (await store.get('to')).text()).toBe('two');
  });

  it('creates its bucket, finds it, and lists those of the account', async () => {
    await using client = createIntegration(s3, { options: { ...fake.options(), bucket: 'made', lane } });
    await expect(client.headBucket()).rejects.toMatchObject({ code: 'not_found' });
    await client.createBucket({ objectLock: true });
    await client.createBucket();
    expect(await client.headBucket()).toEqual({ region: 'us-east-1' });
    const names = await client.listBuckets({ pageSize: 1 }).toArray();
    expect(names.map(({ name }) => name)).toEqual(['im-samples', 'made', 'operations']);
  });

  it('gives the vendor’s client with the same credentials, without retries', async () => {
    await using client = connect();
    const { PutObjectCommand } = await import('@aws-sdk/client-s3');
    await client.native().send(new PutObjectCommand({ Bucket: 'operations', Key: 'native', Body: 'x' }));
    expect((await client.headObject('native')).size).toBe(1);
    fake.forget();
    fake.inject({ fault: { kind: 'status', status: 503 }, times: Number.POSITIVE_INFINITY });
    const put = client
      .native()
      .send(new PutObjectCommand({ Bucket: 'operations', Key: 'native', Body: 'x' }));
    await expect(put).rejects.toMatchObject({ name: 'SlowDown' });
    expect(fake.exchanges).toHaveLength(1);
  });
});

describe('the definition of S3', () => {
  it('links the vendor’s page and names the action of every operation', () => {
    const operations = describeOperations(s3);
    expect(operations.length).toBeGreaterThan(20);
    for (const { docs, scopes = [] } of operations) {
      expect(docs).toMatch(/^https:\/\/docs\.aws\.amazon\.com\/AmazonS3\/latest\/API\//);
      expect(scopes.length).toBeGreaterThan(0);
      for (const scope of scopes) expect(scope).toMatch(/^s3:[A-Z]\w+$/);
    }
  });

  it('gives the port of object storage, by whatever dialect is configured', async () => {
    await using fake = await startFake();
    await using registry = createRegistry();
    const { endpoint, credentials } = fake.options();
    const options = { endpoint, credentials, region: 'us-east-1', bucket: 'im-samples' };
    registry.register(s3, { name: 'amazon', options });
    registry.register(s3, { name: 'cloudflare', options: { ...options, dialect: 'r2' } });
    await registry.enableAll();
    const view = registry.tenant(defaultTenant);
    const store = createObjectStore(view.port(objectStore, 'amazon'), { needs: ['versions', 'presign'] });
    await store.put('by-port', 'x');
    expect((await store.listVersions({ prefix: 'by-port' }).toArray()).length).toBe(1);
    const other = view.port(objectStore, 'cloudflare');
    expect(() => createObjectStore(other, { needs: ['versions'] })).toThrow(/no ability "versions"/);
    expect(createObjectStore(other, { needs: ['conditionalWrites'] }).abilities).toContain('conditionalCopy');
  });

  it('gives drivers whose abilities follow from the dialect, as types', async () => {
    await using fake = await startFake();
    await using amazon = createIntegration(s3, { options: fake.options() });
    await using cloudflare = createIntegration(s3, { options: { ...fake.options(), dialect: 'r2' } });
    const whole = createObjectStore(s3Driver(amazon));
    const part = createObjectStore(s3Driver(cloudflare, { dialect: 'r2' }));
    expectTypeOf(whole).toHaveProperty('listVersions');
    expectTypeOf(part).not.toHaveProperty('listVersions');
    expectTypeOf(part).toHaveProperty('presignGet');
    expect([whole, part].map((store) => 'listVersions' in store)).toEqual([true, false]);
    // @ts-expect-error: this dialect has no tags
    await expect(part.put('k', 'x', { tags: { a: 'b' } })).rejects.toMatchObject({ code: 'unimplemented' });
    // @ts-expect-error: nor does it name what any dialect has
    expect(createObjectStore(s3Driver(cloudflare, { dialect: 'any' })).listVersions).toBeUndefined();
    expect(() => s3Driver(cloudflare)).toThrow(/write s3Driver\(client, \{ dialect: 'r2' \}\)/);
  });

  it('loads the SDK only for what needs it', async () => {
    await using fake = await startFake();
    await using client = createIntegration(s3, { options: fake.options() });
    await client.putObject('k', 'x');
    await client.getObject('k');
    await client.headObject('k');
    await client.listObjects().toArray();
    await client.deleteObjects([{ key: 'k' }]);
    await client.presign({ method: 'GET', key: 'k', expiresInSeconds: 1 });
    const agents = fake.exchanges.map(({ requestHeaders }) => requestHeaders['user-agent']);
    expect(agents.filter((agent) => agent !== undefined)).toEqual([]);
  });
});
