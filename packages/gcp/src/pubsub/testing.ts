/** A fake of Pub/Sub, and what the conformance suite needs to run it. For tests and for the sandbox. */
export { fakeProject } from '../common/fake/service.ts';
export { type FakePushToken, pushBody } from './fake/push.ts';
export { harness, type PubsubFake, sampleNames, startFake } from './fake/start-fake.ts';
export type {
  Copy,
  FakeSnapshot,
  FakeSubscription,
  FakeTopic,
  PubsubWorld,
  StoredMessage,
} from './fake/world.ts';
