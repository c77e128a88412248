/** A fake of Secret Manager, and what the conformance suite needs to run it. For tests and for the sandbox. */
export { fakeProject } from '../common/fake/service.ts';
export { harness, type SecretManagerFake, sampleSecrets, startFake } from './fake/start-fake.ts';
export type { FakeSecret, FakeVersion, SecretWorld } from './fake/world.ts';
