/** Earlier versions, and the locks on them. Locks are in mode `governance`, and are lifted at the end: a real store must be left as it was. */
import assert from 'node:assert/strict';
import type { VersionEntry } from '../driver-versions.ts';
import { refuses, sample } from './help.ts';
import type { CaseContext, StorageCase } from './types.ts';

const day = 86_400_000;
/** A whole second, as services keep it, some days from now. */
const inDays = (days: number) => Math.ceil((Date.now() + days * day) / 1000) * 1000;

const lift = ({ store }: CaseContext, key: string, versionId: string) =>
  store.setLock(key, { retention: null, legalHold: false }, { versionId, bypassGovernance: true });

const versionsOf = (entries: readonly VersionEntry[]) =>
  entries.flatMap((entry) => (entry.kind === 'version' ? [entry] : []));

export const versionCases: readonly StorageCase[] = [
  {
    id: 'ST-110',
    title: 'the list of versions tells every version of every key, by prefix, and which one is present',
    needs: ['versions'],
    async run({ store }) {
      const written = [];
      for (const text of ['one', 'two', 'three']) written.push(await store.put('a/k', text));
      const other = await store.put('b', 'other');
      const all = versionsOf(await store.listVersions().toArray());
      assert.deepEqual(
        all.map(({ key }) => key),
        ['a/k', 'a/k', 'a/k', 'b'],
      );
      assert.deepEqual(
        all.filter(({ isLatest }) => isLatest).map(({ versionId }) => versionId),
        [written[2]?.versionId, other.versionId],
        'the present ones',
      );
      const below = versionsOf(await store.listVersions({ prefix: 'a/' }).toArray());
      assert.deepEqual(
        new Map(below.map((one) => [one.versionId, [one.etag, one.size]])),
        new Map(written.map((one) => [one.versionId, [one.etag, one.size]])),
        'etags and sizes',
      );
    },
  },
  {
    id: 'ST-111',
    title:
      'the list of versions keeps those of a deleted key, of which none is present, until they are deleted by id',
    needs: ['versions'],
    async run({ store }) {
      const { versionId = '' } = await store.put('k', 'x');
      await store.delete('k');
      await refuses('not_found', 'a deleted object', () => store.get('k'));
      const left = versionsOf(await store.listVersions().toArray());
      assert.deepEqual(
        left.map((one) => [one.versionId, one.isLatest]),
        [[versionId, false]],
      );
      assert.equal(await (await store.get('k', { versionId })).text(), 'x');
      await store.delete('k', { versionId });
      assert.deepEqual(versionsOf(await store.listVersions().toArray()), []);
    },
  },
  {
    id: 'ST-112',
    title: 'pages of versions of every size give the same list, and a cursor goes on in another connection',
    needs: ['versions'],
    async run({ store, other }) {
      for (const key of ['a', 'b', 'b', 'b', 'c', 'b']) await store.put(key, key);
      const whole = await store.listVersions().toArray();
      assert.equal(versionsOf(whole).length, 6);
      for (const pageSize of [1, 2, 4]) {
        const first = store.listVersions({ pageSize, limit: 3 });
        const told = await first.toArray();
        assert.equal(told.length, 3);
        const rest = await other.listVersions({ pageSize, cursor: first.cursor }).toArray();
        assert.deepEqual([...told, ...rest], whole, `pages of ${pageSize}`);
      }
    },
  },
  {
    id: 'ST-113',
    title: 'a scope lists its own versions only',
    needs: ['versions'],
    async run({ store }) {
      const scope = store.scoped('tenants/1');
      await scope.put('k', 'x');
      await store.put('tenants/10/k', 'x');
      assert.deepEqual(
        (await scope.listVersions().toArray()).map(({ key }) => key),
        ['k'],
      );
    },
  },
  {
    id: 'ST-114',
    title: 'a lock is kept with the object, in one go and in parts, and a locked version is not deleted',
    needs: ['objectLock', 'multipart'],
    async run(context) {
      const { store, partBytes } = context;
      const locks = {
        held: { legalHold: true },
        retained: { retention: { mode: 'governance', until: inDays(2) } },
        both: { retention: { mode: 'governance', until: inDays(3) }, legalHold: true },
      } as const;
      for (const [name, lock] of Object.entries(locks)) {
        for (const body of ['x', sample(partBytes * 2)]) {
          const key = `${name}-${body.length}`;
          const { versionId = '' } = await store.put(key, body, { lock });
          try {
            assert.deepEqual((await store.head(key)).lock, lock, key);
            const error = await refuses('failed_precondition', `deleting ${key}`, () =>
              store.delete(key, { versionId }),
            );
            assert.ok(error.message.includes(key), error.message);
            assert.equal((await store.head(key, { versionId })).size, body.length, 'it is still there');
          } finally {
            await lift(context, key, versionId);
          }
          await store.delete(key, { versionId });
          await refuses('not_found', `${key} after it was unlocked`, () => store.head(key, { versionId }));
        }
      }
    },
  },
  {
    id: 'ST-115',
    title:
      'a retention is set and made longer by anyone, but ends sooner only with bypassGovernance; a hold comes and goes',
    needs: ['objectLock'],
    async run(context) {
      const { store } = context;
      const { versionId = '' } = await store.put('k', 'x');
      assert.equal((await store.head('k')).lock, undefined);
      const until = inDays(2);
      const lockOf = async () => (await store.head('k')).lock;
      try {
        await store.setLock('k', { retention: { mode: 'governance', until } });
        await store.setLock('k', { legalHold: true }, { versionId });
        assert.deepEqual(await lockOf(), { retention: { mode: 'governance', until }, legalHold: true });
        await store.setLock('k', { retention: { mode: 'governance', until: until + day }, legalHold: false });
        assert.deepEqual(await lockOf(), { retention: { mode: 'governance', until: until + day } });
        for (const retention of [{ mode: 'governance', until }, null] as const)
          await refuses('failed_precondition', 'a retention that ends sooner', () =>
            store.setLock('k', { retention }),
          );
        assert.deepEqual(await lockOf(), { retention: { mode: 'governance', until: until + day } });
      } finally {
        await lift(context, 'k', versionId);
      }
      assert.equal(await lockOf(), undefined);
      await store.delete('k', { versionId });
    },
  },
  {
    id: 'ST-116',
    title: 'locks that are none are refused before anything is done',
    needs: ['objectLock'],
    async run({ store }) {
      const wrong = [
        { retention: { mode: 'forever', until: inDays(1) } },
        { retention: { mode: 'governance', until: -1 } },
        { retention: { mode: 'governance', until: 1.5 } },
        { legalHold: 'yes' },
      ] as never[];
      for (const lock of wrong)
        await refuses('invalid_argument', JSON.stringify(lock), () => store.put('k', 'x', { lock }));
      await refuses('not_found', 'nothing was put', () => store.head('k'));
      await store.put('k', 'x');
      for (const lock of wrong)
        await refuses('invalid_argument', JSON.stringify(lock), () => store.setLock('k', lock));
      await refuses('not_found', 'an absent object', () => store.setLock('no/such', { legalHold: true }));
      assert.equal((await store.head('k')).lock, undefined);
    },
  },
];
