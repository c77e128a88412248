/** A fake of SNS, and what the conformance suite needs to run it. For tests and for the sandbox. */
export type { FakeDelivery } from './fake/deliveries.ts';
export { harness, sampleNames } from './fake/harness.ts';
export { builtInTopics, type SnsFake, type SnsFakeOptions, startFake } from './fake/start-fake.ts';
export type { FakeSubscription, FakeTopic, StoredNotification } from './fake/state.ts';
