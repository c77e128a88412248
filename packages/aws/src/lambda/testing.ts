/** A fake of Lambda, and what the conformance suite needs to run it. For tests and for the sandbox. */
export { builtInFunctions, type FakeHandler, failWith, type StoredInvocation } from './fake/functions.ts';
export { harness } from './fake/harness.ts';
export { type LambdaFake, type LambdaFakeOptions, startFake } from './fake/start-fake.ts';
