import { describeStorage } from '@im/storage/vitest';
import { type Azurite, startAzurite } from '@im/testing/peers';
import { describePeer } from '@im/testing/vitest';
import { afterAll, beforeAll } from 'vitest';
import { openStore } from './__tests__/stores.ts';

describePeer('Azure Blob Storage on Azurite', 'azurite', () => {
  let azurite: Azurite;
  beforeAll(async () => {
    azurite = await startAzurite();
  }, 60_000);
  afterAll(() => azurite[Symbol.asyncDispose]());

  for (const lane of ['lean', 'sdk'] as const) {
    const open = () =>
      openStore({
        endpoint: azurite.blobUrl,
        account: azurite.account,
        credentials: { type: 'account-key', accountKey: azurite.key },
        lane,
      });
    describeStorage(`a container on Azurite by the ${lane} lane`, { open });
  }
});
