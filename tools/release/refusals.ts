/** What stands in the way of a release, all of it at once, before anything is written or uploaded. */
import semver from 'semver';
import type { Fault } from '../lib/fault.ts';
import { type Member, type PlannedRelease, rangesOf } from './plan.ts';

/** What is looked at. */
export interface Situation {
  readonly members: readonly Member[];
  readonly plan: readonly PlannedRelease[];
  /** Lines of `git status --porcelain`. */
  readonly uncommitted: readonly string[];
  readonly branch: string;
  /** Where it would go. */
  readonly registry: string;
  /** Where it may go. */
  readonly allowed: readonly string[];
  /** Versions that the registry has, by package. */
  readonly existing: ReadonlyMap<string, readonly string[]>;
}

/** The registry of the public, and any on this machine for rehearsals. */
export function isAllowed(registry: string, allowed: readonly string[]): boolean {
  const { hostname, href } = new URL(registry);
  return hostname === '127.0.0.1' || allowed.includes(href);
}

/** Everything that is wrong, with what to do about it. */
export function refusals(situation: Situation): readonly Fault[] {
  const { members, plan, uncommitted, branch, registry, allowed, existing } = situation;
  const names = new Set(members.map(({ name }) => name));
  const next = new Map(members.map(({ name, manifest }) => [name, manifest.version ?? '0.0.0']));
  for (const { name, to } of plan) next.set(name, to);
  const stated = new Map(plan.map(({ name, ranges }) => [name, ranges]));
  return [
    ...(uncommitted.length > 0
      ? [
          {
            place: 'git',
            says: `${uncommitted.length} files are not committed (${uncommitted.slice(0, 3).join(', ')}…): commit them, or stash them`,
          },
        ]
      : []),
    ...(branch === 'main'
      ? []
      : [{ place: 'git', says: `this is the branch ${branch}: releases are made from main` }]),
    ...(isAllowed(registry, allowed)
      ? []
      : [
          {
            place: 'registry',
            says: `${registry} is not one of ${allowed.join(', ')}: give another one by --registry`,
          },
        ]),
    ...plan
      .filter(({ name, to }) => existing.get(name)?.includes(to))
      .map(({ name, to }) => ({
        place: name,
        says: `${to} is published already: its tag is missing here (git fetch --tags), or its version was not moved`,
      })),
    ...members.flatMap(({ name, manifest }) =>
      Object.entries({ ...rangesOf(manifest, names), ...stated.get(name) })
        .filter(([needed, range]) => !semver.satisfies(next.get(needed) ?? '0.0.0', range))
        .map(([needed, range]) => ({
          place: name,
          says: `needs ${needed} ${range}, and the workspace has ${next.get(needed)}: widen the range`,
        })),
    ),
  ];
}
