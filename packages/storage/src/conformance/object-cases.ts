/** One object: up, down, what is known of it, copies, deletes. */
import assert from 'node:assert/strict';
import { compareKeys } from '../keys.ts';
import { keysOf, nothingAt, oddKeys, refuses, sameBytes, sample } from './help.ts';
import type { StorageCase } from './types.ts';

export const objectCases: readonly StorageCase[] = [
  {
    id: 'ST-001',
    title: 'what was put is got: bytes, size, type, metadata, etag and time, by get and by head alike',
    async run({ store }) {
      const metadata = { plain: 'x', 'with-dash_1': 'Zoë 😀 日本 "q" a=b; c, d%20', empty: '' };
      const put = await store.put('k', sample(1000), { contentType: 'text/x-test; charset=utf-8', metadata });
      const head = await store.head('k');
      const got = await store.get('k');
      for (const info of [put, head, got.info]) {
        assert.equal(info.key, 'k');
        assert.equal(info.size, 1000);
        assert.equal(info.etag, put.etag);
        assert.equal(info.contentType, 'text/x-test; charset=utf-8');
        assert.deepEqual({ ...info.metadata }, metadata);
        assert.ok(Number.isFinite(info.modifiedAt) && info.modifiedAt > 0, 'modifiedAt');
        assert.equal(info.checksum?.algorithm, 'sha256');
      }
      sameBytes(await got.bytes(), sample(1000), 'get');
    },
  },
  {
    id: 'ST-002',
    title: 'a string, a Uint8Array and a Blob are put as the bytes they are',
    async run({ store }) {
      const bytes = new TextEncoder().encode('grüße 😀');
      const bodies = { s: 'grüße 😀', u: bytes, b: new Blob([bytes]) };
      for (const [key, body] of Object.entries(bodies)) {
        await store.put(key, body);
        assert.equal(await (await store.get(key)).text(), 'grüße 😀', key);
      }
    },
  },
  {
    id: 'ST-003',
    title: 'a put replaces the object whole, under a new etag',
    async run({ store }) {
      const first = await store.put('k', sample(5000), { contentType: 'text/plain', metadata: { a: '1' } });
      const second = await store.put('k', 'new', { contentType: 'text/html' });
      assert.notEqual(second.etag, first.etag);
      const got = await store.get('k');
      assert.deepEqual(
        [got.info.etag, got.info.contentType, { ...got.info.metadata }],
        [second.etag, 'text/html', {}],
      );
      assert.equal(await got.text(), 'new');
    },
  },
  {
    id: 'ST-004',
    title: 'objects of 0 bytes and of 1 byte are objects like any other',
    async run({ store }) {
      for (const size of [0, 1]) {
        await store.put(`size-${size}`, sample(size));
        assert.equal((await store.head(`size-${size}`)).size, size);
        sameBytes(await (await store.get(`size-${size}`)).bytes(), sample(size), `size ${size}`);
      }
    },
  },
  {
    id: 'ST-005',
    title: 'every key of the odd-key corpus is a key of its own: put, got, listed in order, deleted',
    async run({ store }) {
      for (const [index, key] of oddKeys.entries()) await store.put(key, `value ${index}`);
      for (const [index, key] of oddKeys.entries()) {
        const got = await store.get(key);
        assert.equal(got.info.key, key);
        assert.equal(await got.text(), `value ${index}`, `key ${JSON.stringify(key)}`);
      }
      assert.deepEqual(await keysOf(store), [...oddKeys].sort(compareKeys));
      for (const key of oddKeys) await store.delete(key);
      assert.deepEqual(await keysOf(store), []);
    },
  },
  {
    id: 'ST-006',
    title: 'keys that are empty, ill-formed, too long or no strings are refused in every operation',
    async run({ store }) {
      for (const key of [
        '',
        '\ud800',
        'a\udc00b',
        'x'.repeat(1025),
        'ß'.repeat(513),
        7 as never,
        undefined as never,
      ]) {
        const what = JSON.stringify(key)?.slice(0, 20);
        await refuses('invalid_argument', `put ${what}`, () => store.put(key, 'x'));
        await refuses('invalid_argument', `get ${what}`, () => store.get(key));
        await refuses('invalid_argument', `head ${what}`, () => store.head(key));
        await refuses('invalid_argument', `delete ${what}`, () => store.delete(key));
        await refuses('invalid_argument', `deleteMany ${what}`, () => store.deleteMany(['a', key]));
        await refuses('invalid_argument', `copy from ${what}`, () => store.copy(key, 'b'));
        await refuses('invalid_argument', `copy to ${what}`, () => store.copy('b', key));
      }
      assert.deepEqual(await keysOf(store), []);
    },
  },
  {
    id: 'ST-007',
    title: 'what is not there is not_found, and the message names the operation, the key and the store',
    async run({ store, driver }) {
      for (const call of [
        () => store.get('no/such'),
        () => store.head('no/such'),
        () => store.copy('no/such', 'x'),
      ]) {
        const error = await refuses('not_found', 'an absent object', call);
        for (const part of [driver.name, '"no/such"', store.name])
          assert.ok(error.message.includes(part), error.message);
      }
      await store.delete('no/such');
      assert.deepEqual(await keysOf(store), []);
    },
  },
  {
    id: 'ST-008',
    title: 'ranges give the bytes they name: the first, some, the rest, the last, more than there are',
    async run({ store }) {
      const bytes = sample(1000);
      await store.put('k', bytes);
      const ranges = [
        [{ offset: 0, length: 1 }, 0, 1],
        [{ offset: 10, length: 20 }, 10, 30],
        [{ offset: 990 }, 990, 1000],
        [{ offset: 999, length: 1 }, 999, 1000],
        [{ offset: 990, length: 5000 }, 990, 1000],
        [{ last: 1 }, 999, 1000],
        [{ last: 5000 }, 0, 1000],
        [{ offset: 0 }, 0, 1000],
      ] as const;
      for (const [range, start, end] of ranges) {
        const got = await store.get('k', { range });
        const what = JSON.stringify(range);
        assert.deepEqual([got.offset, got.length, got.info.size], [start, end - start, 1000], what);
        sameBytes(await got.bytes(), bytes.subarray(start, end), what);
      }
    },
  },
  {
    id: 'ST-009',
    title: 'a range past the end, a negative one, an empty one is refused as invalid_argument',
    async run({ store }) {
      await store.put('k', sample(10));
      await store.put('empty', '');
      const wrong = [
        { offset: 10 },
        { offset: 11, length: 1 },
        { offset: -1 },
        { offset: 0, length: 0 },
        { last: 0 },
        { offset: 0.5 },
      ];
      for (const range of wrong)
        await refuses('invalid_argument', JSON.stringify(range), () => store.get('k', { range }));
      await refuses('invalid_argument', 'a range of nothing', () =>
        store.get('empty', { range: { offset: 0 } }),
      );
    },
  },
  {
    id: 'ST-010',
    title: 'a conditional read is answered only while its condition holds',
    async run({ store }) {
      const { etag } = await store.put('k', 'one');
      assert.equal(await (await store.get('k', { ifMatch: etag })).text(), 'one');
      assert.equal(await (await store.get('k', { ifNoneMatch: '"other"' })).text(), 'one');
      await refuses('failed_precondition', 'ifNoneMatch', () => store.get('k', { ifNoneMatch: etag }));
      await refuses('failed_precondition', 'head ifNoneMatch', () => store.head('k', { ifNoneMatch: etag }));
      await store.put('k', 'two');
      await refuses('failed_precondition', 'ifMatch', () => store.get('k', { ifMatch: etag }));
      await refuses('failed_precondition', 'head ifMatch', () => store.head('k', { ifMatch: etag }));
    },
  },
  {
    id: 'ST-011',
    title: 'the content type is taken from the first bytes, then from the extension, else octet-stream',
    async run({ store }) {
      const expected = [
        ['picture', '\x89PNG\r\n\x1a\n....', 'image/png'],
        ['a.txt', '%PDF-1.7', 'application/pdf'],
        ['a.json', '{}', 'application/json'],
        ['data', 'nothing special', 'application/octet-stream'],
      ] as const;
      for (const [key, text, type] of expected) {
        await store.put(key, Buffer.from(text, 'latin1'));
        assert.equal((await store.head(key)).contentType, type, key);
      }
    },
  },
  {
    id: 'ST-012',
    title: 'a copy has the bytes, type, metadata and checksum of its source, which stays',
    async run({ store }) {
      const source = await store.put('from', sample(3000), {
        contentType: 'text/x-test',
        metadata: { a: 'ü' },
      });
      const copy = await store.copy('from', 'to/there');
      assert.equal(copy.key, 'to/there');
      const got = await store.get('to/there');
      assert.deepEqual([got.info.contentType, { ...got.info.metadata }], ['text/x-test', { a: 'ü' }]);
      assert.equal(got.info.checksum?.value, source.checksum?.value);
      sameBytes(await got.bytes(), sample(3000), 'copy');
      sameBytes(await (await store.get('from')).bytes(), sample(3000), 'source');
      await refuses('failed_precondition', 'sourceIfMatch', () =>
        store.copy('from', 'x', { sourceIfMatch: '"other"' }),
      );
      await nothingAt(store, 'x', 'a refused copy');
    },
  },
  {
    id: 'ST-013',
    title: 'deleteMany has a result for each key in its order, absent ones included',
    async run({ store }) {
      const keys = Array.from({ length: 25 }, (_, index) => `many/${index}`);
      for (const key of keys) await store.put(key, 'x');
      await store.put('stays', 'x');
      const asked = ['absent', ...keys, 'many/0'];
      const results = await store.deleteMany(asked);
      assert.deepEqual(
        results.map(({ key }) => key),
        asked,
      );
      assert.ok(
        results.every(({ error }) => error === undefined),
        'no errors',
      );
      assert.deepEqual(await keysOf(store), ['stays']);
    },
  },
];
