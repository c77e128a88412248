import { createVirtualClock } from '@im/testing';
import { describe, expect, it } from 'vitest';
import { createObjectStore, type ObjectStore } from '../index.ts';
import { memoryDriver } from '../memory/memory-driver.ts';
import { failover, memoryJournal, migrate, replicate, verify } from '../multi.ts';

describe('types', () => {
  it('follow', async () => {
    const clock = createVirtualClock();
    const a = createObjectStore(memoryDriver(), { name: 'a' });
    const b = createObjectStore(memoryDriver(), { name: 'b' });
    const store = replicate({ primary: a, replicas: [b], journal: memoryJournal({ clock }), clock });
    const can: ObjectStore<'conditionalWrites' | 'multipart' | 'tags' | 'storageClasses'> = store;
    await can.put('k', 'x', { ifNoneMatch: '*', tags: { a: 'b' } });
    // @ts-expect-error versions are one store's
    expect(store.listVersions).toBeUndefined();
    expect((await verify(a, b)).isClean).toBe(true);
    const c = createObjectStore(memoryDriver(), { name: 'c' });
    expect(await migrate(store, c)).toMatchObject({ copied: 1 });
    expect((await verify(b, c, { deep: true })).isClean).toBe(true);
    const over = failover({ primary: store, others: [b] });
    await over.put('k2', 'x', { ifNoneMatch: '*' });
    expect(await (await b.get('k2')).text()).toBe('x');
  });
});
