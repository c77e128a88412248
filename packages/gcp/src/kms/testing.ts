/** A fake of Cloud KMS, and what the conformance suite needs to run it. For tests and for the sandbox. */
export { fakeProject } from '../common/fake/service.ts';
export { harness, type KmsFake, sampleKeys, startFake } from './fake/start-fake.ts';
export type { FakeKey, FakeKeyVersion, KmsWorld } from './fake/world.ts';
