/** A fake of KMS, and what the conformance suite needs to run it. For tests and for the sandbox. */
export { harness } from './fake/harness.ts';
export { builtInKeys, type KmsFake, startFake } from './fake/start-fake.ts';
export type { FakeKey } from './fake/state.ts';
