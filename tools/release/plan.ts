/** What a release would do: which packages get which version, and why. */
import semver from 'semver';
import type { Manifest } from '../lib/workspace.ts';
import { type Bump, bumpOf, type Commit, concerns } from './commits.ts';

/** A package as it is now. */
export interface Member {
  readonly name: string;
  /** `packages/spotify` */
  readonly folder: string;
  readonly manifest: Manifest;
  /** Since its last release, or since ever. */
  readonly commits: readonly Commit[];
  /** Whether it was released before. */
  readonly isReleased: boolean;
}

/** One package that is to be released. */
export interface PlannedRelease {
  readonly name: string;
  readonly folder: string;
  readonly from: string;
  readonly to: string;
  readonly bump: Bump | undefined;
  readonly commits: readonly Commit[];
  /** `first`: it was never released. `changes`: users notice something. `range`: a package that it needs left the range that it states. */
  readonly why: 'first' | 'changes' | 'range';
  /** Ranges that it states anew, by the name of the package. */
  readonly ranges: Readonly<Record<string, string>>;
}

/** `1.2.3` moved on. */
export function bumped(version: string, bump: Bump): string {
  const next = semver.inc(version, bump);
  if (next === null) throw new Error(`${version} is no version`);
  return next;
}

/** The text of a manifest as `release` writes it. */
export function releasedManifest(text: string, { to, ranges }: PlannedRelease): string {
  return Object.entries(ranges).reduce(
    (before, [needed, range]) => before.replaceAll(new RegExp(`("${needed}": ")[^"]+`, 'g'), `$1${range}`),
    text.replace(/("version": ")[^"]+/, `$1${to}`),
  );
}

const kinds = ['dependencies', 'peerDependencies', 'devDependencies'] as const;

/** Ranges of packages of ours that `manifest` states. Those of development are not published, but npm links by them. */
export function rangesOf(manifest: Manifest, names: ReadonlySet<string>): Readonly<Record<string, string>> {
  const all = kinds.flatMap((kind) => Object.entries(manifest[kind] ?? {}));
  return Object.fromEntries(all.filter(([name]) => names.has(name)));
}

/**
 * Plans. A package is released for its own commits, and when one that it needs leaves the range that it states; then the next is asked the
 * same of it. A patch in core so releases core alone.
 */
export function planRelease(members: readonly Member[]): readonly PlannedRelease[] {
  const names = new Set(members.map(({ name }) => name));
  const plan = new Map<string, PlannedRelease>();
  const versionOf = (name: string) =>
    plan.get(name)?.to ?? members.find((member) => member.name === name)?.manifest.version ?? '0.0.0';

  for (const { name, folder, manifest, commits, isReleased } of members) {
    const from = manifest.version ?? '0.0.0';
    const own = commits.filter((commit) => concerns(commit, folder));
    const bump = bumpOf(own, from);
    const base = { name, folder, from, commits: own, ranges: {} };
    if (!isReleased) plan.set(name, { ...base, to: from, bump: undefined, why: 'first' });
    else if (bump !== undefined) plan.set(name, { ...base, to: bumped(from, bump), bump, why: 'changes' });
  }
  for (let isSettled = false; !isSettled; ) {
    isSettled = true;
    for (const { name, folder, manifest } of members) {
      const left = Object.entries(rangesOf(manifest, names))
        .filter(([needed, range]) => !semver.satisfies(versionOf(needed), range))
        .map(([needed]) => [needed, `^${versionOf(needed)}`] as const);
      const known = plan.get(name);
      const ranges = Object.fromEntries(left);
      if (JSON.stringify(known?.ranges ?? {}) === JSON.stringify(ranges)) continue;
      const from = manifest.version ?? '0.0.0';
      const added = {
        name,
        folder,
        from,
        to: bumped(from, 'patch'),
        bump: 'patch',
        commits: [],
        why: 'range',
      } as const;
      plan.set(name, { ...(known ?? added), ranges });
      isSettled = false;
    }
  }
  return [...plan.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}
