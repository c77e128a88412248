/** A fake of BigQuery, and what the conformance suite needs to run it. For tests and for the sandbox. */
export { fakeProject } from '../common/fake/service.ts';
export type { FakeRow } from './fake/cells.ts';
export { type BigqueryFake, harness, sampleData, sampleFields, startFake } from './fake/start-fake.ts';
export type {
  BigqueryWorld,
  FakeAnswer,
  FakeDataset,
  FakeJob,
  FakeParameters,
  FakeTable,
  JobOutcome,
} from './fake/world.ts';
