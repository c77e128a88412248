import { describeStorage } from '@im/storage/vitest';
import { describeIntegration } from '@im/testing/vitest';
import { afterEach, describe } from 'vitest';
import { openStore } from './__tests__/stores.ts';
import { blob } from './blob.ts';
import { type BlobFake, harness, harnessBy, startFake } from './testing.ts';

describeIntegration(blob, harness);

describe('with the SDK throughout', () => {
  describeIntegration(blob, harnessBy('service-principal', 'sdk'));
});

describe('by the account’s key', () => {
  describeIntegration(blob, harnessBy('account-key'));
});

describe('as a store on the fake', () => {
  const fakes: BlobFake[] = [];
  afterEach(async () => {
    for (const fake of fakes.splice(0)) await fake[Symbol.asyncDispose]();
  });
  // The second as if everything were too large to be copied at once.
  for (const [how, lane, settings] of [
    ['service-principal', 'lean', {}],
    ['account-key', 'lean', { copyAtOnceBytes: 0, copyBlockBytes: 100_000 }],
    ['account-key', 'sdk', {}],
  ] as const) {
    const open = async () => {
      const fake = await startFake();
      fakes.push(fake);
      return openStore({ ...fake.options(undefined, how), lane }, settings);
    };
    describeStorage(`a container of the fake, ${how}, ${lane} lane,`, { open, largeBytes: 16 * 1024 * 1024 });
  }
});
