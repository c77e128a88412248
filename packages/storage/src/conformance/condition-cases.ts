/** Conditional writes: in one go and in parts, alone and in a race. */
import assert from 'node:assert/strict';
import { errorCode } from '@im/core';
import type { StorageAbility } from '../abilities.ts';
import type { ObjectStore } from '../object-store.types.ts';
import { nothingAt, refuses, repeated, sample } from './help.ts';
import type { CaseContext, StorageCase } from './types.ts';

const writers = 8;

/** Many write at once under one condition; exactly one may win, and what is there is the winner's, whole. */
async function race(
  { store, other }: CaseContext,
  condition: { readonly ifMatch?: string; readonly ifNoneMatch?: '*' },
  size: number,
  stream: boolean,
): Promise<void> {
  const write = (index: number, on: ObjectStore<StorageAbility>) => {
    const bytes = new Uint8Array(size).fill(index + 1);
    return on.put('race', stream ? repeated(bytes, size) : bytes, condition);
  };
  const outcomes = await Promise.allSettled(
    Array.from({ length: writers }, (_, index) => write(index, index % 2 === 0 ? store : other)),
  );
  const winners = outcomes.flatMap(({ status }, index) => (status === 'fulfilled' ? [index] : []));
  assert.equal(winners.length, 1, `${winners.length} of ${writers} writers won`);
  for (const outcome of outcomes)
    if (outcome.status === 'rejected')
      assert.equal(errorCode(outcome.reason), 'failed_precondition', String(outcome.reason));
  const bytes = await (await store.get('race')).bytes();
  assert.equal(bytes.byteLength, size);
  assert.ok(
    bytes.every((byte) => byte === (winners[0] ?? 0) + 1),
    'the object is the winner’s',
  );
}

export const conditionCases: readonly StorageCase[] = [
  {
    id: 'ST-040',
    title: 'ifNoneMatch "*" writes where nothing is, and only there',
    needs: ['conditionalWrites'],
    async run({ store }) {
      await store.put('k', 'one', { ifNoneMatch: '*' });
      await refuses('failed_precondition', 'a second one', () => store.put('k', 'two', { ifNoneMatch: '*' }));
      assert.equal(await (await store.get('k')).text(), 'one');
      await store.delete('k');
      await store.put('k', 'three', { ifNoneMatch: '*' });
    },
  },
  {
    id: 'ST-041',
    title: 'ifMatch writes over that etag, and over nothing else',
    needs: ['conditionalWrites'],
    async run({ store }) {
      const one = await store.put('k', 'one');
      const two = await store.put('k', 'two', { ifMatch: one.etag });
      await refuses('failed_precondition', 'an old etag', () =>
        store.put('k', 'three', { ifMatch: one.etag }),
      );
      assert.equal(await (await store.get('k')).text(), 'two');
      await store.delete('k');
      await refuses('failed_precondition', 'an object that is gone', () =>
        store.put('k', 'x', { ifMatch: two.etag }),
      );
      await nothingAt(store, 'k', 'a refused write');
    },
  },
  {
    id: 'ST-042',
    title: 'an etag of long ago does not hold, though the store has seen other bytes since',
    needs: ['conditionalWrites'],
    async run({ store }) {
      const one = await store.put('k', 'one');
      await store.put('k', 'two');
      await store.put('k', 'three');
      await refuses('failed_precondition', 'an etag of long ago', () =>
        store.put('k', 'x', { ifMatch: one.etag }),
      );
    },
  },
  {
    id: 'ST-043',
    title: 'of many that create a small object at once exactly one wins, round after round',
    needs: ['conditionalWrites'],
    async run(context) {
      for (let round = 0; round < 5; round += 1) {
        await context.store.delete('race');
        await race(context, { ifNoneMatch: '*' }, 1000, false);
      }
    },
  },
  {
    id: 'ST-044',
    title: 'of many that replace one etag at once exactly one wins, round after round',
    needs: ['conditionalWrites'],
    async run(context) {
      for (let round = 0; round < 5; round += 1) {
        const { etag } = await context.store.put('race', `round ${round}`);
        await race(context, { ifMatch: etag }, 1000, false);
      }
    },
  },
  {
    id: 'ST-045',
    title: 'of many that create an object in parts at once exactly one wins, and no part of the others stays',
    needs: ['conditionalWrites', 'multipart'],
    async run(context) {
      await race(context, { ifNoneMatch: '*' }, context.partBytes * 2 + 5, true);
      const { etag } = await context.store.head('race');
      await race(context, { ifMatch: etag }, context.partBytes * 2 + 5, true);
      assert.deepEqual(await context.store.sweepOrphans({ olderThanMs: 0 }), { aborted: [], failed: [] });
    },
  },
  {
    id: 'ST-046',
    title: 'conditions that mean nothing are refused',
    needs: ['conditionalWrites'],
    async run({ store }) {
      const wrong = [{ ifMatch: 'x', ifNoneMatch: '*' }, { ifNoneMatch: 'etag' }, { ifMatch: '' }] as never[];
      for (const condition of wrong)
        await refuses('invalid_argument', JSON.stringify(condition), () => store.put('k', 'x', condition));
      await nothingAt(store, 'k', 'a refused write');
    },
  },
  {
    id: 'ST-047',
    title: 'a conditional delete removes that etag only; deleting what is absent is fine',
    needs: ['conditionalDelete'],
    async run({ store }) {
      const one = await store.put('k', 'one');
      const two = await store.put('k', 'two');
      await refuses('failed_precondition', 'an old etag', () => store.delete('k', { ifMatch: one.etag }));
      assert.equal(await (await store.get('k')).text(), 'two');
      await store.delete('k', { ifMatch: two.etag });
      await nothingAt(store, 'k', 'a conditional delete');
      await store.delete('k', { ifMatch: two.etag });
    },
  },
  {
    id: 'ST-048',
    title: 'a conditional copy keeps its condition on the destination',
    needs: ['conditionalCopy'],
    async run({ store }) {
      await store.put('from', sample(10));
      const to = await store.copy('from', 'to', { ifNoneMatch: '*' });
      await refuses('failed_precondition', 'a second copy', () =>
        store.copy('from', 'to', { ifNoneMatch: '*' }),
      );
      // Other bytes, since an etag may be a hash of them.
      await store.put('from', sample(11));
      await store.copy('from', 'to', { ifMatch: to.etag });
      await refuses('failed_precondition', 'an old etag', () =>
        store.copy('from', 'to', { ifMatch: to.etag }),
      );
    },
  },
];
