import { createIntegration } from '@im/core';
import { compareKeys, createObjectStore } from '@im/storage';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { blob } from '../blob.ts';
import { type BlobFake, sampleContainer, startFake } from '../testing.ts';
import { blobDriver } from './blob-driver.ts';

describe('one list of plain and odd keys', () => {
  let fake: BlobFake;
  let client: ReturnType<typeof open>;
  const open = () => createIntegration(blob, { options: fake.options(undefined, 'account-key') });
  const container = () => {
    const found = fake.store().containers.get(sampleContainer);
    if (found === undefined) throw new Error('it is there');
    return found;
  };
  const empty = () => {
    for (const name of [...container().blobs.keys()]) fake.store().remove(container(), name);
  };

  beforeEach(async () => {
    fake = await startFake();
    client = open();
    empty();
  });
  afterEach(async () => {
    await client[Symbol.asyncDispose]();
    await fake[Symbol.asyncDispose]();
  });

  const part = fc.constantFrom('a', 'b', '/', '.', '\\', '\u0001', '\uffff', '😀', '~', 'z/', './');
  const keys = fc.uniqueArray(
    fc.array(part, { minLength: 1, maxLength: 5 }).map((parts) => parts.join('')),
    { minLength: 1, maxLength: 25 },
  );

  it('any keys, any page size, any prefix and delimiter: each entry once, in order', {
    timeout: 60_000,
  }, async () => {
    const store = createObjectStore(blobDriver(client));
    const options = fc.record({
      pageSize: fc.constantFrom(1, 2, 3, 7, 100),
      prefix: fc.oneof(
        fc.constant(''),
        fc.array(part, { maxLength: 2 }).map((parts) => parts.join('')),
      ),
      delimiter: fc.constantFrom(undefined, '/', '.', './', '\\'),
    });
    await fc.assert(
      fc.asyncProperty(keys, options, async (all, { pageSize, prefix, delimiter }) => {
        empty();
        for (const key of all) await store.put(key, '');
        const listed = (await store.list({ pageSize, prefix, delimiter }).toArray()).map(
          ({ kind, key }) => `${kind} ${key}`,
        );
        expect(listed).toEqual(expected(all, prefix, delimiter));
      }),
      { numRuns: 60 },
    );
  });

  it('blobs of other tools under names that for us are odd are listed, read, copied and deleted', async () => {
    const store = createObjectStore(blobDriver(client));
    await client.putBlob('報告（最終）.txt', 'theirs', { contentType: 'text/plain' });
    await store.put('報告（草案）.txt', 'ours');
    expect((await store.list().toArray()).map(({ key }) => key)).toEqual([
      '報告（最終）.txt',
      '報告（草案）.txt',
    ]);
    expect((await store.list({ prefix: '報告（最' }).toArray()).map(({ key }) => key)).toEqual([
      '報告（最終）.txt',
    ]);
    expect(await (await store.get('報告（最終）.txt')).text()).toBe('theirs');
    expect(await (await store.get('報告（最終）.txt', { range: { last: 3 } })).text()).toBe('irs');
    expect((await store.head('報告（最終）.txt')).size).toBe(6);
    await store.copy('報告（最終）.txt', 'copy');
    expect(await (await store.get('copy')).text()).toBe('theirs');
    await store.put('報告（最終）.txt', 'now ours');
    expect((await store.list().toArray()).map(({ key }) => key)).toEqual([
      'copy',
      '報告（最終）.txt',
      '報告（草案）.txt',
    ]);
    expect(await (await store.get('報告（最終）.txt')).text()).toBe('now ours');
    await store.delete('報告（最終）.txt');
    expect((await store.list().toArray()).map(({ key }) => key)).toEqual(['copy', '報告（草案）.txt']);
  });

  it('a listing without odd keys costs one request more, however many pages it has', async () => {
    const store = createObjectStore(blobDriver(client));
    for (let index = 0; index < 30; index += 1) await store.put(`k/${index}`, '');
    fake.forget();
    expect(await store.list({ pageSize: 3 }).toArray()).toHaveLength(30);
    expect(fake.exchanges).toHaveLength(11);
  });

  it('what is ours is never told, not even as a prefix', async () => {
    const store = createObjectStore(blobDriver(client));
    const upload = await store.createUpload('film');
    await upload.send(Buffer.alloc(10));
    await store.put('..', 'odd');
    expect(await store.list({ delimiter: '/' }).toArray()).toMatchObject([{ kind: 'object', key: '..' }]);
    expect(await store.list({ delimiter: '.' }).toArray()).toEqual([{ kind: 'prefix', key: '.' }]);
    expect(await store.list({ prefix: '.im' }).toArray()).toEqual([]);
    await store.put('.a', 'hidden by itself');
    expect(await store.list({ delimiter: '.' }).toArray()).toEqual([{ kind: 'prefix', key: '.' }]);
    await upload.abort();
  });
});

/** What the port promises, by the plainest means. */
function expected(all: readonly string[], prefix: string, delimiter: string | undefined): string[] {
  const told = new Set<string>();
  for (const key of all.filter((one) => one.startsWith(prefix)).sort(compareKeys)) {
    const cut = delimiter === undefined ? -1 : key.indexOf(delimiter, prefix.length);
    told.add(cut < 0 ? `object ${key}` : `prefix ${key.slice(0, cut + (delimiter?.length ?? 0))}`);
  }
  return [...told].sort((one, other) => compareKeys(one.slice(7), other.slice(7)));
}
