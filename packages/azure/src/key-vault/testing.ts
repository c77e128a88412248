/** A fake of Azure Key Vault, and what the conformance suite needs to run it. For tests and for the sandbox. */
export type { KeyShape } from './fake/material.ts';
export { harness, type KeyVaultFake, sampleTenant, sampleThings, startFake } from './fake/start-fake.ts';
export type {
  FakeKey,
  FakeKeyVersion,
  FakeSecret,
  FakeSecretVersion,
  FakeThing,
  FakeVersion,
  VaultWorld,
} from './fake/world.ts';
