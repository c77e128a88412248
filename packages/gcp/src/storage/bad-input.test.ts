/** What is refused, with the operation, the object or store, and what to do about it; and that nothing was done. */
import { createIntegration, parseOptions } from '@im/core';
import { createObjectStore } from '@im/storage';
import { describe, expect, it } from 'vitest';
import { openStore, partBytes, sample } from './__fixtures__/stores.ts';
import { gcsDriver } from './driver/gcs-driver.ts';
import { storage } from './storage.ts';
import { startFake } from './testing.ts';

const failure = (call: () => Promise<unknown>) =>
  Promise.resolve()
    .then(call)
    .then(
      () => undefined,
      (error: unknown) => error as Error & { code?: string },
    );

describe('a store over Cloud Storage', () => {
  it('says which bucket is not there, and what to check', async () => {
    await using fake = await startFake();
    await using client = createIntegration(storage, {
      options: { ...fake.options(), bucket: 'no-such-bucket' },
    });
    for (const call of [
      () => client.getBucket(),
      () => client.insertObject('a', 'x'),
      () => client.getObjectMetadata('a'),
      () => client.deleteObject('a'),
      () => client.listObjects().toArray(),
    ]) {
      const error = await failure(call);
      expect(error).toMatchObject({ code: 'not_found', reason: 'noSuchBucket', status: 404 });
      expect(error?.message).toMatch(/^gcp-storage\.\w+: there is no such bucket; check `bucket`/);
    }
  });

  it('names the key and the store when the bucket is another project’s, and shows no secret', async () => {
    await using fake = await startFake();
    await using owner = createIntegration(storage, { options: fake.options() });
    await owner.createBucket('only-theirs');
    const options = fake.options('tenant_b');
    const { privateKey = '' } = options.credentials as { privateKey?: string };
    await using client = createIntegration(storage, { options: { ...options, bucket: 'only-theirs' } });
    const store = createObjectStore(gcsDriver(client), { name: 'photos' });
    const error = await failure(() => store.put('a/b', 'x'));
    expect(error).toMatchObject({
      code: 'permission_denied',
      provider: 'gcs',
      operation: 'put',
      status: 403,
    });
    expect(error?.message).toContain('(key "a/b", store photos); give the account the role');
    expect(`${error?.message}${error?.stack}`).not.toContain(privateKey.slice(40, 80));
    expect(fake.names()).toEqual([]);
  });

  it('refuses keys that are empty, too long, or too long once they are escaped, before anything is sent', async () => {
    await using opened = await openStore();
    const { store, fake } = opened;
    for (const key of ['', 'x'.repeat(1_025), 'ß'.repeat(513), '\n'.repeat(600), '\ud800']) {
      const error = await failure(() => store.put(key, 'x'));
      expect(error).toMatchObject({ code: 'invalid_argument' });
    }
    expect(fake.exchanges).toEqual([]);
  });

  it('refuses ranges that are none, and tells one that begins past the end', async () => {
    await using opened = await openStore();
    const { store, run, fake, client } = opened;
    await run(store.put('k', 'abc'));
    fake.forget();
    for (const range of [{ offset: -1 }, { offset: 0, length: 0 }, { offset: 1.5 }, { last: 0 }])
      expect(await failure(() => store.get('k', { range }))).toMatchObject({ code: 'invalid_argument' });
    for (const range of [{ start: -1, end: 4 }, { start: 5, end: 4 }, { start: 0.5 }])
      expect(await failure(() => client.getObject('k', { range }))).toMatchObject({
        code: 'invalid_argument',
      });
    expect(fake.exchanges).toEqual([]);
    expect(await failure(() => run(store.get('k', { range: { offset: 3 } })))).toMatchObject({
      code: 'invalid_argument',
      reason: 'range',
    });
  });

  it('refuses to presign for longer than a week', async () => {
    await using opened = await openStore();
    const { store, fake } = opened;
    const error = await failure(() => store.presignGet('k', { expiresInSeconds: 604_801 }));
    expect(error).toMatchObject({ code: 'invalid_argument', operation: 'presignGet' });
    expect(error?.message).toContain('give a whole number from 1 to 604800');
    expect(fake.exchanges).toEqual([]);
  });

  it('knows etags, versions and uploads of other stores for what they are', async () => {
    await using opened = await openStore();
    const { store, run, fake } = opened;
    await run(store.put('k', 'abc'));
    const conditions = [
      [() => store.put('k', 'x', { ifMatch: '"an-etag"' }), 'failed_precondition'],
      [() => store.get('k', { ifMatch: '0' }), 'failed_precondition'],
      [() => store.get('k', { versionId: 'v1' }), 'not_found'],
      [() => store.head('k', { versionId: '12345' }), 'not_found'],
      [() => store.delete('k', { ifMatch: 'x' }), 'failed_precondition'],
      [() => store.copy('k', 'to', { ifMatch: 'x' }), 'failed_precondition'],
      [() => store.list({ cursor: 'bm90IG91cnM' }).toArray(), 'invalid_argument'],
    ] as const satisfies readonly (readonly [call: () => Promise<unknown>, code: string])[];
    for (const [call, code] of conditions)
      expect(await failure(() => run<unknown>(call()))).toMatchObject({ code });
    expect(await run(store.get('k', { ifNoneMatch: '"an-etag"' }).then((got) => got.text()))).toBe('abc');
    const session = await run(store.createUpload('film'));
    await run(session.send(sample(partBytes * 2)));
    for (const uploadId of ['../../k', 'x', '0'.repeat(32)])
      expect(await failure(() => run(store.resumeUpload({ ...session.state, uploadId })))).toMatchObject({
        code: 'not_found',
      });
    const other = { ...session.state, key: 'another' };
    expect(await failure(() => run(store.resumeUpload(other)))).toMatchObject({ code: 'not_found' });
    expect(fake.names()).toContain('k');
  });
});

describe('operations of Cloud Storage', () => {
  it('refuse what the service cannot store, before anything is sent', async () => {
    await using fake = await startFake();
    await using client = createIntegration(storage, { options: fake.options() });
    const names = [
      '',
      '.',
      '..',
      'a\nb',
      'a\rb',
      '.well-known/acme-challenge/x',
      '\ud800',
      'x'.repeat(1_025),
    ];
    for (const name of names) {
      expect(await failure(() => client.insertObject(name, 'x'))).toMatchObject({ code: 'invalid_argument' });
      expect(await failure(() => client.getObjectMetadata(name))).toMatchObject({ code: 'invalid_argument' });
    }
    const contentType = 'text/plain\r\nx-evil: 1';
    expect(await failure(() => client.insertObject('a', 'x', { contentType }))).toMatchObject({
      code: 'invalid_argument',
    });
    const many = Array.from({ length: 33 }, (_, index) => ({ name: `part-${index}` }));
    expect(await failure(() => client.composeObject('a', many))).toMatchObject({ code: 'invalid_argument' });
    expect(await failure(() => client.composeObject('a', []))).toMatchObject({ code: 'invalid_argument' });
    const bytes = new Uint8Array(1_000);
    for (const session of ['https://evil.example/upload', '//evil.example/', '/storage/v1/b/x'])
      expect(await failure(() => client.sendPiece(session, { offset: 0, bytes, size: 1_000 }))).toMatchObject(
        {
          code: 'invalid_argument',
        },
      );
    const session = '/upload/storage/v1/b/sample-bucket/o?uploadType=resumable&upload_id=x';
    expect(await failure(() => client.sendPiece(session, { offset: 0, bytes }))).toMatchObject({
      code: 'invalid_argument',
    });
    expect(fake.exchanges).toEqual([]);
  });

  it('upload in pieces: what has arrived is told, what was sent twice is stored once, what was given up is gone', async () => {
    await using fake = await startFake();
    await using client = createIntegration(storage, { options: fake.options() });
    const bytes = sample(600_000);
    const unit = 256 * 1024;
    const session = await client.startUpload('film', { contentType: 'video/mp4', ifGenerationMatch: '0' });
    expect(await client.getUploadProgress(session)).toEqual({ done: false, bytesReceived: 0 });
    const first = { offset: 0, bytes: bytes.subarray(0, unit) };
    expect(await client.sendPiece(session, first)).toEqual({ done: false, bytesReceived: unit });
    expect(await client.sendPiece(session, first)).toEqual({ done: false, bytesReceived: unit });
    expect(await client.getUploadProgress(session)).toEqual({ done: false, bytesReceived: unit });
    await expect(client.getObjectMetadata('film')).rejects.toMatchObject({ code: 'not_found' });
    const last = { offset: unit, bytes: bytes.subarray(unit), size: bytes.byteLength };
    const done = await client.sendPiece(session, last);
    expect(done).toMatchObject({ done: true, object: { size: 600_000, contentType: 'video/mp4' } });
    expect(await client.getUploadProgress(session)).toEqual(done);
    expect(
      Buffer.compare(
        (await client.getObject('film', { atOnceUpTo: 1_000_000 })).bytes ?? bytes.subarray(1),
        bytes,
      ),
    ).toBe(0);

    const again = await client.startUpload('other');
    await client.cancelUpload(again);
    await client.cancelUpload(again);
    expect(fake.names()).toEqual(['film']);
    await expect(client.startUpload('film', { ifGenerationMatch: '0' })).rejects.toMatchObject({
      code: 'failed_precondition',
    });
  });

  it('have options that are checked together, each fault named', () => {
    const options = {
      bucket: 'Not A Bucket',
      projectId: 'No Project!',
      credentials: { type: 'key' },
      extra: 1,
    };
    expect(() => parseOptions(storage, options)).toThrow(/4 faults/);
    for (const name of ['bucket', 'projectId', 'credentials.key', 'extra'])
      expect(() => parseOptions(storage, options)).toThrow(name);
  });
});
