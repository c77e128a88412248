/** A fake of Azure Service Bus, and what the conformance suite needs to run it. For tests and for the sandbox. */
export { type FakeMessage, FakeQueue, type FakeQueueSettings, type SentMessage } from './fake/broker.ts';
export {
  type FakeCredentials,
  harness,
  harnessBy,
  type ServiceBusFake,
  sampleEntities,
  sampleTenant,
  startFake,
} from './fake/start-fake.ts';
export type { BusWorld, FakePolicy, FakeTopic } from './fake/world.ts';
