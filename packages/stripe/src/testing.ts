/** A fake of Stripe on loopback, for tests and the sandbox. */
export type { Account } from './fake/account.ts';
export { harness, sampleIds } from './fake/harness.ts';
export type { LedgerLine } from './fake/ledger.ts';
export { type StartStripeFakeOptions, type StripeFake, sampleTenant, startFake } from './fake/start-fake.ts';
