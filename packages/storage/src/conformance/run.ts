/** Runs the cases, with or without a test runner. */
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
import type {
  CaseContext,
  OpenStore,
  StorageCase,
  StorageHarness,
  StorageReport,
  StorageResult,
} from './types.ts';
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

/** Runs one case against a store of its own. */
export async function runStorageCase(one: StorageCase, harness: StorageHarness): Promise<StorageResult> {
  const { id, title } = one;
  try {
    const opened = await harness.open();
    try {
      const context = contextOf(opened, harness);
      const says = whyNot(one, context);
      if (says !== undefined) return { id, title, outcome: 'not applicable', says };
      await one.run(context);
    } finally {
      await opened.close?.();
    }
    return { id, title, outcome: 'passed' };
  } catch (error) {
    return { id, title, outcome: 'failed', says: error instanceof Error ? error.message : String(error) };
  }
}

/** Runs every case, one after the other, or those that are named. */
export async function runStorageConformance(
  harness: StorageHarness,
  options: { readonly ids?: readonly string[] | undefined } = {},
): Promise<StorageReport> {
  const results: StorageResult[] = [];
  for (const one of storageCases)
    if (options.ids?.includes(one.id) ?? true) results.push(await runStorageCase(one, harness));
  const count = (outcome: StorageResult['outcome']) =>
    results.filter((one) => one.outcome === outcome).length;
  return {
    passed: count('passed'),
    failed: count('failed'),
    notApplicable: count('not applicable'),
    results,
  };
}
