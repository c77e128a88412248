/** What the portable store does beside its cases: types, registry, tries, crc32, jails under random keys. */
import { createRegistry, defineIntegration, IntegrationError, read } from '@im/core';
import { createVirtualClock } from '@im/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { filesystemHarness } from './__fixtures__/harnesses.ts';
import { oddKeys, sample } from './conformance/help.ts';
import type { StorageDriver } from './driver.ts';
import { pathOf, readName } from './filesystem/names.ts';
import {
  compareKeys,
  createObjectStore,
  memoryDriver,
  type ObjectStore,
  objectStore,
  sniffContentType,
} from './index.ts';

const bare = (): StorageDriver<never> => {
  const { uploads: _, versions: __, ...driver } = memoryDriver();
  return { ...driver, abilities: {} };
};

describe('the object store', () => {
  it('does not compile what the driver does not declare, and refuses it before anything is done', async () => {
    const store = createObjectStore(bare());
    // @ts-expect-error no conditionalWrites
    await expect(store.put('k', 'x', { ifNoneMatch: '*' })).rejects.toMatchObject({ code: 'unimplemented' });
    // @ts-expect-error no multipart
    await expect(store.put('k', new Blob(['x']).stream())).rejects.toMatchObject({ code: 'unimplemented' });
    // @ts-expect-error no multipart
    expect(store.createUpload).toBeUndefined();
    // @ts-expect-error no presign
    expect(store.presignGet).toBeUndefined();
    // @ts-expect-error no versions
    expect(store.listVersions).toBeUndefined();
    // @ts-expect-error no objectLock
    await expect(store.put('k', 'x', { lock: { legalHold: true } })).rejects.toMatchObject({
      code: 'unimplemented',
    });
    expect(() => createObjectStore(bare(), { needs: ['presign'] })).toThrow(/no ability "presign"/);
    const able = createObjectStore(memoryDriver());
    const fewer: ObjectStore<'multipart'> = able;
    expect(fewer.createUpload).toBeTypeOf('function');
    // @ts-expect-error a store without an ability is not one with it
    const more: ObjectStore<'multipart'> = store;
    expect(more).toBe(store);
  });

  it('is reached through a registry, each tenant with its own driver', async () => {
    const shelf = defineIntegration({
      id: 'shelf',
      title: 'Shelf',
      category: 'example',
      contract: 1,
      docs: 'https://shelf.test',
      options: z.strictObject({}),
      egress: [],
      errors: { docs: 'https://shelf.test', rows: [] },
      connect: () => ({ ping: read(() => Promise.resolve('pong')) }),
      provides: [{ port: objectStore, toDriver: () => memoryDriver() }],
    });
    await using registry = createRegistry();
    for (const tenant of ['a', 'b']) registry.register(shelf, { name: 'shelf', tenant, options: {} });
    const open = (tenant: string) =>
      createObjectStore(registry.tenant(tenant).port(objectStore), { needs: ['conditionalWrites'] });
    await open('a').put('k', 'x', { ifNoneMatch: '*' });
    await expect(open('a').put('k', 'x', { ifNoneMatch: '*' })).rejects.toMatchObject({
      code: 'failed_precondition',
    });
    await expect(open('b').head('k')).rejects.toMatchObject({
      code: 'not_found',
      provider: 'memory',
      operation: 'head',
    });
  });

  it('tries again to abort an upload while the service is unavailable', async () => {
    const clock = createVirtualClock();
    const driver = memoryDriver({ clock });
    let failures = 3;
    const uploads = {
      ...(driver.uploads as NonNullable<typeof driver.uploads>),
      abort: async () => {
        if (failures-- > 0) throw new IntegrationError('busy', { code: 'unavailable' });
      },
    };
    const store = createObjectStore({ ...driver, uploads }, { clock });
    const upload = await store.createUpload('k');
    await clock.until(upload.abort());
    expect(failures).toBe(-1);
    expect(clock.now() - createVirtualClock().now()).toBe(6_200);
  });

  it('sends no part anew that failed once, and no more parts at once than it is told', async () => {
    const driver = memoryDriver();
    const inner = driver.uploads as NonNullable<typeof driver.uploads>;
    let under = 0;
    let most = 0;
    let broken = true;
    const uploads: typeof inner = {
      ...inner,
      async putPart(key, id, part, call) {
        under += 1;
        most = Math.max(most, under);
        await new Promise((resolve) => setImmediate(resolve));
        under -= 1;
        if (broken && part.number === 7) throw new IntegrationError('cut', { code: 'unavailable' });
        return inner.putPart(key, id, part, call);
      },
    };
    const store = createObjectStore(
      { ...driver, uploads },
      { partBytes: 1000, concurrency: 3, checksum: 'crc32' },
    );
    const upload = await store.createUpload('k');
    await expect(upload.send(sample(10_500))).rejects.toMatchObject({
      code: 'unavailable',
      operation: 'upload.send',
    });
    expect(most).toBe(3);
    const kept = upload.state.parts.length;
    broken = false;
    expect(await upload.send(sample(10_500))).toEqual({
      sentParts: 11 - kept,
      keptParts: kept,
      bytes: 10_500,
    });
    await upload.complete();
    const got = await store.get('k');
    expect(got.info.checksum).toMatchObject({ algorithm: 'crc32', partBytes: 1000 });
    expect(Buffer.compare(await got.bytes(), sample(10_500))).toBe(0);
  });

  it('keeps a source that uses one buffer for all its pieces', async () => {
    const store = createObjectStore(memoryDriver(), { partBytes: 10 });
    async function* reusing() {
      const buffer = Buffer.alloc(4);
      for (let index = 0; index < 9; index += 1) yield buffer.fill(index);
    }
    await store.put('k', reusing());
    expect([...(await (await store.get('k')).bytes())]).toEqual(
      Array.from({ length: 36 }, (_, i) => Math.floor(i / 4)),
    );
  });
});

describe('keys', () => {
  const key = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }),
    fc
      .array(fc.constantFrom('.', '..', '/', '\\', '%2e', '%2F', '．', '／', 'a', '\u0000', '%', ' '), {
        minLength: 1,
        maxLength: 8,
      })
      .map((parts) => parts.join('')),
    fc.constantFrom(...oddKeys),
  );

  it('never leave a scope, whatever they are', async () => {
    for (const harness of [
      { open: async () => ({ driver: memoryDriver() as StorageDriver, close: undefined }) },
      filesystemHarness,
    ]) {
      const opened = await harness.open();
      const store = createObjectStore(opened.driver);
      const jail = store.scoped('jail');
      await store.put('outside', 'untouched');
      await fc.assert(
        fc.asyncProperty(key, async (name) => {
          const put = await jail.put(name, 'x').catch((error: { readonly code?: string }) => error.code);
          await jail.delete(name).catch(() => undefined);
          if (typeof put === 'object')
            expect(new URL(`http://h/jail/${put.key}`).pathname).toMatch(/^\/jail\//);
          else expect(put).toBe('invalid_argument');
          expect((await store.list().toArray()).map((entry) => entry.key)).toEqual(['outside']);
        }),
        { numRuns: 300 },
      );
      await opened.close?.();
    }
  });

  it('are ordered as their UTF-8 bytes are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
        expect(Math.sign(compareKeys(a, b))).toBe(Buffer.compare(Buffer.from(a), Buffer.from(b)));
      }),
    );
  });

  it('become file names below the root that can be read back, and no two the same in any case', () => {
    fc.assert(
      fc.property(key, (name) => {
        const names = pathOf('/r', name).split('/').slice(2);
        expect(
          names.every((one) => one.length <= 200 && one !== '.' && one !== '..' && one === one.toLowerCase()),
        ).toBe(true);
        expect(Buffer.concat(names.map((one) => readName(one)?.bytes ?? Buffer.from('?'))).toString()).toBe(
          name,
        );
      }),
    );
  });

  it('tell a type by bytes first, except where the bytes are a container', () => {
    const zip = Buffer.from('PK\x03\x04');
    expect(sniffContentType('a.docx', zip)).toContain('wordprocessingml');
    expect(sniffContentType('a.bin', zip)).toBe('application/zip');
    expect(sniffContentType('a.__proto__', new Uint8Array(0))).toBe('application/octet-stream');
  });
});
