/** The suite as vitest tests. Only this file imports vitest. */
import { describePort } from '@im/testing/vitest';
import { storageSuite } from './conformance/run.ts';
import type { StorageHarness } from './conformance/types.ts';

/** Registers every case as a test; one that does not apply is shown as skipped, with the reason. */
export function describeStorage(name: string, harness: StorageHarness): void {
  describePort(`${name} is an object store`, storageSuite, harness, { timeoutMs: 120_000 });
}
