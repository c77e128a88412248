/** A fake of Azure Blob Storage, and what the conformance suite needs to run it. For tests and for the sandbox. */

export type { FakeStorageAccount } from '../common/fake/storage-accounts.ts';
export { harness, harnessBy } from './fake/harness.ts';
export {
  type BlobFake,
  type FakeCredentials,
  sampleContainer,
  sampleTenant,
  startFake,
} from './fake/start-fake.ts';
export type { FakeBlob, FakeBlobStore, FakeBlock, FakeContainer } from './fake/store.ts';
