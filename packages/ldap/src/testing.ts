/** A fake directory, and what the conformance suite needs to run it. For tests and for the sandbox. */
export type { FakeResult } from './fake/encode.ts';
export { harness } from './fake/harness.ts';
export {
  type LdapFake,
  type ScriptedRefusal,
  type StartLdapFakeOptions,
  startFake,
} from './fake/start-fake.ts';
export type { FakeAttributes } from './fake/tree.ts';
export { type FakePerson, fakeBaseDn, fakeGroupDn, fakeGroups, fakePeople } from './fake/world.ts';
