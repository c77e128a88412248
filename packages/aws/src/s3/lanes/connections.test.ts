import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setImmediate as turn } from 'node:timers/promises';
import { ListBucketsCommand } from '@aws-sdk/client-s3';
import { createIntegration } from '@im/core';
import { createVirtualClock } from '@im/testing';
import { expect, test } from 'vitest';
import { s3 } from '../index.ts';
import { startFake } from '../testing.ts';

test('requests of the lean lane and of the SDK take turns on one connection', async () => {
  const clock = createVirtualClock();
  await using fake = await startFake({ clock });
  await using client = createIntegration(s3, { clock, options: fake.options() });
  let opened = 0;
  const count = () => {
    opened += 1;
  };
  subscribe('net.client.socket', count);
  try {
    for (let round = 0; round < 3; round += 1) {
      await client.listObjects().toArray();
      await turn();
      await client.native().send(new ListBucketsCommand());
      await turn();
    }
  } finally {
    unsubscribe('net.client.socket', count);
  }
  expect(fake.exchanges).toHaveLength(6);
  expect(opened).toBe(1);
});
