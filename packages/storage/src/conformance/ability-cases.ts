/** Declared abilities work, and undeclared ones are absent. */
import assert from 'node:assert/strict';
import { type StorageAbility, storageAbilities } from '../abilities.ts';
import { createObjectStore } from '../object-store.ts';
import { refuses, sample } from './help.ts';
import type { CaseContext, StorageCase } from './types.ts';

/** What asks for an ability, and is refused where it is not there. */
const asks: Readonly<Record<StorageAbility, (context: CaseContext) => unknown>> = {
  conditionalWrites: ({ store }) => store.put('k', 'x', { ifNoneMatch: '*' }),
  conditionalDelete: ({ store }) => store.delete('k', { ifMatch: '"x"' }),
  conditionalCopy: ({ store }) => store.copy('k', 'to', { ifNoneMatch: '*' }),
  multipart: ({ store }) => store.put('k', new Blob(['x']).stream()),
  presign: ({ driver }) => createObjectStore(driver, { needs: ['presign'] }),
  storageClasses: ({ store }) => store.put('k', 'x', { storageClass: 'standard' }),
  tags: ({ store }) => store.put('k', 'x', { tags: { a: 'b' } }),
  versions: ({ store }) => store.get('k', { versionId: 'x' }),
  objectLock: ({ store }) => store.put('k', 'x', { lock: { legalHold: true } }),
};
const members: Partial<Record<StorageAbility, readonly string[]>> = {
  multipart: ['createUpload', 'resumeUpload', 'sweepOrphans'],
  presign: ['presignGet', 'presignPut'],
  versions: ['listVersions'],
  objectLock: ['setLock'],
};

const absent = Object.keys(asks).map((name, index): StorageCase => {
  const ability = name as StorageAbility;
  return {
    id: `ST-${100 + index}`,
    title: `without ${ability}, what asks for it is refused as unimplemented before anything is done`,
    without: ability,
    async run(context) {
      await context.store.put('k', 'old');
      const before = await context.store.head('k');
      await refuses('unimplemented', ability, () => asks[ability](context));
      await refuses('unimplemented', `needs ${ability}`, () =>
        createObjectStore(context.driver, { needs: [ability] }),
      );
      for (const member of members[ability] ?? [])
        assert.ok(!(member in context.store), `${member} is absent`);
      assert.equal((await context.store.head('k')).etag, before.etag, 'nothing was done');
    },
  };
});

export const abilityCases: readonly StorageCase[] = [
  {
    id: 'ST-090',
    title: 'the store tells exactly the declared abilities, and all of them are known ones',
    async run({ store, driver }) {
      assert.deepEqual([...store.abilities].sort(), Object.keys(driver.abilities).sort());
      for (const name of store.abilities) assert.ok(name in storageAbilities, name);
    },
  },
  {
    id: 'ST-091',
    title: 'a storage class is kept, and an unknown one is refused',
    needs: ['storageClasses'],
    async run({ store, driver }) {
      for (const storageClass of driver.limits.storageClasses ?? []) {
        await store.put('k', 'x', { storageClass });
        assert.equal((await store.head('k')).storageClass, storageClass);
      }
      await refuses('invalid_argument', 'an unknown class', () =>
        store.put('k', 'x', { storageClass: 'no-such' }),
      );
    },
  },
  {
    id: 'ST-092',
    title: 'tags are kept with the object, in one go and in parts',
    needs: ['tags', 'multipart'],
    async run({ store, partBytes }) {
      const tags = { team: 'blue', 'cost-centre': '42' };
      await store.put('one', 'x', { tags });
      await store.put('parts', sample(partBytes * 2), { tags });
      for (const key of ['one', 'parts']) assert.deepEqual({ ...(await store.head(key)).tags }, tags, key);
    },
  },
  {
    id: 'ST-093',
    title: 'an earlier version is read and deleted by its id',
    needs: ['versions'],
    async run({ store }) {
      const one = await store.put('k', 'one');
      await store.put('k', 'two');
      const versionId = one.versionId ?? '';
      assert.equal(await (await store.get('k', { versionId })).text(), 'one');
      assert.equal((await store.head('k', { versionId })).etag, one.etag);
      assert.equal(await (await store.get('k')).text(), 'two');
      await store.delete('k', { versionId });
      await refuses('not_found', 'a deleted version', () => store.get('k', { versionId }));
      assert.equal(await (await store.get('k')).text(), 'two');
    },
  },
  {
    id: 'ST-094',
    title: 'a presigned GET gives the object to whoever has the URL, a presigned PUT takes one, no other',
    needs: ['presign'],
    async run({ store }) {
      await store.put('a b/ü?.txt', 'shared');
      const get = await store.presignGet('a b/ü?.txt', { expiresInSeconds: 60 });
      const got = await fetch(get.url, { headers: get.headers });
      assert.deepEqual([got.status, await got.text()], [200, 'shared']);
      const put = await store.presignPut('up', { expiresInSeconds: 60, contentType: 'text/plain' });
      const sent = await fetch(put.url, { method: 'PUT', headers: put.headers, body: 'sent' });
      assert.ok(sent.ok, `PUT: ${sent.status}`);
      assert.equal(await (await store.get('up')).text(), 'sent');
      const forged = await fetch(
        get.url.replace(/.{2}$/, (end) => (end === '00' ? '11' : '00')),
        { headers: get.headers },
      );
      assert.ok(forged.status >= 400 && forged.status < 500, `a forged signature: ${forged.status}`);
      await forged.body?.cancel();
    },
  },
  {
    id: 'ST-095',
    title: 'presigning is bounded: no time at all, and beyond the service’s longest, is refused',
    needs: ['presign'],
    async run({ store, driver }) {
      const most = driver.limits.presign?.maxSeconds ?? 0;
      for (const expiresInSeconds of [0, -1, 1.5, most + 1])
        await refuses('invalid_argument', `${expiresInSeconds} s`, () =>
          store.presignGet('k', { expiresInSeconds }),
        );
      await refuses('invalid_argument', 'a length', () => store.presignPut('k', { contentLength: -1 }));
    },
  },
  {
    id: 'ST-096',
    title: 'a presigned PUT holds its sender to the length it was signed for, where the store can',
    needs: ['presign'],
    async run({ store, driver }) {
      const kind = driver.limits.presign?.contentLength ?? 'none';
      if (kind === 'none') {
        await refuses('unimplemented', 'a length', () => store.presignPut('k', { contentLength: 5 }));
        return;
      }
      if (kind === 'exact')
        await refuses('unimplemented', 'a range', () =>
          store.presignPut('k', { contentLength: { min: 1, max: 5 } }),
        );
      const contentLength = kind === 'exact' ? 5 : { min: 3, max: 5 };
      const send = async (body: string) => {
        const { url, headers } = await store.presignPut('k', { contentLength });
        const others = Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'content-length');
        const answer = await fetch(url, { method: 'PUT', headers: Object.fromEntries(others), body });
        await answer.body?.cancel();
        return answer.status;
      };
      for (const body of kind === 'exact' ? ['1234', '123456'] : ['12', '123456']) {
        const status = await send(body);
        assert.ok(status >= 400 && status < 500, `${body.length} bytes: ${status}`);
        await refuses('not_found', 'what was refused', () => store.head('k'));
      }
      assert.ok((await send('12345')) < 300, 'the right length');
      assert.equal(await (await store.get('k')).text(), '12345');
    },
  },
  ...absent,
];
