/** The two drivers of this package, as the suite opens them. */
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { StorageDriver } from '../driver.ts';
import { filesystemDriver } from '../filesystem/filesystem-driver.ts';
import { pathOf } from '../filesystem/names.ts';
import { memoryDriver } from '../memory/memory-driver.ts';
import type { StorageHarness } from '../testing.ts';

/** The memory driver; it changes bytes on the way out to play a damaged memory. */
export const memoryHarness: StorageHarness = {
  async open() {
    const driver = memoryDriver();
    const damaged = new Set<string>();
    const get: StorageDriver['get'] = async (key, read, call) => {
      const body = await driver.get(key, read, call);
      if (!damaged.has(key)) return body;
      if (body.bytes !== undefined) {
        body.bytes[0] = (body.bytes[0] ?? 0) ^ 1;
        return body;
      }
      let isFirst = true;
      const flip = new TransformStream<Uint8Array, Uint8Array>({
        transform(piece, controller) {
          const copy = Uint8Array.from(piece);
          if (isFirst) copy[0] = (copy[0] ?? 0) ^ 1;
          isFirst = false;
          controller.enqueue(copy);
        },
      });
      return { ...body, stream: body.stream.pipeThrough(flip) };
    };
    return { driver: { ...driver, get }, tamper: async (key) => void damaged.add(key) };
  },
};

/** The filesystem driver in a folder of its own, with a second driver on the same folder. */
export const filesystemHarness: StorageHarness = {
  async open() {
    const root = await mkdtemp(join(tmpdir(), 'im-storage-'));
    return {
      driver: filesystemDriver({ root }),
      again: filesystemDriver({ root }),
      async tamper(key) {
        const file = await open(pathOf(join(root, 'objects'), key), 'r+');
        const byte = Buffer.alloc(1);
        await file.read(byte, 0, 1, 1000);
        byte[0] = (byte[0] ?? 0) ^ 1;
        await file.write(byte, 0, 1, 1000);
        await file.close();
      },
      close: () => rm(root, { recursive: true, force: true }),
    };
  },
};
