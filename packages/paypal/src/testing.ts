/** A fake of PayPal, and what the conformance suite needs to run it. For tests and for the sandbox. */
export type { Account, AccountSettings, Behaviour, Source, StoredEvent } from './fake/account.ts';
export type { Decision } from './fake/approval.ts';
export type { Complaint } from './fake/disputes.ts';
export { harness } from './fake/harness.ts';
export { type TestMethod, testCustomer, testMethods } from './fake/methods.ts';
export type { LedgerLine, PaypalFake, StartPaypalFakeOptions } from './fake/paypal-fake.ts';
export type { SignedDelivery } from './fake/signing.ts';
export { startFake } from './fake/start-fake.ts';
export { sampleTenant, starterIds } from './fake/starter-ids.ts';
