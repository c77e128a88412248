/** A fake of Cloud Storage, and what the conformance suite needs to run it. For tests and for the sandbox. */
export { sampleTenant } from '../common/fake/service.ts';
export { harness } from './fake/harness.ts';
export {
  type StartStorageFakeOptions,
  type StorageFake,
  sampleBucket,
  startFake,
} from './fake/start-fake.ts';
