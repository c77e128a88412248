/** The suites as vitest tests. Only this file imports vitest. */
import { describe, it } from 'vitest';
import { type StateStoreHarness, stateStoreCases } from './state-store-cases.ts';

/** Registers every case for state stores as a test. */
export function describeStateStore(name: string, harness: StateStoreHarness): void {
  describe(`${name} is a StateStore`, () => {
    for (const each of stateStoreCases) it(`${each.title} (${each.id})`, () => each.run(harness));
  });
}
