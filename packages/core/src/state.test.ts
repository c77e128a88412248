import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTestClock } from './__tests__/clock.ts';
import { memoryState, scopedState, tryLock } from './state.ts';

describe('state in memory', () => {
  it('writes only over the version that was read', async () => {
    const store = memoryState();
    const first = await store.compareAndSet('a', undefined, '1');
    expect(first).toBeDefined();
    expect(await store.compareAndSet('a', undefined, '2')).toBeUndefined();
    const second = await store.compareAndSet('a', first, '3');
    expect(await store.compareAndSet('a', first, '4')).toBeUndefined();
    expect(await store.get('a')).toEqual({ value: '3', version: second });
    expect(await store.delete('a', first)).toBe(false);
    expect(await store.delete('a', second)).toBe(true);
  });

  it('lets values go at their instant, and counts the time of a counter from its first increment', async () => {
    const clock = createTestClock();
    const store = memoryState(clock);
    await store.set('a', '1', { ttlMs: 100 });
    await store.increment('n', 2, { ttlMs: 100 });
    await clock.advance(99);
    expect(await store.increment('n', 3, { ttlMs: 100 })).toBe(5);
    expect((await store.get('a'))?.value).toBe('1');
    await clock.advance(1);
    expect(await store.get('a')).toBeUndefined();
    expect(await store.increment('n')).toBe(1);
  });

  it('keeps scopes apart, whatever their names', async () => {
    const part = fc.oneof(
      fc.constantFrom(
        'a',
        'a/b',
        'b',
        '..',
        '../b',
        '%2F',
        'a%2Fb',
        '\ud800',
        '\ufffd',
        'é',
        'e\u0301',
        '"',
        '\\',
      ),
      fc.string({ unit: 'binary' }),
    );
    const scope = fc.tuple(part, part);
    await fc.assert(
      fc.asyncProperty(scope, scope, part, part, async (one, other, key, otherKey) => {
        fc.pre(JSON.stringify([one, key]) !== JSON.stringify([other, otherKey]));
        const store = memoryState();
        await scopedState(store, ...one).set(key, 'mine');
        expect(await scopedState(store, ...other).get(otherKey)).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  it('gives a lock to one, with a token that grows with every holder', async () => {
    const clock = createTestClock();
    const store = memoryState(clock);
    const tries = await Promise.all(Array.from({ length: 20 }, () => tryLock(store, 'k', 1_000)));
    const [first, ...others] = tries.filter((lock) => lock !== undefined);
    expect(others).toEqual([]);
    await clock.advance(1_000);
    const second = await tryLock(store, 'k', 1_000);
    expect(second?.token).toBeGreaterThan(first?.token ?? Number.NaN);
    expect(await first?.held()).toBe(false);
    // The one who was overtaken cannot take the lock from the present holder.
    await first?.release();
    expect(await second?.held()).toBe(true);
    await second?.release();
    expect(await tryLock(store, 'k', 1_000)).toBeDefined();
  });
});
