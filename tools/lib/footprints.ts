/** What installing each package alone brings, as it was last measured: the budget that `npm run consume` holds, and a column of the README. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What came with one package. */
export interface Installed {
  /** Itself among them. */
  readonly packages: number;
  readonly megabytes: number;
}

/** By name. */
export type Footprints = Readonly<Record<string, Installed>>;

const file = (root: string) => join(root, 'tools/release/footprints.json');

/** As they stand in the repository; none where nothing was measured. */
export function readFootprints(root: string): Footprints {
  if (!existsSync(file(root))) return {};
  return JSON.parse(readFileSync(file(root), 'utf8')) as Footprints;
}

/** Writes them, by name. */
export function writeFootprints(root: string, footprints: Footprints): void {
  const sorted = Object.fromEntries(
    Object.entries(footprints).sort(([one], [other]) => (one < other ? -1 : 1)),
  );
  writeFileSync(file(root), `${JSON.stringify(sorted, undefined, 2)}\n`);
}

/** How much larger an installation may become before it is a fault: releases of others move it a little. */
const tolerance = 1.1;

/** What is wrong with `now`; empty: it keeps to the budget. */
export function overBudget(now: Installed, budget: Installed | undefined): readonly string[] {
  if (budget === undefined) return ['has no budget: npm run consume -- --write'];
  return [
    ...(now.packages > budget.packages * tolerance
      ? [`brings ${now.packages} packages, and its budget is ${budget.packages}`]
      : []),
    ...(now.megabytes > budget.megabytes * tolerance
      ? [`brings ${now.megabytes} MB, and its budget is ${budget.megabytes}`]
      : []),
  ];
}
