/** Uploads in parts: nothing visible before the end, resumed elsewhere, aborted, swept. */
import assert from 'node:assert/strict';
import type { UploadState } from '../upload.types.ts';
import { keysOf, nothingAt, ragged, refuses, sameBytes, sample } from './help.ts';
import type { CaseContext, StorageCase } from './types.ts';

/** As through a file: what is no JSON does not arrive. */
const writtenDown = (state: UploadState): UploadState => JSON.parse(JSON.stringify(state)) as UploadState;

/** Gives so many bytes, then breaks. */
async function* broken(bytes: Uint8Array, after: number): AsyncGenerator<Uint8Array> {
  yield* ragged(bytes.subarray(0, after));
  throw new Error('the source broke');
}

const noOrphans = async ({ store }: CaseContext) =>
  assert.deepEqual(
    await store.sweepOrphans({ olderThanMs: 0 }),
    { aborted: [], failed: [] },
    'nothing stays behind',
  );

export const uploadCases: readonly StorageCase[] = [
  {
    id: 'ST-060',
    title:
      'an upload is invisible until it is complete, and then is the whole object with all its attributes',
    needs: ['multipart'],
    async run({ store, partBytes }) {
      const bytes = sample(partBytes * 3 + 100);
      const upload = await store.createUpload('k', {
        contentType: 'text/x-test',
        metadata: { a: 'ü' },
        partBytes,
      });
      await nothingAt(store, 'k', 'a begun upload');
      const report = await upload.send(ragged(bytes));
      assert.deepEqual(report, { sentParts: 4, keptParts: 0, bytes: bytes.byteLength });
      await nothingAt(store, 'k', 'a sent upload');
      const info = await upload.complete();
      const got = await store.get('k');
      assert.deepEqual([info.etag, info.size], [got.info.etag, bytes.byteLength]);
      assert.deepEqual([got.info.contentType, { ...got.info.metadata }], ['text/x-test', { a: 'ü' }]);
      assert.equal(got.info.checksum?.partBytes, partBytes, 'a checksum by parts');
      sameBytes(await got.bytes(), bytes, 'upload');
    },
  },
  {
    id: 'ST-061',
    title: 'an upload is resumed by its written state in another connection, and only missing parts are sent',
    needs: ['multipart'],
    async run({ store, other, partBytes }) {
      const bytes = sample(partBytes * 5 + 1);
      const begun = await store.createUpload('k', { partBytes });
      const early = writtenDown(begun.state);
      await assert.rejects(async () => begun.send(broken(bytes, partBytes * 3 + 10)), /the source broke/);
      await nothingAt(store, 'k', 'a broken upload');
      const kept = begun.state.parts.length;
      assert.ok(kept > 0, 'parts arrived before the source broke');
      for (const state of [writtenDown(begun.state), early]) {
        const resumed = await other.resumeUpload(state);
        assert.equal(resumed.state.parts.length, kept, 'the parts that arrived are found');
      }
      const resumed = await other.resumeUpload(early);
      assert.deepEqual(await resumed.send(ragged(bytes)), {
        sentParts: 6 - kept,
        keptParts: kept,
        bytes: bytes.byteLength,
      });
      await resumed.complete();
      sameBytes(await (await store.get('k')).bytes(), bytes, 'resumed upload');
    },
  },
  {
    id: 'ST-062',
    title: 'a source that changed between the tries ends up whole, never mixed',
    needs: ['multipart'],
    async run({ store, partBytes }) {
      const before = sample(partBytes * 4, 1);
      const after = sample(partBytes * 2 + 7, 2);
      const upload = await store.createUpload('k', { partBytes });
      await upload.send(before);
      const resumed = await store.resumeUpload(writtenDown(upload.state));
      await resumed.send(after);
      await resumed.complete();
      sameBytes(await (await store.get('k')).bytes(), after, 'changed source');
    },
  },
  {
    id: 'ST-063',
    title: 'completing before all parts are there is refused',
    needs: ['multipart'],
    async run({ store, partBytes }) {
      const upload = await store.createUpload('k', { partBytes });
      await refuses('failed_precondition', 'an empty upload', () => upload.complete());
      await assert.rejects(async () => upload.send(broken(sample(partBytes * 3), partBytes * 2)));
      await refuses('failed_precondition', 'a broken upload', () => upload.complete());
      await upload.abort();
      await nothingAt(store, 'k', 'an aborted upload');
    },
  },
  {
    id: 'ST-064',
    title: 'an aborted upload is gone: twice is fine, going on is not_found',
    needs: ['multipart'],
    async run(context) {
      const { store, partBytes } = context;
      const upload = await store.createUpload('k', { partBytes });
      await upload.send(sample(partBytes * 2));
      await upload.abort();
      await upload.abort();
      await refuses('not_found', 'complete', () => upload.complete());
      await refuses('not_found', 'resume', () => store.resumeUpload(writtenDown(upload.state)));
      await noOrphans(context);
    },
  },
  {
    id: 'ST-065',
    title: 'a put whose source breaks leaves nothing visible and nothing behind',
    needs: ['multipart'],
    async run(context) {
      const { store, partBytes } = context;
      for (const after of [0, 10, partBytes * 3 + 10])
        await assert.rejects(
          async () => store.put('k', broken(sample(partBytes * 4), after)),
          /the source broke/,
        );
      await nothingAt(store, 'k', 'a broken put');
      await store.put('k', 'old');
      await assert.rejects(
        async () => store.put('k', broken(sample(partBytes * 4), partBytes * 3)),
        /the source broke/,
      );
      assert.equal(await (await store.get('k')).text(), 'old');
      await noOrphans(context);
    },
  },
  {
    id: 'ST-066',
    title:
      'a put that is aborted on the way, also while its source is stuck, leaves nothing visible and nothing behind',
    needs: ['multipart'],
    async run(context) {
      const { store, partBytes } = context;
      const aborting = new AbortController();
      const reason = new Error('enough');
      async function* stuck() {
        yield sample(partBytes * 2 + 10);
        setImmediate(() => aborting.abort(reason));
        await new Promise(() => undefined);
      }
      await assert.rejects(
        async () => store.put('k', stuck(), { signal: aborting.signal }),
        (error) => error === reason,
      );
      await nothingAt(store, 'k', 'an aborted put');
      await noOrphans(context);
    },
  },
  {
    id: 'ST-067',
    title: 'an announced size is held to',
    needs: ['multipart'],
    async run(context) {
      const { store, partBytes } = context;
      for (const [real, announced] of [
        [10, 11],
        [partBytes * 2, partBytes * 2 + 1],
        [partBytes * 3, 1],
      ] as const)
        await refuses('invalid_argument', `${real} announced as ${announced}`, () =>
          store.put('k', ragged(sample(real)), { size: announced }),
        );
      await nothingAt(store, 'k', 'a put of a wrong size');
      await noOrphans(context);
    },
  },
  {
    id: 'ST-068',
    title: 'sweepOrphans aborts uploads that are old enough, below the prefix, and no others',
    needs: ['multipart'],
    async run({ store, partBytes }) {
      await (await store.createUpload('a/1', { partBytes })).send(sample(partBytes));
      await store.createUpload('b/1', { partBytes });
      const day = 86_400_000;
      assert.deepEqual((await store.sweepOrphans({ olderThanMs: day })).aborted, []);
      assert.deepEqual((await store.sweepOrphans({ olderThanMs: 0, prefix: 'a/' })).aborted, ['a/1']);
      assert.deepEqual((await store.sweepOrphans({ olderThanMs: 0 })).aborted, ['b/1']);
      assert.deepEqual(await keysOf(store), []);
    },
  },
  {
    id: 'ST-069',
    title: 'a state that is none is refused, and one cannot be turned to another key',
    needs: ['multipart'],
    async run({ store, partBytes }) {
      const { state } = await store.createUpload('k', { partBytes });
      const wrong = [
        { ...state, version: 2 },
        { ...state, partBytes: -1 },
        { ...state, algorithm: 'md5' },
        null,
      ] as never[];
      for (const each of wrong)
        await refuses('invalid_argument', JSON.stringify(each), () => store.resumeUpload(each));
      await refuses('not_found', 'another key', () => store.resumeUpload({ ...state, key: 'other' }));
      await refuses('not_found', 'a path', () => store.resumeUpload({ ...state, uploadId: '../objects' }));
    },
  },
  {
    id: 'ST-070',
    title: 'a failed completion under a condition leaves the present object and the session',
    needs: ['multipart', 'conditionalWrites'],
    async run({ store, partBytes }) {
      const upload = await store.createUpload('k', { partBytes, ifNoneMatch: '*' });
      await upload.send(sample(partBytes + 1));
      await store.put('k', 'first');
      const resumed = await store.resumeUpload(writtenDown(upload.state));
      await resumed.send(sample(partBytes + 1));
      await refuses('failed_precondition', 'complete', () => resumed.complete());
      assert.equal(await (await store.get('k')).text(), 'first');
      await store.delete('k');
      await resumed.complete();
      assert.equal((await store.head('k')).size, partBytes + 1);
    },
  },
];
