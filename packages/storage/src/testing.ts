export { oddKeys } from './conformance/help.ts';
export { runStorageCase, runStorageConformance, storageCases } from './conformance/run.ts';
export type {
  CaseContext,
  OpenStore,
  StorageCase,
  StorageHarness,
  StorageReport,
  StorageResult,
} from './conformance/types.ts';
