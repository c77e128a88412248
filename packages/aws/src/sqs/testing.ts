/** A fake of SQS, and what the conformance suite needs to run it. For tests and for the sandbox. */
export { harness, sampleNames } from './fake/harness.ts';
export type { StoredMessage } from './fake/message.ts';
export type { FakeQueue } from './fake/queue.ts';
export { builtInQueues, type SqsFake, startFake } from './fake/start-fake.ts';
