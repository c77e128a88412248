import { createIntegration } from '@im/core';
import type { StorageHarness } from '@im/storage/testing';
import { describeStorage } from '@im/storage/vitest';
import { gcsDriver } from './driver/gcs-driver.ts';
import { storage } from './storage.ts';
import { startFake } from './testing.ts';

const harness: StorageHarness = {
  // All of it in CI; less where somebody waits for it.
  ...(process.env.CI !== 'true' && { largeBytes: 16 * 1024 * 1024 }),
  async open() {
    const fake = await startFake();
    const clients = [0, 1].map(() => createIntegration(storage, { options: fake.options() }));
    const [driver, again] = clients.map((client) => gcsDriver(client));
    return {
      driver: driver as never,
      again: again as never,
      tamper: async (key) => fake.tamper(key),
      async close() {
        for (const client of clients) await client[Symbol.asyncDispose]();
        await fake[Symbol.asyncDispose]();
      },
    };
  },
};

describeStorage('the driver of Cloud Storage', harness);
