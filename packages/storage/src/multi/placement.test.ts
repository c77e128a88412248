/** Where objects are put, why, and how they are found again. */
import { memoryState } from '@im/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faulty, outage } from '../__fixtures__/faults.ts';
import { keysOf, refuses, sample } from '../conformance/help.ts';
import { compareKeys, createObjectStore, memoryDriver, type ObjectStore } from '../index.ts';
import {
  type Locations,
  objectLocations,
  type PlacementPolicy,
  placement,
  stateLocations,
} from '../multi.ts';

const costs = (perGbMonth: number, perGet: number) => ({
  default: { perGbMonth, perPut: 0.000_005, perGet },
});

/** A policy such as a file might hold. */
const policy: PlacementPolicy = {
  stores: {
    aws: {
      residency: ['us', 'eu'],
      costs: { ...costs(0.023, 0.000_000_4), archive: { perGbMonth: 0.001, perPut: 0.00005, perGet: 0.01 } },
    },
    azure: { residency: ['eu'], costs: costs(0.018, 0.000_004) },
    gcp: { costs: costs(0.02, 0.000_000_4) },
  },
  expected: { getsPerMonth: 0 },
  tenants: { prefix: 'tenants/', residency: { acme: 'eu', globex: 'us', nowhere: 'mars' } },
  rules: [
    { name: 'backups are cold', when: { prefix: 'backups/' }, store: 'gcp' },
    { name: 'archive class', when: { storageClass: 'archive' }, store: 'aws' },
    { name: 'europeans', when: { residency: 'eu' }, store: 'azure' },
    {
      name: 'pictures of initech',
      when: { tenant: ['initech'], prefix: 'tenants/initech/pictures/', maxBytes: 100 },
      store: 'azure',
    },
    { name: 'large ones where it is cheap', when: { minBytes: 1_000 }, store: { cheapest: 'any' } },
    { name: 'the rest', store: 'gcp' },
    { name: 'who may not be there', store: 'aws' },
  ],
};

function open(locations: Locations = stateLocations(memoryState()), rules: PlacementPolicy = policy) {
  const member = (name: string) => {
    const { driver, faults } = faulty(memoryDriver());
    return { store: createObjectStore(driver, { name }), faults };
  };
  const [aws, azure, gcp] = [member('aws'), member('azure'), member('gcp')];
  const stores = [aws.store, azure.store, gcp.store];
  const make = (policy: PlacementPolicy = rules) =>
    placement({ stores, policy, locations, partBytes: 5_000 });
  return { aws, azure, gcp, stores, make, store: make() };
}
const where = async (stores: readonly ObjectStore[], key: string) => {
  const found: string[] = [];
  for (const store of stores) if ((await keysOf(store)).includes(key)) found.push(store.name);
  return found;
};

describe('a policy', () => {
  it('says where an object belongs, by which rule, and what became of the rules before it', () => {
    const { placement: rules } = open().store;
    expect(rules.explain('backups/x', { size: 5_000_000 })).toEqual({
      store: 'gcp',
      rule: 'backups are cold',
      candidates: ['gcp'],
      steps: [{ rule: 'backups are cold', matches: 'yes', says: 'all its conditions hold' }],
    });
    expect(rules.explain('x', { size: 10, storageClass: 'archive' })).toMatchObject({
      store: 'aws',
      rule: 'archive class',
    });
    expect(rules.explain('tenants/initech/pictures/1', { size: 100 })).toMatchObject({
      store: 'azure',
      tenant: 'initech',
    });
    expect(rules.explain('tenants/initech/pictures/1', { size: 101 })).toMatchObject({
      store: 'gcp',
      rule: 'the rest',
    });
    expect(rules.explain('x', { size: 10 }).steps.map(({ matches }) => matches)).toEqual([
      'no',
      'no',
      'no',
      'no',
      'no',
      'yes',
    ]);
    expect(rules.explain('x', { size: 10 }).steps[0]?.says).toBe('prefix is not "backups/"');
  });

  it('compares costs by size and use, and shows them', () => {
    const { placement: rules } = open().store;
    const large = rules.explain('x', { size: 50e9 });
    expect(large).toMatchObject({ store: 'azure', rule: 'large ones where it is cheap' });
    expect(large.costs?.azure).toBeCloseTo(0.9, 3);
    expect(large.costs?.aws).toBeCloseTo(1.15, 3);
    const busy = { ...policy, expected: { getsPerMonth: 100_000 } };
    const often = open(undefined, busy).store.placement.explain('x', { size: 1_000_000 });
    expect(often.store).toBe('gcp');
  });

  it('puts no object where its tenant’s may not be, whatever the rules name', async () => {
    const { store } = open();
    const { placement: rules } = store;
    expect(rules.explain('tenants/acme/x', { size: 5 })).toMatchObject({ store: 'azure', residency: 'eu' });
    const american = rules.explain('tenants/globex/x', { size: 5 });
    expect(american).toMatchObject({ store: 'aws', rule: 'who may not be there', residency: 'us' });
    expect(american.steps.find(({ rule }) => rule === 'the rest')).toEqual({
      rule: 'the rest',
      matches: 'no',
      says: 'none of its stores is in us',
    });
    const nowhere = rules.explain('tenants/nowhere/x', { size: 5 });
    expect([nowhere.store, nowhere.candidates]).toEqual([undefined, []]);
    const error = await refuses('failed_precondition', 'no place', () => store.put('tenants/nowhere/x', 'x'));
    expect(error.message).toMatch(/no rule has a place.*has to be in mars.*"tenants\/nowhere\/x"/);
    await refuses('not_found', 'nothing there', () => store.get('tenants/nowhere/x'));
  });

  it('says of a key alone what can be said: one store, or several', () => {
    const { placement: rules } = open().store;
    expect(rules.explain('backups/x')).toMatchObject({ store: 'gcp' });
    const open_ = rules.explain('x');
    expect(open_.store).toBeUndefined();
    expect(open_.candidates).toEqual(['aws', 'azure', 'gcp']);
    expect(open_.steps[1]).toEqual({
      rule: 'archive class',
      matches: 'perhaps',
      says: 'storageClass is not known before the object is',
    });
  });

  it('is refused when it names what is not there, or needs what was not given', () => {
    const { stores } = open();
    const wrong: readonly [PlacementPolicy, RegExp][] = [
      [{ rules: [] }, /no rules/],
      [{ rules: [{ name: 'r', store: 'nimbus' }] }, /rule r names store nimbus/],
      [
        { rules: [{ name: 'r', store: { cheapest: 'any' } }] },
        /rule r compares costs, and store aws has none/,
      ],
      [{ rules: [{ name: 'r', store: { cheapest: [] } }] }, /names no store/],
      [{ rules: [{ name: 'r', store: 'aws', when: { minBytes: -1 } }] }, /has -1 bytes/],
      [{ rules: [{ name: 'r', store: 'aws', when: { tenant: 't' } }] }, /asks for a tenant/],
      [{ stores: { nimbus: {} }, rules: [{ name: 'r', store: 'aws' }] }, /store nimbus is not there/],
    ];
    const locations = stateLocations(memoryState());
    for (const [one, says] of wrong)
      expect(() => placement({ stores, policy: one, locations }), String(says)).toThrow(says);
    expect(() => placement({ stores, policy })).toThrow(
      /rule archive class needs to know where objects are.*give locations/,
    );
  });

  it('lets an object into no store that has not its class', async () => {
    const glacial = { ...memoryDriver(), limits: { ...memoryDriver().limits, storageClasses: ['glacier'] } };
    const stores = [
      createObjectStore(memoryDriver(), { name: 'a' }),
      createObjectStore(glacial, { name: 'b' }),
    ];
    const rules = [
      { name: 'b', when: { prefix: 'b' }, store: 'b' },
      { name: 'a', store: 'a' },
    ];
    const store = placement({ stores, policy: { rules } });
    await store.put('b/1', 'x', { storageClass: 'glacier' });
    await store.put('a/1', 'x', { storageClass: 'archive' });
    const error = await refuses('invalid_argument', 'a class of another store', () =>
      store.put('a/2', 'x', { storageClass: 'glacier' }),
    );
    expect(error.message).toMatch(/store a, where the rules put the object, has no storage class "glacier"/);
    expect(await keysOf(store)).toEqual(['a/1', 'b/1']);
  });

  it('gives presigning by type only where places follow from keys', () => {
    const { stores } = open();
    const byKey = { rules: [{ name: 'all', store: 'aws' }] };
    const store = placement({ stores, policy: byKey });
    // @ts-expect-error memory drivers cannot presign
    expect(store.presignGet).toBeUndefined();
    // @ts-expect-error a version is one store's
    expect(store.listVersions).toBeUndefined();
    expect([...store.abilities].sort()).toEqual([
      'conditionalCopy',
      'conditionalDelete',
      'conditionalWrites',
      'multipart',
      'storageClasses',
      'tags',
    ]);
  });
});

describe.each([
  ['a state store', () => stateLocations(memoryState())],
  ['an object store', () => objectLocations(createObjectStore(memoryDriver()))],
])('a placed store that keeps locations in %s', (_, locations) => {
  it('has each object in one store, moves it when it is written anew, and forgets what is deleted', async () => {
    const { store, stores, azure, gcp } = open(locations());
    await store.put('x', sample(100));
    expect(await where(stores, 'x')).toEqual(['gcp']);
    await store.put('x', sample(20_000, 2));
    expect(await where(stores, 'x')).toEqual(['azure']);
    expect(Buffer.compare(await (await store.get('x')).bytes(), sample(20_000, 2))).toBe(0);
    await store.put('x', 'archived', { storageClass: 'archive' });
    expect(await where(stores, 'x')).toEqual(['aws']);
    expect((await store.head('x')).storageClass).toBe('archive');
    await store.copy('x', 'tenants/acme/x');
    expect(await where(stores, 'tenants/acme/x')).toEqual(['aws']);
    await store.copy('x', 'y', { storageClass: 'standard', ifNoneMatch: '*' });
    expect([await where(stores, 'y'), await (await gcp.store.get('y')).text()]).toEqual([
      ['gcp'],
      'archived',
    ]);
    await store.delete('x');
    expect(await where(stores, 'x')).toEqual([]);
    await refuses('not_found', 'x', () => store.get('x'));
    await azure.store.delete('nothing');
    expect(await keysOf(store)).toEqual(['tenants/acme/x', 'y']);
  });

  it('replaces under a condition where the object is, and creates once, whatever the sizes say', async () => {
    const { store, stores, make } = open(locations());
    const { etag } = await store.put('k', 'small');
    await store.put('k', sample(2_000), { ifMatch: etag });
    expect(await where(stores, 'k')).toEqual(['gcp']);
    await refuses('failed_precondition', 'an old etag', () => store.put('k', 'x', { ifMatch: etag }));
    await refuses('failed_precondition', 'it is there', () =>
      store.put('k', sample(2_000), { ifNoneMatch: '*' }),
    );
    for (let round = 0; round < 10; round += 1) {
      const writers = [store, make(), make(), make()];
      const key = `race/${round}`;
      const outcomes = await Promise.allSettled(
        writers.map((one, index) =>
          one.put(key, sample(index % 2 ? 10 : 2_000, index), { ifNoneMatch: '*' }),
        ),
      );
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await where(stores, key)).toHaveLength(1);
      const winner = outcomes.findIndex(({ status }) => status === 'fulfilled');
      expect((await make().head(key)).size).toBe(winner % 2 ? 10 : 2_000);
    }
  });

  it('shows the old object or the new one, wherever a move breaks off, and mends it with the next write', async () => {
    for (const broken of ['put', 'delete', 'head'])
      for (const name of ['aws', 'azure', 'gcp'] as const) {
        const all = open(locations());
        const { store, stores } = all;
        await store.put('k', sample(100));
        all[name].faults.before = ({ operation }) => {
          if (operation === broken) throw outage();
        };
        const failed = await store.put('k', sample(3_000)).then(
          () => false,
          () => true,
        );
        all[name].faults.before = undefined;
        const size = (await store.head('k')).size;
        expect([100, 3_000], `${broken} at ${name}`).toContain(size);
        if (!failed) expect(size).toBe(3_000);
        expect(await keysOf(store)).toEqual(['k']);
        await store.put('k', 'again');
        expect(await where(stores, 'k')).toEqual(['gcp']);
        await store.delete('k');
        expect(await where(stores, 'k')).toEqual([]);
      }
  });

  it('finds what was in its stores before, and what moves while it is read', async () => {
    const { store, stores, azure, gcp, make } = open(locations());
    await azure.store.put('before', 'x');
    expect(await (await store.get('before')).text()).toBe('x');
    expect(await keysOf(store)).toEqual(['before']);
    await store.put('k', 'small');
    gcp.faults.before = async ({ operation }) => {
      if (operation !== 'get') return;
      gcp.faults.before = undefined;
      await make().put('k', sample(2_000));
    };
    expect((await store.get('k')).info.size).toBe(2_000);
    expect(await where(stores, 'k')).toEqual(['azure']);
  });

  it('begins uploads where the announced size belongs, and lists and sweeps them everywhere', async () => {
    const { store, stores, azure, gcp } = open(locations());
    const small = await store.createUpload('small', { size: 500 });
    const large = await store.createUpload('large');
    await small.send(sample(500));
    await large.send(sample(12_000));
    expect(
      [gcp, azure].map(
        ({ faults }) => faults.calls.filter(({ operation }) => operation === 'uploads.putPart').length,
      ),
    ).toEqual([1, 3]);
    await small.complete();
    expect(await where(stores, 'small')).toEqual(['gcp']);
    expect((await store.sweepOrphans({ olderThanMs: 0 })).aborted).toEqual(['large']);
    await refuses('not_found', 'a swept upload', () => large.complete());
  });
});

describe('a changed policy', () => {
  const before: PlacementPolicy = { rules: [{ name: 'all', store: 'aws' }] };
  const after: PlacementPolicy = { rules: [{ name: 'all', store: 'gcp' }] };

  it('moves nothing out of sight where all locations are kept', async () => {
    const { stores } = open();
    const locations = stateLocations(memoryState());
    const first = placement({ stores, policy: before, locations, keepAll: true });
    await first.put('k', 'x');
    const second = placement({ stores, policy: after, locations, keepAll: true });
    expect(await (await second.get('k')).text()).toBe('x');
    expect(await keysOf(second)).toEqual(['k']);
    await second.put('k', 'y');
    expect(await where(stores, 'k')).toEqual(['gcp']);
  });
});

describe('the list of several stores', () => {
  const byPrefix: PlacementPolicy = {
    rules: [
      { name: 'a', when: { prefix: ['a', 'é', '\u{1f600}', 'k/0', 'k/3'] }, store: 'aws' },
      { name: 'b', when: { prefix: ['b', '\uffee', 'k/1'] }, store: 'azure' },
      { name: 'c', store: 'gcp' },
    ],
  };

  it('is the list of all, in the order of UTF-8 bytes, by pages of any size, on from any cursor: random keys', async () => {
    const key = fc.stringMatching(/^[abk/é\uffee\u{1f600}0-9]{1,6}$/u).filter((text) => text !== '');
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(key, { maxLength: 40 }),
        fc.constantFrom(undefined, '/'),
        fc.constantFrom('', 'k', 'k/', 'a'),
        fc.integer({ min: 1, max: 9 }),
        async (keys, delimiter, prefix, pageSize) => {
          const { stores } = open();
          const store = placement({ stores, policy: byPrefix });
          const plain = createObjectStore(memoryDriver());
          for (const one of keys) {
            await store.put(one, one);
            await plain.put(one, one);
          }
          const shape = (entries: readonly { kind: string; key: string }[]) =>
            entries.map((one) => `${one.kind} ${one.key}`);
          const expected = shape(await plain.list({ prefix, delimiter }).toArray());
          expect(shape(await store.list({ prefix, delimiter, pageSize }).toArray())).toEqual(expected);
          // Each page by another process: nothing is remembered.
          const told: string[] = [];
          let cursor: string | undefined;
          do {
            const pages = placement({ stores, policy: byPrefix }).list({
              prefix,
              delimiter,
              pageSize,
              cursor,
            });
            for await (const page of pages.pages()) {
              told.push(...shape(page.items));
              cursor = page.next;
              break;
            }
          } while (cursor !== undefined);
          expect(told).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('fetches of each store no more than a page ahead, and no page twice', async () => {
    const { stores, aws, azure, gcp } = open();
    const store = placement({ stores, policy: byPrefix });
    const keys = Array.from({ length: 400 }, (_, index) => `k/${index % 4}${String(index).padStart(4, '0')}`);
    for (const key of keys) await store.put(key, '');
    const lists = () =>
      [aws, azure, gcp].map(
        ({ faults }) => faults.calls.filter(({ operation }) => operation === 'list').length,
      );
    const first = store.list({ pageSize: 20 })[Symbol.asyncIterator]();
    for (let index = 0; index < 15; index += 1) await first.next();
    expect(lists()).toEqual([1, 1, 1]);
    await first.return?.(undefined);
    const seen = await keysOf(store);
    expect(seen).toEqual([...keys].sort(compareKeys));
    const before = lists();
    await store.list({ pageSize: 20 }).toArray();
    // 200, 100 and 100 keys by 20.
    expect(lists().map((count, index) => count - (before[index] ?? 0))).toEqual([10, 5, 5]);
  });

  it('tells an object that is in two stores once, and none that is where it does not belong', async () => {
    const { stores, azure } = open();
    const store = placement({ stores, policy: byPrefix });
    await store.put('a/1', 'x');
    await azure.store.put('a/1', 'stray');
    await azure.store.put('a/2', 'stray');
    expect(await store.list().toArray()).toMatchObject([{ key: 'a/1', size: 1 }]);
  });

  it('refuses cursors that are none', async () => {
    const { stores } = open();
    const store = placement({ stores, policy: byPrefix });
    for (const cursor of [
      '%%%',
      Buffer.from('{}').toString('base64url'),
      Buffer.from('{"last":"a","pages":[]}').toString('base64url'),
    ])
      await refuses('invalid_argument', cursor, () => store.list({ cursor }).toArray());
  });
});
