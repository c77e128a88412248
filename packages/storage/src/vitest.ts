/** The suite as vitest tests. Only this file imports vitest. */
import { describe, it } from 'vitest';
import { runStorageCase, storageCases } from './conformance/run.ts';
import type { StorageHarness } from './conformance/types.ts';

/** Registers every case as a test; one that does not apply is shown as skipped, with the reason. */
export function describeStorage(name: string, harness: StorageHarness): void {
  describe(`${name} is an object store`, () => {
    for (const each of storageCases)
      it(`${each.title} (${each.id})`, { timeout: 120_000 }, async ({ skip }) => {
        const { outcome, says } = await runStorageCase(each, harness);
        if (outcome === 'not applicable') skip(says);
        if (outcome === 'failed') throw new Error(says);
      });
  });
}
