/** Every case can fail: a driver that is broken in this one way must fail these cases, and one that is not fails none. */
import { describe, expect, it } from 'vitest';
import { memoryHarness } from './__fixtures__/harnesses.ts';
import { presignHarness } from './__fixtures__/presign-server.ts';
import type { StorageDriver } from './driver.ts';
import { driverError } from './driver-errors.ts';
import type { DriverUploads } from './driver-uploads.ts';
import type { DriverVersions } from './driver-versions.ts';
import { memoryDriver } from './memory/memory-driver.ts';
import { cancelBody, streamOfBody } from './read-object.ts';
import { runStorageConformance, type StorageHarness, storageCases } from './testing.ts';

type Break = (driver: StorageDriver) => Partial<StorageDriver>;
const unconditional = { ifMatch: undefined, ifNoneMatch: undefined };
const uploadsWith =
  (change: (uploads: DriverUploads) => Partial<DriverUploads>): Break =>
  (driver) => {
    const uploads = driver.uploads as DriverUploads;
    return { uploads: { ...uploads, ...change(uploads) } };
  };
const versionsWith =
  (change: (versions: DriverVersions) => Partial<DriverVersions>): Break =>
  (driver) => {
    const versions = driver.versions as DriverVersions;
    return { versions: { ...versions, ...change(versions) } };
  };
/** Keys go through `fold` on their way in. */
const folding =
  (fold: (key: string) => string): Break =>
  (driver) => ({
    put: (key, ...rest) => driver.put(fold(key), ...rest),
    get: (key, ...rest) => driver.get(fold(key), ...rest),
    head: (key, ...rest) => driver.head(fold(key), ...rest),
  });
/** Looks at the condition, takes a moment, then writes whatever has happened since. */
const late = async (driver: StorageDriver, key: string, condition: object): Promise<void> => {
  const etag = await driver.head(key, {}, { signal: new AbortController().signal }).then(
    (info) => info.etag,
    () => undefined,
  );
  const { ifMatch, ifNoneMatch } = condition as { ifMatch?: string; ifNoneMatch?: string };
  if (ifNoneMatch !== undefined && etag !== undefined) throw driverError('condition');
  if (ifMatch !== undefined && ifMatch !== etag) throw driverError('condition');
  await new Promise((resolve) => setImmediate(resolve));
};
const drained = (length: number) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      if (length > 1) controller.enqueue(new Uint8Array(length - 1));
      controller.close();
    },
  });

const mutations: Readonly<Record<string, { readonly change: Break; readonly fails: readonly string[] }>> = {
  'forgets metadata': {
    change: (driver) => ({
      put: (key, bytes, write, call) => driver.put(key, bytes, { ...write, metadata: {} }, call),
    }),
    fails: ['ST-001', 'ST-012'],
  },
  'forgets the content type': {
    change: (driver) => ({
      put: (key, bytes, write, call) => driver.put(key, bytes, { ...write, contentType: 'text/plain' }, call),
    }),
    fails: ['ST-001', 'ST-003', 'ST-011'],
  },
  'cuts the last byte off': {
    change: (driver) => ({
      get: async (...args) => {
        const body = await driver.get(...args);
        await cancelBody(body);
        return { ...body, bytes: undefined, stream: drained(body.length) };
      },
    }),
    fails: ['ST-002', 'ST-004', 'ST-018', 'ST-019', 'ST-020', 'ST-021'],
  },
  'folds case': { change: folding((key) => key.toLowerCase()), fails: ['ST-005'] },
  'normalises Unicode': { change: folding((key) => key.normalize('NFC')), fails: ['ST-005'] },
  'resolves paths': {
    change: folding((key) => new URL(`http://x/${key}`).pathname.slice(1) || 'x'),
    fails: ['ST-005'],
  },
  'counts a range from one': {
    change: (driver) => ({
      get: (key, read, call) =>
        driver.get(
          key,
          read.range?.offset ? { ...read, range: { ...read.range, offset: read.range.offset - 1 } } : read,
          call,
        ),
    }),
    fails: ['ST-008', 'ST-009'],
  },
  'reads unconditionally': {
    change: (driver) => ({
      get: (key, read, call) => driver.get(key, { ...read, ...unconditional }, call),
      head: (key, read, call) => driver.head(key, { ...read, ...unconditional }, call),
    }),
    fails: ['ST-010'],
  },
  'says nothing is there when deleting': {
    change: (driver) => ({
      delete: async (targets, call) => {
        for (const { key } of targets) await driver.head(key, {}, call);
        return driver.delete(targets, call);
      },
    }),
    fails: ['ST-007', 'ST-013'],
  },
  'stores no checksum': {
    change: (driver) => ({
      get: async (...args) => {
        const body = await driver.get(...args);
        return { ...body, info: { ...body.info, checksum: undefined } };
      },
    }),
    fails: ['ST-001', 'ST-015', 'ST-060'],
  },
  'copies nothing but bytes': {
    change: (driver) => ({
      copy: async (from, to, copy, call) => {
        await driver.copy(from, to, copy, call);
        const source = await driver.get(from, {}, call);
        const stream = streamOfBody(source) as ReadableStream<never>;
        const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
        const checksum = source.info.checksum as NonNullable<typeof source.info.checksum>;
        return driver.put(to, bytes, { contentType: 'x/y', metadata: {}, checksum }, call);
      },
    }),
    fails: ['ST-012'],
  },
  'copies unconditionally': {
    change: (driver) => ({
      copy: (from, to, copy, call) => driver.copy(from, to, { ...copy, ...unconditional }, call),
    }),
    fails: ['ST-048'],
  },
  'deletes unconditionally': {
    change: (driver) => ({
      delete: (targets, call) =>
        driver.delete(
          targets.map((one) => ({ ...one, ifMatch: undefined })),
          call,
        ),
    }),
    fails: ['ST-047'],
  },
  'writes unconditionally': {
    change: (driver) => ({
      put: (key, bytes, write, call) => driver.put(key, bytes, { ...write, ...unconditional }, call),
    }),
    fails: ['ST-040', 'ST-041', 'ST-042', 'ST-043', 'ST-044'],
  },
  'looks, then writes': {
    change: (driver) => ({
      async put(key, bytes, write, call) {
        await late(driver, key, write);
        return driver.put(key, bytes, { ...write, ...unconditional }, call);
      },
    }),
    fails: ['ST-043', 'ST-044'],
  },
  'completes unconditionally': {
    change: uploadsWith((uploads) => ({
      complete: (key, id, parts, complete, call) =>
        uploads.complete(key, id, parts, { ...complete, ...unconditional }, call),
    })),
    fails: ['ST-045', 'ST-070'],
  },
  'lists in UTF-16 order': {
    change: (driver) => ({
      async list(list, call) {
        const page = await driver.list(list, call);
        return { ...page, items: [...page.items].sort((a, b) => (a.key < b.key ? -1 : 1)) };
      },
    }),
    fails: ['ST-031', 'ST-033'],
  },
  'lists by position': {
    change: (driver) => ({
      async list({ cursor, pageSize, ...list }, call) {
        const { items } = await driver.list({ ...list, pageSize: 1000 }, call);
        const start = Number(cursor ?? 0);
        const more = start + pageSize < items.length;
        return {
          items: items.slice(start, start + pageSize),
          ...(more && { next: String(start + pageSize) }),
        };
      },
    }),
    fails: ['ST-035', 'ST-036'],
  },
  'knows no prefix': {
    change: (driver) => ({ list: (list, call) => driver.list({ ...list, prefix: '' }, call) }),
    fails: ['ST-032', 'ST-080'],
  },
  'ends after one page': {
    change: (driver) => ({ list: async (list, call) => ({ items: (await driver.list(list, call)).items }) }),
    fails: ['ST-034', 'ST-035'],
  },
  'lists something in an empty store': {
    change: (driver) => ({
      list: async (list, call) => {
        const page = await driver.list(list, call);
        return page.items.length > 0 ? page : { items: [{ kind: 'prefix', key: list.prefix }] };
      },
    }),
    fails: ['ST-030'],
  },
  'shows parts before the end': {
    change: (driver) =>
      uploadsWith((uploads) => ({
        async putPart(key, id, part, call) {
          await driver.put(
            key,
            part.bytes,
            { contentType: 'x/y', metadata: {}, checksum: part.checksum },
            call,
          );
          return uploads.putPart(key, id, part, call);
        },
      }))(driver),
    fails: ['ST-060', 'ST-061', 'ST-063', 'ST-065', 'ST-066', 'ST-067', 'ST-068'],
  },
  'forgets which parts arrived': {
    change: uploadsWith(() => ({ listParts: async () => [] })),
    fails: ['ST-061', 'ST-064', 'ST-069', 'ST-083'],
  },
  'takes any part for the right one': {
    change: uploadsWith((uploads) => {
      const first = new Map<string, Awaited<ReturnType<DriverUploads['putPart']>>>();
      return {
        async putPart(key, id, part, call) {
          const name = `${id} ${part.number}`;
          const sent = first.get(name) ?? (await uploads.putPart(key, id, part, call));
          first.set(name, sent);
          return sent;
        },
      };
    }),
    fails: ['ST-062'],
  },
  'aborts nothing': {
    change: uploadsWith(() => ({ abort: async () => undefined })),
    fails: ['ST-064', 'ST-065', 'ST-066', 'ST-067'],
  },
  'lists no uploads': {
    change: uploadsWith(() => ({ list: async () => ({ items: [] }) })),
    fails: ['ST-068'],
  },
  'forgets storage classes, tags and versions': {
    change: (driver) => ({
      head: async (key, read, call) => {
        const {
          storageClass: _,
          tags: __,
          ...info
        } = await driver.head(key, { ...read, versionId: undefined }, call);
        return info;
      },
    }),
    fails: ['ST-091', 'ST-092', 'ST-093'],
  },
  'lists present versions only': {
    change: versionsWith((versions) => ({
      async list(list, call) {
        const page = await versions.list(list, call);
        return { ...page, items: page.items.filter(({ isLatest }) => isLatest) };
      },
    })),
    fails: ['ST-110', 'ST-111', 'ST-112'],
  },
  'lists versions without looking at the prefix': {
    change: versionsWith((versions) => ({
      list: (list, call) => versions.list({ ...list, prefix: '' }, call),
    })),
    fails: ['ST-110', 'ST-113'],
  },
  'deletes what is locked': {
    change: (driver) => ({
      async delete(targets, call) {
        for (const { key, versionId } of targets)
          await driver.versions?.setLock?.(
            key,
            { retention: null, legalHold: false },
            { versionId, bypassGovernance: true },
            call,
          );
        return driver.delete(targets, call);
      },
    }),
    fails: ['ST-114'],
  },
  'lets anyone end a retention': {
    change: versionsWith((versions) => ({
      setLock: async (key, change, lock, call) =>
        versions.setLock?.(key, change, { ...lock, bypassGovernance: true }, call),
    })),
    fails: ['ST-115'],
  },
  'declares what nobody knows': {
    change: (driver) => ({ abilities: { ...driver.abilities, flying: true } }),
    fails: ['ST-090'],
  },
};

/** What the portable store itself holds, so that no driver can break it; presigning is broken by a server of its own below. */
const heldByTheStore = [
  'ST-006',
  'ST-014',
  'ST-016',
  'ST-017',
  'ST-046',
  'ST-081',
  'ST-082',
  'ST-094',
  'ST-095',
  'ST-096',
  'ST-116',
];

const harnessOf = (change: Break): StorageHarness => ({
  largeBytes: 2_000_000,
  async open() {
    const opened = await memoryHarness.open();
    return { ...opened, driver: { ...opened.driver, ...change(opened.driver) } };
  },
});

describe('the conformance suite', () => {
  it.each(Object.entries(mutations))('fails a driver that %s', async (_, { change, fails }) => {
    const { results } = await runStorageConformance(harnessOf(change), { ids: fails });
    expect(results.filter(({ outcome }) => outcome === 'failed').map(({ id }) => id)).toEqual(
      [...fails].sort(),
    );
  });

  it('has for every case a driver that fails it, or a store that holds it', () => {
    const failing = new Set([...Object.values(mutations).flatMap(({ fails }) => fails), ...heldByTheStore]);
    const absences = (id: string) => Number(id.slice(3)) >= 100;
    expect(storageCases.map(({ id }) => id).filter((id) => !failing.has(id) && !absences(id))).toEqual([]);
    expect(new Set(storageCases.map(({ id }) => id)).size).toBe(storageCases.length);
  });

  it('passes a store with every ability', async () => {
    const { failed, results } = await runStorageConformance(presignHarness(), {
      ids: ['ST-090', 'ST-094', 'ST-095', 'ST-096'],
    });
    expect([failed, results.map(({ outcome }) => outcome)]).toEqual([0, Array(4).fill('passed')]);
  });

  it('fails a store whose presigned URLs anybody can forge, or that nobody can use', async () => {
    for (const options of [{ isOpen: true }, { signature: 'none' }]) {
      const report = await runStorageConformance(presignHarness(options), { ids: ['ST-094'] });
      expect(report.failed, JSON.stringify(options)).toBe(1);
    }
  });

  it('fails a store whose presigned URLs take any length', async () => {
    const report = await runStorageConformance(presignHarness({ takesAnyLength: true }), { ids: ['ST-096'] });
    expect(report.failed).toBe(1);
  });

  it('passes a store without any ability, and asks of it no more than it declares', async () => {
    const bare: StorageHarness = {
      async open() {
        const { uploads: _, versions: __, ...driver } = memoryDriver();
        return { driver: { ...driver, abilities: {} } };
      },
    };
    const { failed, results } = await runStorageConformance(bare);
    expect([failed, results.filter(({ outcome }) => outcome === 'failed')]).toEqual([0, []]);
    expect(
      results.filter(({ id, outcome }) => Number(id.slice(3)) >= 100 && outcome === 'passed'),
    ).toHaveLength(9);
  });

  it('fails a store that has more than it declares', async () => {
    const boasting: StorageHarness = {
      async open() {
        const driver = memoryDriver();
        return { driver: { ...driver, abilities: {} } };
      },
    };
    expect((await runStorageConformance(boasting, { ids: ['ST-001'] })).failed).toBe(1);
  });
});
