/** A fake of Adyen, and what the conformance suite needs to run it. For tests and for the sandbox. */
export type { FakeAccount, FakeItem, FakePayment } from './fake/account.ts';
export type { AdyenFake, LedgerLine, StartAdyenFakeOptions } from './fake/adyen-fake.ts';
export { cardKinds, encryptCard, encryptField, type TestCard } from './fake/cards.ts';
export { starter, starterToken } from './fake/furnish.ts';
export { harness } from './fake/harness.ts';
export { sampleTenant, startFake } from './fake/start-fake.ts';
export type { SignOptions } from './fake/webhooks.ts';
