export type { CaseReport as StorageReport, CaseResult as StorageResult } from '@im/testing';
export { oddKeys } from './conformance/help.ts';
export { runStorageCase, runStorageConformance, storageCases } from './conformance/run.ts';
export type {
  CaseContext,
  OpenStore,
  StorageCase,
  StorageHarness,
} from './conformance/types.ts';
