import { createIntegration, type OptionsOf, systemClock } from '@im/core';
import { scrub } from '@im/http';
import { createObjectStore } from '@im/storage';
import { createVirtualClock } from '@im/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { s3, s3Driver, s3Errors } from './index.ts';
import { type S3Fake, startFake } from './testing.ts';

const bucket = 'errors';

describe('what S3 refuses', () => {
  let fake: S3Fake;
  beforeEach(async () => {
    fake = await startFake({ region: 'eu-central-1' });
    fake.createBucket(bucket);
  });
  afterEach(() => fake[Symbol.asyncDispose]());

  const connect = (options: Partial<OptionsOf<typeof s3>> = {}) =>
    createIntegration(s3, { options: { ...fake.options(), bucket, ...options } });
  const refused = async (work: Promise<unknown>) => {
    const error = await work.then(
      () => {
        throw new Error('it was not refused');
      },
      (thrown: unknown) => thrown as Error & { readonly code: string },
    );
    const { secretAccessKey } = fake.account();
    expect(`${error.stack} ${JSON.stringify(error)}`).not.toContain(secretAccessKey);
    return error;
  };
  /** By a store: its errors have to name the operation, the store and the key. */
  const byStore = (options: Partial<OptionsOf<typeof s3>> = {}) =>
    createObjectStore(s3Driver(connect(options)), { name: 'archive' });

  for (const lane of ['lean', 'sdk'] as const) {
    describe(`on the ${lane} lane`, () => {
      it('an unknown bucket is not_found, by put, get and head', async () => {
        const store = byStore({ lane, bucket: 'no-such-bucket' });
        for (const work of [() => store.put('k', 'x'), () => store.get('k'), () => store.head('k')]) {
          const error = await refused(work());
          expect(error).toMatchObject({ code: 'not_found' });
          expect(error.message).toMatch(/aws-s3\.\w+: .*"k".*no-such-bucket.*store archive.*; check/);
        }
        expect(await refused(store.list().toArray())).toMatchObject({
          code: 'not_found',
          reason: 'NoSuchBucket',
        });
      });

      it('an unknown key and a wrong secret are unauthenticated', async () => {
        const { accessKeyId } = fake.account();
        const secretAccessKey = 'wrong/secret+of/forty+characters/0000000';
        const wrong = byStore({ lane, credentials: { accessKeyId, secretAccessKey } });
        const unknown = byStore({ lane, credentials: { accessKeyId: 'AKIANOBODY', secretAccessKey } });
        const [one, other] = [await refused(wrong.put('k', 'x')), await refused(unknown.put('k', 'x'))];
        expect(one).toMatchObject({ code: 'unauthenticated', reason: 'SignatureDoesNotMatch' });
        expect(one.message).toMatch(/aws-s3\.put: .*key "k", store archive.*check secretAccessKey/);
        expect(other).toMatchObject({ code: 'unauthenticated', reason: 'InvalidAccessKeyId' });
        expect(other.message).toMatch(/key "k", store archive.*check accessKeyId/);
        for (const error of [one, other]) expect(error.message).not.toContain(secretAccessKey);
      });

      it('a wrong region is invalid_argument, and the right one is told', async () => {
        const error = await refused(byStore({ lane, region: 'us-west-2' }).put('k', 'x'));
        expect(error).toMatchObject({ code: 'invalid_argument', reason: 'WrongRegion' });
        expect(error.message).toMatch(
          /another region \(eu-central-1\).*"k".*store archive.*set the option region/,
        );
        fake.createBucket('elsewhere', { region: 'ap-south-1' });
        const moved = await refused(byStore({ lane, bucket: 'elsewhere' }).put('k', 'x'));
        expect(moved).toMatchObject({ code: 'invalid_argument', reason: 'PermanentRedirect', status: 301 });
        expect(moved.message).toContain('(ap-south-1)');
        const headed = await refused(byStore({ lane, bucket: 'elsewhere' }).head('k'));
        expect(headed).toMatchObject({ code: 'invalid_argument' });
      });

      it('another account’s bucket is permission_denied', async () => {
        fake.createBucket('theirs', {}, 'tenant_b');
        const error = await refused(byStore({ lane, bucket: 'theirs' }).put('k', 'x'));
        expect(error).toMatchObject({ code: 'permission_denied', reason: 'AccessDenied' });
        expect(error.message).toMatch(/"k".*theirs.*allow the action/);
      });

      it('a condition, a range, an archived object, a version that marks a deletion', async () => {
        await using client = connect({ lane });
        await client.putObject('k', 'x', { storageClass: 'GLACIER' });
        const { versionId = '' } = await client.putObject('gone', 'x');
        const mark = await client.deleteObject('gone');
        const expected = [
          [
            () => client.putObject('k', 'x', { ifNoneMatch: '*' }),
            'failed_precondition',
            'PreconditionFailed',
          ],
          [() => client.putObject('none', 'x', { ifMatch: '"x"' }), 'not_found', 'NoSuchKey'],
          [() => client.headObject('k', { ifNoneMatch: '*' }), 'failed_precondition', 'NotModified'],
          [
            () => client.getObject('gone', { versionId, range: { offset: 1 } }),
            'invalid_argument',
            'InvalidRange',
          ],
          [() => client.getObject('k'), 'failed_precondition', 'InvalidObjectState'],
          [() => client.getObject('gone', { versionId: mark.versionId }), 'not_found', 'DeleteMarker'],
          [() => client.getObject('gone', { versionId: 'none' }), 'not_found', 'NoSuchVersion'],
        ] as const;
        for (const [work, code, reason] of expected) {
          const error = await refused(work());
          expect(error).toMatchObject({ code, reason });
          expect(error.message).toMatch(/"(k|gone|none)" \(bucket errors, region eu-central-1\)/);
        }
      });
    });
  }

  it('bad arguments are refused before anything is sent', async () => {
    await using client = connect();
    const store = byStore();
    const presign = (expiresInSeconds: number) =>
      client.presign({ method: 'GET', key: 'k', expiresInSeconds });
    const bad = [
      () => client.getObject(''),
      () => client.putObject('x'.repeat(1025), 'x'),
      () => client.getObject('k', { range: { offset: -1 } }),
      () => client.getObject('k', { range: { offset: 0, length: 0 } }),
      () => client.getObject('k', { range: { last: 0 } }),
      () => client.putObject('k', 'x', { ifMatch: '"x"', ifNoneMatch: '*' }),
      () => client.uploadPart('k', 'id', { number: 0, bytes: new Uint8Array() }),
      () => client.uploadPart('k', 'id', { number: 10_001, bytes: new Uint8Array() }),
      () => client.completeMultipartUpload('k', 'id', []),
      () => client.abortMultipartUpload('k', ''),
      () => client.deleteObjects([]),
      () => client.deleteObjects([{ key: 'control \u0001' }]),
      () => client.listObjectVersions({}, { cursor: 'invented' }).toArray(),
      () => presign(604_801),
      () => presign(0),
      () => presign(1.5),
      () => store.presignGet('k', { expiresInSeconds: 604_801 }),
      () => store.get('k', { range: { offset: -1 } }),
      () => store.put('../'.repeat(341), 'x'),
      () => store.list({ delimiter: '..' }).toArray(),
    ];
    for (const work of bad) {
      const error = await refused(work());
      expect(error).toMatchObject({
        code: 'invalid_argument',
        provider: 'aws-s3',
        remedy: expect.any(String),
      });
      expect(error.message).toMatch(/^aws-s3\.\w+: /);
    }
    expect(fake.exchanges).toHaveLength(0);
    expect((await refused(presign(604_801))).message).toMatch(/expiresInSeconds is 604801.*from 1 to 604800/);
  });

  it('options that cannot be are all named', () => {
    const { credentials } = fake.options();
    const make = (options: object) => () => createIntegration(s3, { options: options as never });
    expect(make({ region: 'eu-central-1', bucket: 'No_Bucket', credentials, surplus: 1 })).toThrow(
      /bucket.*3 to 63|surplus/s,
    );
    expect(make({ region: 'eu-central-1', bucket, credentials, dialect: 'minio' })).toThrow(
      /endpoint is missing/,
    );
    expect(make({ bucket, credentials })).toThrow(/region/);
  });

  it('a clock that is wrong is corrected from the answer, on both lanes', async () => {
    const late = { ...systemClock, now: () => Date.now() - 3_600_000 };
    for (const lane of ['lean', 'sdk'] as const) {
      await using client = createIntegration(s3, {
        clock: late,
        resilience: { retry: { maxAttempts: 2, initialMs: 1 } },
        options: { ...fake.options(), bucket, lane },
      });
      fake.forget();
      await client.putObject('k', 'x');
      await client.putObject('k', 'y');
      expect(fake.exchanges.map(({ status }) => status)).toEqual([403, 200, 200]);
    }
  });

  it('names of S3’s errors pass the filter for secrets, or have one of ours', () => {
    const named = s3Errors.rows.flatMap(({ reason }) => (typeof reason === 'string' ? [reason] : []));
    expect(named.filter((reason) => scrub(reason, []) !== reason)).toEqual([]);
  });
});

describe('presigned URLs', () => {
  it('work on the fake until they expire, for that object, method and headers', async () => {
    const clock = createVirtualClock();
    await using fake = await startFake({ clock });
    await using client = createIntegration(s3, { clock, options: fake.options() });
    const key = 'a b/ü?#.txt';
    const put = await client.presign({
      method: 'PUT',
      key,
      expiresInSeconds: 60,
      contentType: 'text/x',
      contentLength: 4,
    });
    const send = (body: string, headers: Record<string, string>) =>
      fetch(put.url, { method: 'PUT', body, headers }).then(({ status }) => status);
    expect(put.headers).toEqual({ 'content-type': 'text/x', 'content-length': '4' });
    expect(await send('text', { 'content-type': 'text/y' })).toBe(403);
    expect(await send('longer', { 'content-type': 'text/x' })).toBe(403);
    expect(await send('text', { 'content-type': 'text/x' })).toBe(200);

    const get = await client.presign({
      method: 'GET',
      key,
      expiresInSeconds: 604_800,
      contentType: 'text/plain',
      contentDisposition: 'attachment; filename="a.txt"',
    });
    expect(get.expiresAt).toBe(clock.now() + 604_800_000);
    const answer = await fetch(get.url);
    expect([
      answer.status,
      answer.headers.get('content-type'),
      answer.headers.get('content-disposition'),
    ]).toEqual([200, 'text/plain', 'attachment; filename="a.txt"']);
    expect(await answer.text()).toBe('text');
    const statuses = [
      get.url.replace('im-samples/', 'im-samples/x'),
      get.url.replace('text%2Fplain', 'text%2Fhtml'),
      get.url.replace(/Expires=\d+/, 'Expires=604801'),
      get.url.replace(/Signature=..../, 'Signature=0000'),
    ].map(async (url) => (await fetch(url)).status);
    expect(await Promise.all(statuses)).toEqual([403, 403, 400, 403]);
    expect((await fetch(get.url, { method: 'DELETE', headers: { 'x-im-by-hand': '1' } })).status).toBe(403);
    await clock.advance(604_800_000);
    expect((await fetch(get.url)).status).toBe(200);
    await clock.advance(1_000);
    const expired = await fetch(get.url);
    expect([expired.status, await expired.text()]).toEqual([
      403,
      expect.stringContaining('Request has expired'),
    ]);
  });

  it('of temporary credentials carry their token, and end with it', async () => {
    const clock = createVirtualClock();
    await using fake = await startFake({ clock });
    await using client = createIntegration(s3, { clock, options: fake.sessionOptions() });
    const { url } = await clock.until(
      client.presign({ method: 'GET', key: 'samples/hello.txt', expiresInSeconds: 86_400 }),
    );
    expect(new URL(url).searchParams.get('X-Amz-Security-Token')).toBeTruthy();
    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(url.replace(/X-Amz-Security-Token=[^&]+/, 'X-Amz-Security-Token=x'))).status).toBe(
      400,
    );
    await clock.advance(3_600_000);
    const ended = await fetch(url);
    expect([ended.status, await ended.text()]).toEqual([400, expect.stringContaining('ExpiredToken')]);
  });
});
