/** The fake, driven by Google's own client: what `native()` gives. */
import { createIntegration } from '@im/core';
import { describe, expect, it } from 'vitest';
import { storage } from './storage.ts';
import { startFake } from './testing.ts';

async function open() {
  const fake = await startFake();
  const client = createIntegration(storage, { options: fake.options() });
  return {
    fake,
    client,
    bucket: client.native(),
    async [Symbol.asyncDispose]() {
      await client[Symbol.asyncDispose]();
      await fake[Symbol.asyncDispose]();
    },
  };
}

const codeOf = (thrown: unknown) => (thrown as { readonly code?: unknown }).code;

describe('the fake, driven by @google-cloud/storage', () => {
  it('takes and gives objects in one request and in several, with both of the client’s checksums', async () => {
    await using opened = await open();
    const { bucket, client, fake } = opened;
    for (const resumable of [false, true]) {
      for (const validation of ['md5', 'crc32c'] as const) {
        const bytes = Buffer.alloc(700_001, `${resumable}${validation}`);
        const file = bucket.file(`a b/${resumable}-${validation}?ü`);
        const metadata = { contentType: 'text/plain', metadata: { team: 'blå' } };
        // The client begins such uploads without a token at endpoints that are not Google's own; so it is begun apart.
        const [uri] = resumable ? await file.createResumableUpload({ metadata }) : [undefined];
        const how = uri === undefined ? { metadata } : { uri, chunkSize: 524_288 };
        await file.save(bytes, { resumable, validation, ...how });
        const [down] = await file.download({ validation });
        expect(down.equals(bytes)).toBe(true);
        const ours = await client.getObjectMetadata(file.name);
        expect(ours).toMatchObject({ size: 700_001, contentType: 'text/plain', metadata: { team: 'blå' } });
        const [part] = await file.download({ start: 10, end: 19, validation: false });
        expect(part.equals(bytes.subarray(10, 20))).toBe(true);
      }
    }
    expect(fake.exchanges.some(({ status }) => status === 308)).toBe(true);
    expect(fake.unmatched).toEqual([]);
  });

  it('refuses a write whose bytes are not those that were hashed', async () => {
    await using opened = await open();
    const md5Hash = Buffer.alloc(16).toString('base64');
    const thrown = await opened.bucket
      .file('a')
      .save('x', { resumable: false, validation: false, metadata: { md5Hash } })
      .catch((error: unknown) => error);
    expect(codeOf(thrown)).toBe(400);
    expect(opened.fake.names()).toEqual([]);
  });

  it('keeps conditions on generations, and tells what is not there', async () => {
    await using opened = await open();
    const { bucket } = opened;
    const file = bucket.file('a');
    await file.save('one', { resumable: false, preconditionOpts: { ifGenerationMatch: 0 } });
    const again = await file
      .save('two', { resumable: false, preconditionOpts: { ifGenerationMatch: 0 } })
      .catch((error: unknown) => error);
    expect(codeOf(again)).toBe(412);
    const [{ generation }] = await file.getMetadata();
    await file.save('three', {
      resumable: false,
      preconditionOpts: { ifGenerationMatch: Number(generation) },
    });
    const old = bucket.file('a', { generation: Number(generation) });
    expect((await old.download())[0].toString()).toBe('one');
    expect((await file.download())[0].toString()).toBe('three');
    await file.delete();
    expect(await file.exists()).toEqual([false]);
    expect(codeOf(await file.download().catch((error: unknown) => error))).toBe(404);
    expect(
      codeOf(
        await bucket.storage
          .bucket('no-such')
          .getMetadata()
          .catch((error: unknown) => error),
      ),
    ).toBe(404);
  });

  it('lists in pages and by folders', async () => {
    await using opened = await open();
    const { bucket } = opened;
    for (const name of ['a/1', 'a/2', 'b', 'c/1', 'd'])
      await bucket.file(name).save('x', { resumable: false });
    const names: string[] = [];
    let query: object | null = { maxResults: 2, autoPaginate: false };
    while (query !== null) {
      const [files, next]: [{ name: string }[], object | null, unknown] = await bucket.getFiles(query);
      expect(files.length).toBeLessThanOrEqual(2);
      names.push(...files.map(({ name }) => name));
      query = next;
    }
    expect(names).toEqual(['a/1', 'a/2', 'b', 'c/1', 'd']);
    const [files, , answer] = await bucket.getFiles({ delimiter: '/', autoPaginate: false });
    expect(files.map(({ name }) => name)).toEqual(['b', 'd']);
    expect(answer).toMatchObject({ prefixes: ['a/', 'c/'] });
    const [matched] = await bucket.getFiles({ matchGlob: '*/1' });
    expect(matched.map(({ name }) => name)).toEqual(['a/1', 'c/1']);
  });

  it('copies, composes, and changes what is stored beside', async () => {
    await using opened = await open();
    const { bucket, client } = opened;
    await bucket.file('a').save('one', { resumable: false, metadata: { metadata: { x: '1' } } });
    await bucket.file('a').copy(bucket.file('b'));
    await bucket.combine(['a', 'b'], 'ab', { kmsKeyName: undefined } as never);
    expect((await bucket.file('ab').download())[0].toString()).toBe('oneone');
    const composed = await client.getObjectMetadata('ab');
    expect([composed.md5, composed.componentCount]).toEqual([undefined, 2]);
    await bucket.file('b').setMetadata({ metadata: { y: '2' }, cacheControl: 'no-store' });
    expect(await client.getObjectMetadata('b')).toMatchObject({
      metadata: { x: '1', y: '2' },
      cacheControl: 'no-store',
      metageneration: '2',
    });
  });

  it('does not repeat what failed: that is for the caller of native() to decide', async () => {
    await using opened = await open();
    const { bucket, fake } = opened;
    await bucket.file('a').save('x', { resumable: false });
    fake.forget();
    fake.inject({ fault: { kind: 'status', status: 503 }, times: Number.POSITIVE_INFINITY });
    expect(
      codeOf(
        await bucket
          .file('a')
          .getMetadata()
          .catch((error: unknown) => error),
      ),
    ).toBe(503);
    expect(fake.exchanges).toHaveLength(1);
  });

  it('refuses a token that is none, and one of another tenant', async () => {
    await using opened = await open();
    const { fake } = opened;
    const options = fake.options();
    await using foreign = createIntegration(storage, {
      options: { ...options, credentials: fake.options('tenant_b').credentials },
      resilience: { retry: false },
    });
    await expect(foreign.getBucket()).rejects.toMatchObject({ code: 'permission_denied', status: 403 });
    await using nobody = createIntegration(storage, {
      options: { ...options, credentials: { type: 'access-token', accessToken: 'ya29.nobody-at-all' } },
      resilience: { retry: false },
    });
    await expect(nobody.getBucket()).rejects.toMatchObject({ code: 'unauthenticated', status: 401 });
  });
});
