export { type Canaries, type CanarySighting, createCanary, findCanaries, shortestCanary } from './canary.ts';
export { createVirtualClock, type VirtualClock } from './clock.ts';
export type {
  Exchange,
  FakeRequest,
  FakeResponse,
  FakeRoutes,
  FakeServer,
  FakeServerOptions,
  Fault,
  FaultRule,
} from './fake-server.ts';
export type { Harness, ProviderFake, Samples, StartFakeOptions } from './harness.ts';
export { startFakeServer } from './start-fake-server.ts';
export { type StateStoreCase, type StateStoreHarness, stateStoreCases } from './state-store-cases.ts';
