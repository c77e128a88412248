import { expect, it } from 'vitest';
import { howToInstall, peerFolder, startAzurite, startFauxqs } from './peers.ts';
import { describePeer } from './vitest.ts';

describePeer('Azurite as a peer', 'azurite', () => {
  it('listens on loopback, and ends when it is let go', { timeout: 60_000 }, async () => {
    const azurite = await startAzurite();
    expect(azurite.blobUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/devstoreaccount1$/);
    expect(azurite.queueUrl).not.toBe(azurite.blobUrl);
    const { status } = await fetch(`${azurite.blobUrl}?comp=list`);
    expect(status).toBe(403);
    await azurite[Symbol.asyncDispose]();
    await azurite[Symbol.asyncDispose]();
    await expect(fetch(azurite.blobUrl)).rejects.toThrow();
  });
});

describePeer('fauxqs as a peer', 'fauxqs', () => {
  it('listens on loopback, and ends when it is let go', { timeout: 60_000 }, async () => {
    const fauxqs = await startFauxqs();
    expect(await (await fetch(fauxqs.url)).text()).toContain('ListAllMyBucketsResult');
    await fauxqs[Symbol.asyncDispose]();
    await expect(fetch(fauxqs.url)).rejects.toThrow();
  });
});

it('is looked for from a folder upwards, and says how to get it', () => {
  expect(peerFolder('azurite', '/')).toBeUndefined();
  expect(howToInstall('fauxqs')).toContain('npm ci --prefix tools/peers');
});
