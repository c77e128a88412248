export { type Canaries, type CanarySighting, createCanary, findCanaries, shortestCanary } from './canary.ts';
export { conformanceCases } from './cases.ts';
export { createVirtualClock, type VirtualClock } from './clock.ts';
export { Suite } from './conformance/suite.ts';
export { type TenantStep, tenantSteps } from './conformance/tenant-cases.ts';
export type { ConformanceCase, ConformanceReport, ConformanceResult } from './conformance/types.ts';
export { openSuite, runCase, runConformance } from './conformance.ts';
export { type Cutter, type CutterOptions, startCutter } from './cutter.ts';
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
export {
  type KilledUpload,
  type KilledUploadPlan,
  runKilledUpload,
  type UploadStore,
  uploadInSpiteOfKills,
} from './killed-upload.ts';
export { memory, memoryHarness, memoryOptions, type Note } from './memory-integration.ts';
export { bytesInUse, createMemoryMeter, type MemoryMeter } from './memory-meter.ts';
export {
  type CaseReport,
  type CaseResult,
  createPortSuite,
  type PortCase,
  type PortSuite,
  type PortSuiteParts,
} from './port-suite.ts';
export { createRandom } from './random.ts';
export { type SecretShape, secretShapes } from './secret-shapes.ts';
export { startFakeServer } from './start-fake-server.ts';
export { type StateStoreCase, type StateStoreHarness, stateStoreCases } from './state-store-cases.ts';
export {
  deliverWebhooks,
  type WebhookDelivery,
  type WebhookDeliveryOptions,
  type WebhookFaults,
  type WebhookPayload,
  type WebhookReceiver,
} from './webhook-delivery.ts';
export { type KilledJob, runInSpiteOfKills, startWorker, type Worker } from './worker.ts';
