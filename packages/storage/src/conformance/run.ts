/** Runs the cases, with or without a test runner. */
import { type CaseReport, type CaseResult, createPortSuite, type PortSuite } from '@im/testing';
import type { StorageAbility } from '../abilities.ts';
import { hasAbility } from '../abilities.ts';
import type { StorageDriver } from '../driver.ts';
import { createObjectStore } from '../object-store.ts';
import type { ObjectStore } from '../object-store.types.ts';
import { abilityCases } from './ability-cases.ts';
import { conditionCases } from './condition-cases.ts';
import { listCases } from './list-cases.ts';
import { objectCases } from './object-cases.ts';
import { scopeCases } from './scope-cases.ts';
import { transferCases } from './transfer-cases.ts';
import type { CaseContext, OpenStore, StorageCase, StorageHarness } from './types.ts';
import { uploadCases } from './upload-cases.ts';
import { versionCases } from './version-cases.ts';

/** All cases, in order of reading. */
export const storageCases: readonly StorageCase[] = [
  ...objectCases,
  ...transferCases,
  ...listCases,
  ...conditionCases,
  ...uploadCases,
  ...scopeCases,
  ...abilityCases,
  ...versionCases,
];

const leastPartBytes = 64 * 1024;
const largeBytes = 64 * 1024 * 1024;

function contextOf(opened: OpenStore, harness: StorageHarness): CaseContext {
  const { driver, again = driver, tamper } = opened;
  const partBytes = Math.max(leastPartBytes, driver.limits.minPartBytes);
  // Cases state in `needs` which abilities they use; the runner holds them to it.
  const open = (one: StorageDriver) =>
    createObjectStore(one, { name: 'suite', partBytes }) as unknown as ObjectStore<StorageAbility>;
  return {
    store: open(driver),
    other: open(again),
    driver,
    partBytes,
    largeBytes: harness.largeBytes ?? largeBytes,
    tamper,
  };
}

function whyNot(one: StorageCase, { driver, tamper }: CaseContext): string | undefined {
  const lacks = one.needs?.find((name) => !hasAbility(driver, name));
  if (lacks !== undefined) return `the driver does not declare ${lacks}`;
  if (one.without !== undefined && hasAbility(driver, one.without))
    return `the driver declares ${one.without}`;
  return one.tampers && tamper === undefined ? 'the harness cannot tamper' : undefined;
}

/** The suite, for whoever registers its cases as tests. */
export const storageSuite: PortSuite<StorageCase, StorageHarness> = createPortSuite({
  cases: storageCases,
  open: (harness: StorageHarness) => harness.open(),
  contextOf,
  whyNot,
});

/** Runs one case against a store of its own. */
export const runStorageCase: (one: StorageCase, harness: StorageHarness) => Promise<CaseResult> =
  storageSuite.run;

/** Runs every case, one after the other, or those that are named. */
export const runStorageConformance: (
  harness: StorageHarness,
  options?: { readonly ids?: readonly string[] | undefined },
) => Promise<CaseReport> = storageSuite.runAll;
