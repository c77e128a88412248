/**
 * Advisories from a folder, for a machine whose registry gives none: records of the Open Source Vulnerability format, a JSON file each, as
 * GitHub's advisory database and osv.dev give them out (all of npm in one archive).
 *
 * @see {@link https://ossf.github.io/osv-schema/ | OSV schema}
 */
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import semver from 'semver';
import { readJson } from '../lib/workspace.ts';
import type { Vulnerability } from './audit.ts';
import type { Dependency } from './dependencies.ts';

/** One moment in the life of a fault, in order (OSV schema, `affected[].ranges[].events`). */
type Event =
  | { readonly introduced: string }
  | { readonly fixed: string }
  | { readonly last_affected: string }
  | { readonly limit: string };

interface Affected {
  readonly package?: { readonly ecosystem: string; readonly name: string };
  readonly ranges?: readonly { readonly type: string; readonly events: readonly Event[] }[];
  /** Versions by name. */
  readonly versions?: readonly string[];
}

/** The part of a record that is read. */
export interface Advisory {
  readonly id: string;
  readonly summary?: string;
  /** Since when it is no advisory any more. */
  readonly withdrawn?: string;
  readonly affected?: readonly Affected[];
  readonly database_specific?: { readonly severity?: string };
}

/**
 * Reads all records below `folder`.
 * @throws Error when the folder is not there or holds none: nothing known is not the same as nothing found
 */
export function readAdvisories(folder: string): readonly Advisory[] {
  if (!existsSync(folder)) throw new Error(`IM_ADVISORIES names no folder: ${folder}`);
  const advisories = globSync('**/*.json', { cwd: folder })
    .map((file) => readJson<Partial<Advisory>>(join(folder, file)))
    .filter((record): record is Advisory => record.id !== undefined && record.affected !== undefined);
  if (advisories.length === 0)
    throw new Error(
      `IM_ADVISORIES names a folder without records: ${folder}; unpack npm's archive of osv.dev there`,
    );
  return advisories;
}

/** What `advisories` say of `dependencies`, one finding for each package and advisory. */
export function findVulnerabilities(
  dependencies: readonly Dependency[],
  advisories: readonly Advisory[],
): readonly Vulnerability[] {
  const byName = Map.groupBy(dependencies, ({ name }) => name);
  return advisories
    .filter(({ withdrawn }) => withdrawn === undefined)
    .flatMap(({ id, summary = '', affected = [], database_specific }) =>
      affected.flatMap((one) => {
        if (one.package?.ecosystem !== 'npm') return [];
        const hit = (byName.get(one.package.name) ?? []).filter(({ version }) => isAffected(version, one));
        return [...new Set(hit.map(({ version }) => version))].map((version) => ({
          name: one.package?.name ?? '',
          // Records of malicious packages state none.
          severity: (database_specific?.severity ?? 'critical').toLowerCase(),
          range: version,
          advisories: [`${id} ${summary}`.trim()],
        }));
      }),
    )
    .sort((one, other) => one.name.localeCompare(other.name));
}

function isAffected(version: string, { versions = [], ranges = [] }: Affected): boolean {
  return (
    versions.includes(version) ||
    ranges.some(({ type, events }) => type === 'SEMVER' && isBetween(version, events))
  );
}

/** The last event at or before the version decides (OSV schema, "Evaluation"). */
function isBetween(version: string, events: readonly Event[]): boolean {
  let inside = false;
  for (const event of events) {
    if ('introduced' in event)
      inside ||= event.introduced === '0' || semver.gte(version, event.introduced, true);
    if ('fixed' in event && semver.gte(version, event.fixed, true)) inside = false;
    if ('last_affected' in event && semver.gt(version, event.last_affected, true)) inside = false;
  }
  return inside;
}
