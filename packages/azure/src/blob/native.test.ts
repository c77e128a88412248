import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setImmediate as turn } from 'node:timers/promises';
import { createIntegration } from '@im/core';
import { createVirtualClock } from '@im/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { blob } from './blob.ts';
import { type BlobFake, type FakeCredentials, startFake } from './testing.ts';

describe('the SDK’s own client', () => {
  let fake: BlobFake;
  // Years from the machine's own time: what the SDK would sign by itself is refused.
  const clock = createVirtualClock();
  beforeEach(async () => {
    fake = await startFake({ clock });
  });
  afterEach(() => fake[Symbol.asyncDispose]());
  const open = (how: FakeCredentials) =>
    createIntegration(blob, { options: fake.options(undefined, how), clock });

  for (const how of ['account-key', 'connection-string', 'service-principal', 'sas'] as const)
    it(`works with this integration’s credential (${how}), clock and endpoint`, async () => {
      await using client = open(how);
      const container = client.native();
      expect(container.containerName).toBe('samples');
      const text = (await container.getBlobClient('a.txt').downloadToBuffer()).toString();
      expect(text).toBe('this is a.txt');
      await container.getBlockBlobClient('native.txt').upload('x', 1);
      expect((await client.getBlobProperties('native.txt')).size).toBe(1);
    });

  it('does not repeat: what fails is told at once', async () => {
    await using client = open('account-key');
    fake.inject({ fault: { kind: 'status', status: 503 }, times: Number.POSITIVE_INFINITY });
    await expect(client.native().getProperties()).rejects.toMatchObject({ statusCode: 503 });
    expect(fake.exchanges).toHaveLength(1);
  });

  it('takes turns with plain requests on one connection', async () => {
    await using client = open('account-key');
    let opened = 0;
    const count = () => {
      opened += 1;
    };
    subscribe('net.client.socket', count);
    try {
      for (let round = 0; round < 3; round += 1) {
        await client.listBlobs().toArray();
        await turn();
        await client.native().getProperties();
        await turn();
      }
    } finally {
      unsubscribe('net.client.socket', count);
    }
    expect(fake.exchanges).toHaveLength(6);
    expect(opened).toBe(1);
  });

  it('makes SAS URLs where it has the key', async () => {
    await using client = open('account-key');
    const { BlobSASPermissions } = await import('@azure/storage-blob');
    const url = await client
      .native()
      .getBlobClient('a.txt')
      .generateSasUrl({
        permissions: BlobSASPermissions.parse('r'),
        expiresOn: new Date(clock.now() + 60_000),
        version: '2021-10-04',
      });
    expect(await (await fetch(url)).text()).toBe('this is a.txt');
  });

  it('a request ends at once by its own signal, with the transport’s connection let go', async () => {
    await using client = open('account-key');
    fake.inject({ fault: { kind: 'latency', delayMs: Number.POSITIVE_INFINITY } });
    const aborting = new AbortController();
    const asked = client.native().getProperties({ abortSignal: aborting.signal });
    while (fake.exchanges.length === 0) await new Promise(setImmediate);
    aborting.abort();
    await expect(asked).rejects.toMatchObject({ name: 'AbortError' });
  });
});
