/** A fake of Azure Queue Storage, and what the conformance suite needs to run it. For tests and for the sandbox. */
export {
  type FakeCredentials,
  harness,
  harnessBy,
  type QueueFake,
  sampleQueue,
  sampleTenant,
  startFake,
} from './fake/start-fake.ts';
export type { FakeMessage, FakeQueue, FakeQueueStore } from './fake/store.ts';
