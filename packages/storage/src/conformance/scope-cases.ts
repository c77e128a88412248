/** The jail of a tenant. */
import assert from 'node:assert/strict';
import { isIntegrationError } from '@im/core';
import { keysOf, nothingAt, oddKeys, refuses, sample } from './help.ts';
import type { StorageCase } from './types.ts';

/** Ways out that have been tried elsewhere. */
const escapes = [
  '..',
  '../x',
  '../../x',
  'a/../../x',
  './../x',
  '/x',
  '/etc/passwd',
  '..\\x',
  '\\x',
  'C:\\x',
  'C:/x',
  '%2e%2e/x',
  '%2e%2e%2fx',
  '%252e%252e%252fx',
  '..%2fx',
  '..%5cx',
  '．．/x',
  '‥/x',
  '..／x',
  '..∕x',
  '..\u2044x',
  '.\u200b./x',
  '.\u00ad./x',
  'a/..',
  '.',
  './x',
  'a/./b',
  '\u0000../x',
  '.. /x',
];

export const scopeCases: readonly StorageCase[] = [
  {
    id: 'ST-080',
    title: 'a scope sees its own objects under relative keys, and nobody else’s',
    async run({ store, driver }) {
      const one = store.scoped('tenants/1');
      const other = store.scoped('tenants/10/');
      await one.put('a/b', 'one');
      await other.put('a/b', 'ten');
      await store.put('tenants/1', 'beside');
      await store.put('a/b', 'outside');
      assert.equal(await (await one.get('a/b')).text(), 'one');
      assert.equal((await one.head('a/b')).key, 'a/b');
      assert.equal(await (await store.get('tenants/1/a/b')).text(), 'one');
      assert.deepEqual([await keysOf(one), await keysOf(other)], [['a/b'], ['a/b']]);
      assert.deepEqual(await one.list({ delimiter: '/' }).toArray(), [{ kind: 'prefix', key: 'a/' }]);
      await one.copy('a/b', 'c');
      assert.equal((await store.head('tenants/1/c')).size, 3);
      await one.deleteMany(['a/b', 'c']);
      assert.deepEqual(await keysOf(one), []);
      assert.deepEqual(await keysOf(store), ['a/b', 'tenants/1', 'tenants/10/a/b']);
      await refuses('unimplemented', `native of a scope of ${driver.name}`, () => one.native());
    },
  },
  {
    id: 'ST-081',
    title: 'no key leaves its scope: what would is refused, all else stays below the prefix',
    async run({ store }) {
      const jail = store.scoped('jail/');
      for (const key of escapes)
        await refuses('invalid_argument', JSON.stringify(key), () => jail.put(key, 'x'));
      await refuses('invalid_argument', 'get', () => jail.get('../x'));
      await refuses('invalid_argument', 'copy to', () => jail.copy('a', '../x'));
      await refuses('invalid_argument', 'delete', () => jail.delete('../x'));
      for (const key of oddKeys) {
        try {
          await jail.put(key, 'x');
        } catch (error) {
          assert.ok(
            isIntegrationError(error) && error.code === 'invalid_argument',
            `key ${JSON.stringify(key)}`,
          );
        }
      }
      const all = await keysOf(store);
      assert.ok(all.length > oddKeys.length / 2, 'odd keys that stay inside are taken');
      assert.deepEqual(
        all.filter((key) => !key.startsWith('jail/')),
        [],
      );
    },
  },
  {
    id: 'ST-082',
    title: 'a scope within a scope narrows it, and prefixes that are none are refused',
    async run({ store }) {
      await store.scoped('a').scoped('b').put('k', 'x');
      assert.deepEqual(await keysOf(store), ['a/b/k']);
      for (const prefix of ['', '/', '..', '../a', '/a', 'a/../b', '\ud800'])
        await refuses('invalid_argument', `scope ${JSON.stringify(prefix)}`, () => store.scoped(prefix));
    },
  },
  {
    id: 'ST-083',
    title: 'a scope’s uploads are its own: not resumed, not swept from another',
    needs: ['multipart'],
    async run({ store, partBytes }) {
      const one = store.scoped('1');
      const upload = await one.createUpload('k', { partBytes });
      await upload.send(sample(partBytes + 1));
      const { state } = upload;
      assert.equal(state.key, 'k');
      await refuses('not_found', 'another scope', () => store.scoped('2').resumeUpload(state));
      assert.deepEqual((await store.scoped('2').sweepOrphans({ olderThanMs: 0 })).aborted, []);
      await upload.complete();
      assert.deepEqual(await keysOf(store), ['1/k']);
      await nothingAt(store, 'k', 'outside');
    },
  },
];
