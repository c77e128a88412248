import { createIntegration } from '@im/core';
import { createObjectStore } from '@im/storage';
import { expect, it } from 'vitest';
import { storage } from '../storage.ts';
import { startFake } from '../testing.ts';
import { gcsDriver } from './gcs-driver.ts';

it('a long list costs one request for each of its pages, and tells every key once', {
  timeout: 60_000,
}, async () => {
  const keys = Array.from({ length: 2_500 }, (_, index) => `k/${String(index).padStart(4, '0')}`);
  const objects = Object.fromEntries(keys.map((key) => [key, '']));
  await using fake = await startFake({ record: false, objects });
  await using client = createIntegration(storage, { options: fake.options() });
  const store = createObjectStore(gcsDriver(client));
  const told: string[] = [];
  let pages = 0;
  for await (const { items } of store.list({ prefix: 'k/' }).pages()) {
    told.push(...items.map(({ key }) => key));
    pages += 1;
  }
  expect(told).toEqual(keys);
  expect(pages).toBe(3);
  expect(fake.exchanges.filter(({ target }) => target !== '/token')).toHaveLength(pages);
});
