/**
 * Against Ceph's object gateway: a real server that checks signatures. It takes some seconds to start, and is skipped with a plain
 * line where it is not installed.
 */
import { type Clock, createIntegration, type OptionsOf, systemClock } from '@im/core';
import { createObjectStore } from '@im/storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ceph, startCeph, whyNoCeph } from './__tests__/ceph.ts';
import { describeDialect, type Lacks } from './__tests__/describe-dialect.ts';
import { s3, s3Driver } from './index.ts';

/** What the gateway (16.2) does not do, with what comes of it. Each must fail as it says, or the line has to go. */
const lacks: Lacks = {
  'ST-061': ['it does not tell checksums of parts, so only noted parts are kept', /keptParts: 0/],
  'ST-062': ['it refuses to leave out a part that has arrived', /the parts are not those that arrived/],
  'ST-064': ['it answers 500 when a completed upload is no more', /'unavailable'/],
};

const missing = whyNoCeph();
if (missing !== undefined && process.env.CI === 'true')
  it('Ceph must be installed in CI', () => Promise.reject(new Error(missing)));
const describeCeph = missing === undefined ? describe : describe.skip;
const title = missing === undefined ? 'S3 on Ceph' : `S3 on Ceph: skipped, ${missing}`;

describeCeph(title, () => {
  let ceph: Ceph;
  let buckets = 0;
  beforeAll(async () => {
    ceph = await startCeph();
  }, 120_000);
  afterAll(() => ceph[Symbol.asyncDispose]());

  const options = () => {
    const { accessKeyId, secretAccessKey, url } = ceph;
    return {
      region: 'default',
      endpoint: url,
      bucket: `bucket-${buckets}`,
      dialect: 'ceph' as const,
      credentials: { accessKeyId, secretAccessKey },
    };
  };
  const connect = (given: Partial<OptionsOf<typeof s3>> = {}, clock?: Clock) =>
    createIntegration(s3, { clock, options: { ...options(), ...given } });
  const createBucket = async () => {
    buckets += 1;
    await using client = connect();
    // With locks a bucket has versions.
    await client.createBucket({ objectLock: true });
  };

  describeDialect('ceph', lacks, async () => {
    await createBucket();
    return options();
  });

  describe('its signatures', () => {
    beforeAll(createBucket);

    it('a wrong secret and an unknown key are unauthenticated, and no secret is told', async () => {
      const secret = 'a-wrong-secret-of-forty-characters-00000';
      const { accessKeyId } = ceph;
      await using wrong = connect({ credentials: { accessKeyId, secretAccessKey: secret } });
      const error = await wrong.putObject('k', 'x').catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: 'unauthenticated', reason: 'SignatureDoesNotMatch', status: 403 });
      expect(String(error)).not.toContain(secret);
      await using unknown = connect({ credentials: { accessKeyId: 'NOSUCHKEY', secretAccessKey: secret } });
      await expect(unknown.getObject('k')).rejects.toMatchObject({ code: 'unauthenticated' });
    });

    it('a bucket that is not there is not_found, with its name and what to do', async () => {
      await using client = connect({ bucket: 'no-such-bucket' });
      const error = await client.putObject('k', 'x').catch(String);
      expect(error).toMatch(/aws-s3\.putObject: there is no such bucket: "k" \(bucket no-such-bucket.*check/);
      await expect(client.headBucket()).rejects.toMatchObject({ code: 'not_found' });
    });

    it('a clock that is an hour wrong is corrected by what the server says', async () => {
      const clock = { ...systemClock, now: () => Date.now() - 3_600_000 };
      await using client = connect({}, clock);
      await client.putObject('late', 'x');
      await expect(client.headObject('late')).resolves.toMatchObject({ size: 1 });
    });

    it('a presigned URL works until it expires, and not for another object', async () => {
      const tenMinutesAgo = { ...systemClock, now: () => Date.now() - 600_000 };
      await using now = connect();
      await using before = connect({}, tenMinutesAgo);
      await now.putObject('shared', 'shared');
      const good = await now.presign({ method: 'GET', key: 'shared', expiresInSeconds: 60 });
      expect(await (await fetch(good.url)).text()).toBe('shared');
      const old = await before.presign({ method: 'GET', key: 'shared', expiresInSeconds: 60 });
      const statuses = [old.url, good.url.replace('/shared', '/other'), `${good.url.slice(0, -2)}00`].map(
        async (url) => (await fetch(url)).status,
      );
      expect(await Promise.all(statuses)).toEqual([403, 403, 403]);
    });
  });

  it('what the gateway would not hold is refused before it is sent', async () => {
    await using client = connect();
    for (const write of [
      client.putObject('a', 'x', { ifNoneMatch: '*' }),
      client.copyObject('a', 'b', { ifNoneMatch: '*' }),
      client.deleteObject('a', { ifMatch: '"x"' }),
    ])
      await expect(write).rejects.toMatchObject({ code: 'unimplemented', attempts: 1 });
    expect(() => s3Driver(client)).toThrow(/speaks the dialect ceph/);
    const store = createObjectStore(s3Driver(client, { dialect: 'ceph' }));
    expect(store.abilities).toEqual(['multipart', 'presign', 'versions']);
  });
});
