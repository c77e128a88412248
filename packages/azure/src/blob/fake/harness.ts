/** What the conformance suite, the sandbox and users' tests need to run the integration. */
import type { Harness } from '@im/testing';
import type { blob } from '../blob.ts';
import { type FakeCredentials, startFake } from './start-fake.ts';

const blockIds = [1, 2].map((number) => Buffer.alloc(8, number).toString('base64'));
const [blockId = '', otherBlockId = ''] = blockIds;

/** Samples against the fake's own blobs. */
export const harness: Harness<typeof blob> = {
  forwards: { method: 'GET', path: 'samples/a.txt' },
  startFake,
  samples: {
    getBlob: ['a.txt'],
    getBlobProperties: ['a.txt'],
    getContainerProperties: [],
    createContainer: [],
    putBlob: ['new.txt', 'hello', { contentType: 'text/plain', metadata: { by: 'sample' } }],
    copyBlob: ['a.txt', 'copy.txt', { tags: 'source' }],
    putBlock: ['blocks.bin', blockId, Buffer.from('first')],
    putBlockFromUrl: ['blocks.bin', otherBlockId, { name: 'a.txt', offset: 0, count: 4 }],
    getBlockList: ['folder/c.txt'],
    putBlockList: ['blocks.bin', blockIds],
    setBlobTags: ['a.txt', { colour: 'blue' }],
    getBlobTags: ['a.txt'],
    findBlobsByTags: [`"colour"='blue'`],
    setTier: ['b.txt', 'Cool'],
    listBlobs: [],
    listContainers: [],
    // Asks for the key to sign with once in a while.
    createSasUrl: ['a.txt', { permissions: 'r', expiresInSeconds: 60 }],
    deleteBlob: ['new.txt'],
  },
};

/** What a credential itself makes impossible. */
const exceptions: Readonly<Partial<Record<FakeCredentials, Readonly<Record<string, string>>>>> = {
  'account-key': {
    'C-054': "a text that is planted in place of an account's key is no base64, and is refused",
  },
};

/** The same by another credential, or by the SDK throughout. */
export function harnessBy(how: FakeCredentials, lane: 'lean' | 'sdk' = 'lean'): Harness<typeof blob> {
  return {
    ...harness,
    exceptions: exceptions[how] ?? {},
    startFake: async (options) => {
      const fake = await startFake(options);
      const optionsOf = fake.options;
      return Object.assign(fake, { options: (tenant?: string) => ({ ...optionsOf(tenant, how), lane }) });
    },
  };
}
