/**
 * The lock file must serve `npm ci` everywhere:
 * 1. It names no registry (`resolved`), so that whoever installs uses their own.
 * 2. Every optional dependency has an entry. npm leaves out binaries of other platforms that it could not fetch when
 *    it wrote the lock, and then `npm ci` refuses on those platforms.
 * 3. Everything fetched has a checksum.
 */
import { join } from 'node:path';
import type { Fault } from '../lib/fault.ts';
import { readJson } from '../lib/workspace.ts';

interface LockEntry {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly inBundle?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** Faults of `package-lock.json` in `root`. */
export function checkLock(root: string): Fault[] {
  const { packages } = readJson<{ readonly packages: Readonly<Record<string, LockEntry>> }>(
    join(root, 'package-lock.json'),
  );
  return Object.entries(packages).flatMap(([path, entry]) =>
    faultsOf(path, entry, packages).map((says) => ({
      place: `package-lock.json, ${path === '' ? 'root' : path}`,
      says,
    })),
  );
}

function faultsOf(path: string, entry: LockEntry, packages: Readonly<Record<string, LockEntry>>): string[] {
  const fetched = path.includes('node_modules/') && !entry.link;
  const missing = Object.keys(entry.optionalDependencies ?? {}).filter(
    (name) => !isLocked(path, name, packages),
  );
  return [
    ...(fetched && entry.resolved !== undefined
      ? ['names a registry ("resolved"); write the lock with omit-lockfile-registry-resolved']
      : []),
    ...(fetched && entry.integrity === undefined && !entry.inBundle ? ['has no checksum ("integrity")'] : []),
    ...missing.map((name) => `its optional dependency ${name} has no entry, so npm ci will refuse`),
  ];
}

/** Looks where Node would: in the package's own folder, then in each folder around it. */
function isLocked(path: string, name: string, packages: Readonly<Record<string, LockEntry>>): boolean {
  const folders = path.split('/').map((_, index, parts) => `${parts.slice(0, index + 1).join('/')}/`);
  return [...folders, ''].some((folder) => `${folder}node_modules/${name}` in packages);
}
