/** What travels: metadata, damage, aborts, progress, streams, sizes. */
import assert from 'node:assert/strict';
import { keysOf, nothingAt, ragged, refuses, repeated, sameBytes, sample } from './help.ts';
import type { StorageCase } from './types.ts';

export const transferCases: readonly StorageCase[] = [
  {
    id: 'ST-014',
    title: 'metadata that no two services would store alike is refused',
    async run({ store }) {
      for (const metadata of [
        { Upper: 'x' },
        { 'im-checksum': 'x' },
        { 'a b': 'x' },
        { a: '\ud800' },
        { a: 'x'.repeat(3000) },
      ])
        await refuses('invalid_argument', JSON.stringify(metadata).slice(0, 30), () =>
          store.put('k', 'x', { metadata }),
        );
      await nothingAt(store, 'k', 'refused metadata');
    },
  },
  {
    id: 'ST-015',
    title: 'an object that changed in storage is never delivered as whole',
    tampers: true,
    async run({ store, tamper }) {
      for (const size of [5_000, 500_000]) {
        const key = `k-${size}`;
        await store.put(key, sample(size));
        await tamper?.(key);
        await refuses('internal', `bytes() of ${size}`, async () => (await store.get(key)).bytes());
        await refuses('internal', `stream() of ${size}`, async () => {
          for await (const _ of (await store.get(key)).stream());
        });
      }
    },
  },
  {
    id: 'ST-016',
    title: 'an aborted signal ends every operation with its own reason, and nothing is changed',
    async run({ store }) {
      await store.put('k', 'old');
      const reason = new Error('enough');
      const signal = AbortSignal.abort(reason);
      const calls = [
        () => store.get('k', { signal }),
        () => store.head('k', { signal }),
        () => store.put('k', 'new', { signal }),
        () => store.copy('k', 'to', { signal }),
        () => store.delete('k', { signal }),
        () => store.deleteMany(['k'], { signal }),
        () => store.list({ signal }).toArray(),
      ];
      for (const call of calls)
        await assert.rejects(
          async () => call(),
          (error) => error === reason,
        );
      assert.equal(await (await store.get('k')).text(), 'old');
      assert.deepEqual(await keysOf(store), ['k']);
    },
  },
  {
    id: 'ST-017',
    title: 'an abort in the middle of a download errors the stream at once',
    async run({ store }) {
      await store.put('k', sample(3_000_000));
      const aborting = new AbortController();
      const reason = new Error('enough');
      const reader = (await store.get('k', { signal: aborting.signal })).stream().getReader();
      assert.equal((await reader.read()).done, false);
      aborting.abort(reason);
      await assert.rejects(
        async () => {
          while (!(await reader.read()).done);
        },
        (error) => error === reason,
      );
    },
  },
  {
    id: 'ST-018',
    title: 'an object can be let go unread, and is read only once',
    async run({ store }) {
      await store.put('k', sample(500_000));
      const { cancel } = await store.get('k');
      await cancel();
      const got = await store.get('k');
      await got.bytes();
      await refuses('failed_precondition', 'a second read', () => got.bytes());
    },
  },
  {
    id: 'ST-019',
    title: 'progress of put and get grows to the size',
    async run({ store }) {
      for (const direction of ['up', 'down']) {
        const seen: number[] = [];
        const onProgress = ({ bytes }: { readonly bytes: number }) => void seen.push(bytes);
        if (direction === 'up') await store.put('k', sample(300_000), { onProgress });
        else await (await store.get('k', { onProgress })).bytes();
        assert.equal(seen.at(-1), 300_000, direction);
        assert.deepEqual(
          seen,
          [...seen].sort((a, b) => a - b),
          direction,
        );
      }
    },
  },
  {
    id: 'ST-020',
    title:
      'a stream of unknown length is put, whatever the sizes of its pieces: 0, 1, a part and one more or less',
    needs: ['multipart'],
    async run({ store, partBytes }) {
      for (const size of [0, 1, partBytes - 1, partBytes, partBytes + 1, 2 * partBytes, 3 * partBytes + 17]) {
        const bytes = sample(size, size);
        const info = await store.put(`stream-${size}`, ragged(bytes));
        assert.equal(info.size, size, `size ${size}`);
        sameBytes(await (await store.get(`stream-${size}`)).bytes(), bytes, `size ${size}`);
        await store.put(`web-${size}`, new Blob([Buffer.from(bytes)]).stream());
        sameBytes(await (await store.get(`web-${size}`)).bytes(), bytes, `web stream of ${size}`);
      }
    },
  },
  {
    id: 'ST-021',
    title: 'a large stream goes up and comes down',
    needs: ['multipart'],
    async run({ store, largeBytes }) {
      const piece = sample(1_000_003);
      await store.put('large', repeated(piece, largeBytes));
      const got = await store.get('large');
      assert.equal(got.info.size, largeBytes);
      let at = 0;
      for await (const bytes of got.stream()) {
        for (let start = 0; start < bytes.byteLength; ) {
          const from = at % piece.byteLength;
          const end = Math.min(bytes.byteLength, start + piece.byteLength - from);
          const same =
            Buffer.compare(bytes.subarray(start, end), piece.subarray(from, from + end - start)) === 0;
          assert.ok(same, `bytes from ${at} differ`);
          at += end - start;
          start = end;
        }
      }
      assert.equal(at, largeBytes);
    },
  },
];
