/** A fake of Secrets Manager, and what the conformance suite needs to run it. For tests and for the sandbox. */
export { harness, sampleVersions } from './fake/harness.ts';
export { builtInSecrets, type SecretsManagerFake, startFake } from './fake/start-fake.ts';
export type { StoredSecret, StoredVersion } from './fake/state.ts';
