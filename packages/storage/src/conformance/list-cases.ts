/** Lists: order, prefixes, delimiters, pages, and what happens while others write. */
import assert from 'node:assert/strict';
import { compareKeys } from '../keys.ts';
import { keysOf, refuses } from './help.ts';
import type { StorageCase } from './types.ts';

const tree = [
  'a',
  'a/',
  'a/1',
  'a/2',
  'a/b/1',
  'a/b/2',
  'a0',
  'b',
  'b/1',
  'c/d/e',
  '\u{1f600}',
  '\uffee',
  '~',
];

export const listCases: readonly StorageCase[] = [
  {
    id: 'ST-030',
    title: 'an empty store has an empty list',
    async run({ store }) {
      const pages = store.list();
      assert.deepEqual(await pages.toArray(), []);
      assert.equal(pages.done, true);
    },
  },
  {
    id: 'ST-031',
    title: 'keys come in the order of their UTF-8 bytes, each with size, etag and time',
    async run({ store }) {
      for (const key of [...tree].reverse()) await store.put(key, key);
      const entries = await store.list().toArray();
      assert.deepEqual(
        entries.map(({ key }) => key),
        [...tree].sort(compareKeys),
      );
      for (const entry of entries) {
        const head = await store.head(entry.key);
        assert.ok(entry.kind === 'object');
        assert.deepEqual([entry.size, entry.etag], [head.size, head.etag]);
        assert.equal(Math.floor(entry.modifiedAt / 1000), Math.floor(head.modifiedAt / 1000));
      }
    },
  },
  {
    id: 'ST-032',
    title: 'a prefix is a beginning of keys, not a folder',
    async run({ store }) {
      for (const key of tree) await store.put(key, '');
      for (const prefix of ['a', 'a/', 'a/b', 'a/b/1', 'b', 'nothing', 'c/d', '\u{1f600}'])
        assert.deepEqual(
          await keysOf(store, prefix),
          tree.filter((key) => key.startsWith(prefix)).sort(compareKeys),
          prefix,
        );
    },
  },
  {
    id: 'ST-033',
    title: 'with a delimiter, keys below the next one are told once, in order among the objects',
    async run({ store }) {
      for (const key of tree) await store.put(key, '');
      const told = async (prefix: string, delimiter = '/') =>
        (await store.list({ prefix, delimiter }).toArray()).map(({ kind, key }) => `${kind} ${key}`);
      assert.deepEqual(await told(''), [
        'object a',
        'prefix a/',
        'object a0',
        'object b',
        'prefix b/',
        'prefix c/',
        'object ~',
        'object \uffee',
        'object \u{1f600}',
      ]);
      assert.deepEqual(await told('a/'), ['object a/', 'object a/1', 'object a/2', 'prefix a/b/']);
      assert.deepEqual(await told('a'), ['object a', 'prefix a/', 'object a0']);
      assert.deepEqual(await told('c/', 'd/'), ['prefix c/d/']);
    },
  },
  {
    id: 'ST-034',
    title: 'pages of every size give the same list, and a cursor goes on in another connection',
    async run({ store, other }) {
      for (const key of tree) await store.put(key, '');
      for (const delimiter of [undefined, '/']) {
        const whole = (await store.list({ delimiter }).toArray()).map(({ key }) => key);
        for (const pageSize of [1, 2, 3, 7]) {
          const keys: string[] = [];
          let cursor: string | undefined;
          do {
            const pages = (keys.length % 2 === 0 ? store : other)
              .list({ delimiter, pageSize, cursor })
              .pages();
            const page = await pages[Symbol.asyncIterator]().next();
            assert.ok(
              page.done !== true && page.value.items.length <= pageSize,
              'a page has at most pageSize entries',
            );
            keys.push(...page.value.items.map(({ key }) => key));
            cursor = page.value.next;
          } while (cursor !== undefined);
          assert.deepEqual(keys, whole, `pages of ${pageSize}, delimiter ${delimiter}`);
        }
      }
      assert.equal((await store.list({ limit: 5, pageSize: 2 }).toArray()).length, 5);
    },
  },
  {
    id: 'ST-035',
    title: 'a list goes on rightly while what it told is deleted, and new objects come',
    async run({ store, other }) {
      const keys = Array.from({ length: 40 }, (_, index) => `k/${String(index).padStart(2, '0')}`);
      for (const key of keys) await store.put(key, '');
      const seen: string[] = [];
      for await (const page of store.list({ pageSize: 7 }).pages()) {
        for (const { key } of page.items) {
          seen.push(key);
          await other.delete(key);
        }
        await other.put('a-before', '');
      }
      assert.deepEqual(seen, keys);
      assert.deepEqual(await keysOf(store), ['a-before']);
    },
  },
  {
    id: 'ST-036',
    title: 'page sizes, limits and cursors that cannot be are refused',
    async run({ store }) {
      for (const options of [
        { pageSize: 0 },
        { pageSize: -1 },
        { limit: -1 },
        { limit: 1.5 },
        { pageSize: 1e9 },
      ])
        await refuses('invalid_argument', JSON.stringify(options), () => store.list(options).toArray());
      await refuses('invalid_argument', 'an invented cursor', () => store.list({ cursor: '%%%' }).toArray());
    },
  },
];
