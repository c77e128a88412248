/** A fake of SES, and what the conformance suite needs to run it. For tests and for the sandbox. */
export { harness } from './fake/harness.ts';
export { builtInIdentities, type SesFake, startFake } from './fake/start-fake.ts';
export type { StoredEmail, StoredTemplate } from './fake/state.ts';
