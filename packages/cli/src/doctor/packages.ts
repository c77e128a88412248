/** Packages of @im that are installed: versions, contract versions, peers that are missing or do not fit. */
import { existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { contractVersions } from '@im/core';
import { loadInstalled } from '../installed.ts';
import type { Finding } from './finding.ts';

const area = 'packages';
const scope = '@im';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

/** Looks at every package of the scope that Node would find from `cwd`. */
export async function examinePackages(cwd: string): Promise<readonly Finding[]> {
  const found = packagesFrom(cwd);
  if (found.length === 0)
    return [
      { area, level: 'warning', says: 'no package of @im is installed here', remedy: 'npm install @im/core' },
    ];
  const versions = found.map(({ manifest: { name, version } }) => `${name} ${version}`).join(', ');
  const { installed, problems } = await loadInstalled(cwd);
  const contracts = [...new Set(installed.map(({ definition }) => definition.contract))].join(', ');
  return [
    { area, level: 'fine', says: versions },
    {
      area,
      level: 'fine',
      says: `contract ${contracts || 'of no integration'}; core understands ${contractVersions.join(', ')}`,
    },
    ...problems.map(
      (says): Finding => ({
        area,
        level: 'wrong',
        says,
        remedy: 'install what it needs, in versions that fit',
      }),
    ),
    ...found.flatMap(examinePeers),
    ...examineCopies(found),
  ];
}

interface Found {
  readonly folder: string;
  readonly manifest: Manifest;
}

function packagesFrom(cwd: string): readonly Found[] {
  const found = new Map<string, Found>();
  for (const folder of above(cwd)) {
    const scoped = join(folder, 'node_modules', scope);
    if (!existsSync(scoped)) continue;
    for (const name of readdirSync(scoped)) {
      const manifest = readManifest(join(scoped, name));
      if (manifest !== undefined && !found.has(manifest.name))
        found.set(manifest.name, { folder: realpathSync(join(scoped, name)), manifest });
    }
  }
  return [...found.values()].sort((one, other) => (one.manifest.name < other.manifest.name ? -1 : 1));
}

function examinePeers({ folder, manifest }: Found): readonly Finding[] {
  const { name, peerDependencies = {}, peerDependenciesMeta = {} } = manifest;
  const missing: string[] = [];
  const findings = Object.entries(peerDependencies).flatMap(([peer, range]): readonly Finding[] => {
    const version = peerOf(folder, peer)?.version;
    const remedy = `npm install ${peer}@${/[ |<>]/.test(range) ? `'${range}'` : range}`;
    if (version === undefined && peerDependenciesMeta[peer]?.optional) missing.push(peer);
    else if (version === undefined)
      return [
        { area, level: 'wrong', says: `${name} needs ${peer} ${range}, which is not installed`, remedy },
      ];
    else if (!fits(version, range))
      return [
        { area, level: 'wrong', says: `${name} needs ${peer} ${range}, and ${version} is installed`, remedy },
      ];
    return [];
  });
  if (missing.length === 0) return findings;
  const says = `${name} can do more with ${missing.join(', ')}`;
  return [...findings, { area, level: 'note', says, remedy: `when you need it: npm install ${missing[0]}` }];
}

/** Two copies of core know nothing of each other's registrations. */
function examineCopies(found: readonly Found[]): readonly Finding[] {
  const core = found.find(({ manifest }) => manifest.name === '@im/core');
  return found.flatMap(({ folder, manifest }): readonly Finding[] => {
    if (manifest.peerDependencies?.['@im/core'] === undefined) return [];
    const own = peerOf(folder, '@im/core');
    if (own === undefined || core === undefined || own.folder === core.folder) return [];
    const says = `${manifest.name} has a copy of @im/core of its own (${own.version})`;
    return [{ area, level: 'warning', says, remedy: 'let all want the same version, then: npm dedupe' }];
  });
}

function peerOf(folder: string, peer: string): (Manifest & { readonly folder: string }) | undefined {
  for (const place of above(folder)) {
    const path = join(place, 'node_modules', peer);
    const manifest = readManifest(path);
    if (manifest !== undefined) return { ...manifest, folder: realpathSync(path) };
  }
  return undefined;
}

function readManifest(folder: string): Manifest | undefined {
  try {
    const value = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Partial<Manifest>;
    return typeof value.name === 'string'
      ? { ...value, name: value.name, version: value.version ?? '0.0.0' }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Whether a version is in a range, for the ranges that our packages write: `^1.2.3` and `>=1.2`. Others are let pass. */
export function fits(version: string, range: string): boolean {
  const [, operator, wanted = ''] = /^(\^|>=)\s*(\d+(?:\.\d+){0,2})$/.exec(range) ?? [];
  if (operator === undefined) return true;
  const [given, least] = [numbers(version), numbers(wanted)];
  if (compare(given, least) < 0) return false;
  if (operator === '>=') return true;
  // Caret: nothing left of the first number that is not zero may change.
  const fixed = least.findIndex((part) => part > 0);
  return least.slice(0, fixed < 0 ? 3 : fixed + 1).every((part, index) => part === given[index]);
}

function numbers(version: string): readonly number[] {
  const [major = 0, minor = 0, patch = 0] = version
    .replace(/[-+].*$/, '')
    .split('.')
    .map(Number);
  return [major, minor, patch];
}

function compare(one: readonly number[], other: readonly number[]): number {
  const index = one.findIndex((part, at) => part !== other[at]);
  return index < 0 ? 0 : (one[index] ?? 0) - (other[index] ?? 0);
}

function above(folder: string): readonly string[] {
  const next = dirname(folder);
  return next === folder ? [folder] : [folder, ...above(next)];
}
