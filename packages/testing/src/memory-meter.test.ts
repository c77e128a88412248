import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createMemoryMeter } from './memory-meter.ts';

const mebibyte = 1024 ** 2;

test('what is kept is seen, and what was let go is not', async () => {
  const letGo = createMemoryMeter();
  for (let count = 0; count < 60; count += 1) {
    Buffer.alloc(mebibyte, count);
    letGo.look();
  }
  expect(letGo.most()).toBeLessThan(20);

  const held = createMemoryMeter();
  const kept: Buffer[] = [];
  for (let count = 0; count < 20; count += 1) kept.push(Buffer.alloc(mebibyte, count));
  await sleep(60);
  held.look();
  expect(kept.splice(0)).toHaveLength(20);
  // What was held in the middle counts, although it is gone by now.
  expect(held.most()).toBeGreaterThanOrEqual(20);
  expect(held.most()).toBeLessThan(40);
});
