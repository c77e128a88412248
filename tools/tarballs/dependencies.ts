/** What a package of the workspace stands on in production, to the last one, in the versions that `package-lock.json` names. */
import { join } from 'node:path';
import { readJson, type Workspace, type WorkspacePackage } from '../lib/workspace.ts';

/** The part of an entry of the lock file that is read. */
interface LockEntry {
  readonly name?: string;
  readonly version?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly deprecated?: string;
  readonly link?: boolean;
  readonly resolved?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** The lock file's entries by path: `node_modules/zod`. */
export type Lock = Readonly<Record<string, LockEntry>>;

/** One package that another one stands on. */
export interface Dependency {
  /** From the root: `node_modules/got`, `packages/core`. */
  readonly path: string;
  readonly name: string;
  readonly version: string;
  /** `sha512-…` of its tarball; absent in a package of the workspace. */
  readonly integrity: string | undefined;
  /** Why its authors gave it up; absent: they did not. */
  readonly deprecated: string | undefined;
  /** Whether it is there by an optional peer or an optional dependency alone. */
  readonly optional: boolean;
  /** Paths of those that it needs itself. */
  readonly needs: readonly string[];
}

/** Reads the lock file of `root`. */
export function readLock(root: string): Lock {
  return readJson<{ readonly packages: Lock }>(join(root, 'package-lock.json')).packages;
}

/** Everything that `member` needs, itself first, then by path. */
export function dependenciesOf(member: WorkspacePackage, lock: Lock): readonly Dependency[] {
  const found = new Map<
    string,
    { readonly entry: LockEntry; readonly optional: boolean; readonly needs: string[] }
  >();
  /** First what is needed, so that what is reached both ways counts as needed. */
  const visit = (path: string, optional: boolean): void => {
    const entry = lock[path];
    const known = found.get(path);
    if (entry === undefined || (known !== undefined && (optional || !known.optional))) return;
    const needs: string[] = known?.needs ?? [];
    found.set(path, { entry, optional, needs });
    for (const wanted of wantedBy(entry)) {
      const target = locate(path, wanted.name, lock);
      if (target === undefined) continue;
      if (!needs.includes(target)) needs.push(target);
      visit(target, optional || wanted.optional);
    }
  };
  visit(member.folder, false);
  const [root, ...others] = [...found].map(([path, { entry, optional, needs }]) => ({
    path,
    name: entry.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
    version: entry.version ?? '0.0.0',
    integrity: entry.integrity,
    deprecated: entry.deprecated,
    optional,
    needs: needs.toSorted(),
  }));
  if (root === undefined) throw new Error(`package-lock.json has no entry ${member.folder}`);
  return [root, ...others.sort((one, other) => (one.path < other.path ? -1 : 1))];
}

/** Of all packages of the workspace, each dependency once, without the workspace's own. */
export function foreignDependencies(workspace: Workspace, lock: Lock): readonly Dependency[] {
  const all = workspace.packages.flatMap((member) => dependenciesOf(member, lock));
  const byPath = new Map(
    all.filter(({ path }) => path.includes('node_modules/')).map((one) => [one.path, one]),
  );
  return [...byPath.values()].sort((one, other) => (one.path < other.path ? -1 : 1));
}

function wantedBy(entry: LockEntry): { readonly name: string; readonly optional: boolean }[] {
  const peers = Object.keys(entry.peerDependencies ?? {}).map((name) => ({
    name,
    optional: entry.peerDependenciesMeta?.[name]?.optional ?? false,
  }));
  return [
    ...Object.keys(entry.dependencies ?? {}).map((name) => ({ name, optional: false })),
    ...Object.keys(entry.optionalDependencies ?? {}).map((name) => ({ name, optional: true })),
    // vitest is the consumer's own tool: what is for tests alone is no production.
    ...peers.filter(({ name }) => name !== 'vitest'),
  ];
}

/** Where Node finds `name` from `path`: in its own folder, then in each around it. Links are followed. */
function locate(path: string, name: string, lock: Lock): string | undefined {
  const parts = path.split('/');
  for (let depth = parts.length; depth >= 0; depth -= 1) {
    const folder = parts.slice(0, depth).join('/');
    const candidate = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
    const entry = lock[candidate];
    if (entry !== undefined) return entry.link ? entry.resolved : candidate;
  }
  return undefined;
}
