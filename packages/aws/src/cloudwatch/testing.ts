/** A fake of CloudWatch, and what the conformance suite needs to run it. For tests and for the sandbox. */
export { harness } from './fake/harness.ts';
export {
  builtInAlarms,
  builtInMetrics,
  type CloudwatchFake,
  type CloudwatchFakeOptions,
  startFake,
} from './fake/start-fake.ts';
export type { FakeAlarm, FakeDatum, FakeMetric, FakeTransition } from './fake/state.ts';
