import { runStorageConformance } from '@im/storage/testing';
import { describeStorage } from '@im/storage/vitest';
import { startCutter } from '@im/testing';
import { type Azurite, startAzurite } from '@im/testing/peers';
import { describePeer } from '@im/testing/vitest';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { killed, partBytes, upload } from './__tests__/killed-upload.ts';
import { newContainer, openClient, openStore } from './__tests__/stores.ts';
import type { CopySettings } from './driver/assemble.ts';

/** A connection carries a part and a half before it is cut, so that some three times as many could be. */
const cuts = process.env.CI === 'true' ? 50 : 15;

describePeer('Azure Blob Storage on Azurite', 'azurite', () => {
  let azurite: Azurite;
  beforeAll(async () => {
    azurite = await startAzurite();
  }, 60_000);
  afterAll(() => azurite[Symbol.asyncDispose]());

  const openBy = (lane: 'lean' | 'sdk', settings: CopySettings = {}) => ({
    open: () =>
      openStore(
        {
          endpoint: azurite.blobUrl,
          account: azurite.account,
          credentials: { type: 'account-key', accountKey: azurite.key },
          lane,
        },
        settings,
      ),
  });
  describeStorage('a container on Azurite by the lean lane', openBy('lean'));
  describeStorage('a container on Azurite by the SDK', { ...openBy('sdk'), largeBytes: 16 * 1024 * 1024 });

  it(`${killed.mebibytes} MiB in parts, ${cuts} cuts, ${killed.kills} kills: the old blob or the whole new one is visible, and no orphan stays`, {
    timeout: 600_000,
  }, async () => {
    await using cutter = await startCutter(azurite.blobUrl, { cuts, afterBytes: 1.5 * partBytes });
    const { account, key: accountKey } = azurite;
    const credentials = { type: 'account-key', accountKey } as const;
    const options = { endpoint: `${cutter.url}/${account}`, account, credentials, container: newContainer() };
    {
      await using client = openClient(options);
      await client.createContainer();
    }
    await upload(options);
    expect(cutter.cuts).toBe(cuts);
  });

  it('copies by blocks are as whole and as conditional as others', { timeout: 60_000 }, async () => {
    const settings = { copyAtOnceBytes: 0, copyBlockBytes: 100_000 };
    const ids = ['ST-012', 'ST-045', 'ST-048', 'ST-060', 'ST-062', 'ST-065', 'ST-070', 'ST-092'];
    const report = await runStorageConformance(openBy('lean', settings), { ids });
    expect(report.results.filter(({ outcome }) => outcome !== 'passed')).toEqual([]);
    expect(report.passed).toBe(ids.length);
  });
});
