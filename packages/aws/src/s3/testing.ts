/** A fake of S3, and what the conformance suite needs to run it. For tests and for the sandbox. */
export { harness } from './fake/harness.ts';
export { sampleKeys, sampleText, sampleUploads } from './fake/seed.ts';
export {
  type FakeBucketOptions,
  type S3Fake,
  type S3FakeOptions,
  sampleBucket,
  startFake,
} from './fake/start-fake.ts';
export type { FakeBucket, FakePart, FakeUpload, FakeVersion } from './fake/state.ts';
