/**
 * The floor rule: imports go down only.
 *
 * Every package states its floor in its manifest (`"im": { "floor": "plumb" }`); a provider (`"im": { "integration":
 * … }`) stands on `adapt`. `tools`, `examples` and `benchmarks` stand above all of them, and nobody imports them. Read
 * are all imports there are: static, type only, re-exports, dynamic ones and `import('x')` types. For each file:
 *
 * 1. A workspace package is imported only from a higher floor; never from the same one, so never by another provider.
 * 2. `@im/testing` is for tests and for what only a `./testing` or `./vitest` entry reaches; there every floor but the ground may
 *    have it, and tests of the ground too. Up from `serve`, where sandboxes are run, it is a package like any other.
 *    A file is a test when it is named `*.test.ts`, or when no entry of its package reaches it.
 * 3. A relative import stays inside its package. Only `benchmarks` measure what packages do not export, and `examples` use `tools`
 *    of this repository, such as the registry on loopback.
 * 4. What is imported is declared: in the package's own manifest; for tests also in the root's.
 * 5. Node's own modules are written `node:…`.
 */
import { builtinModules } from 'node:module';
import type { Fault } from '../lib/fault.ts';
import {
  commandFiles,
  entryFile,
  floors,
  type Manifest,
  sourceFiles,
  type Workspace,
  type WorkspacePackage,
} from '../lib/workspace.ts';
import { type Import, importsOf, resolveRelative, splitSpecifier } from './imports.ts';

/** Folders of sources beside the packages. */
const topFolders = ['tools', 'examples', 'benchmarks'];
const testingPackage = '@im/testing';
const builtins = new Set(builtinModules);

/** On which side of a package a file is: shipped for production, shipped for tests, or a test itself. */
type Side = 'production' | 'testing' | 'test';

interface Place {
  readonly workspace: Workspace;
  /** Absent in a top folder. */
  readonly from: WorkspacePackage | undefined;
  /** `packages/http` or `tools`: relative imports stay below it. */
  readonly folder: string;
  readonly file: string;
  readonly side: Side;
}

/** Everything that breaks the rule, with both files named. */
export function checkFloors(workspace: Workspace): Fault[] {
  const faults: Fault[] = [];
  for (const one of workspace.packages) {
    if (one.floor === undefined || !floors.includes(one.floor))
      faults.push({
        place: `${one.folder}/package.json`,
        says: `names no floor; write "im": { "floor": one of ${floors.join(', ')} }, or "im": { "integration": id } for a provider`,
      });
    faults.push(...checkFolder(workspace, one.folder, one));
  }
  for (const folder of topFolders) faults.push(...checkFolder(workspace, folder, undefined));
  return faults;
}

function checkFolder(workspace: Workspace, folder: string, from: WorkspacePackage | undefined): Fault[] {
  const files = sourceFiles(workspace.root, folder);
  const imports = new Map(files.map((file) => [file, importsOf(workspace.root, file)]));
  const production =
    from === undefined ? new Set(files) : reachedFrom(from, imports, (subpath) => !isTesting(subpath));
  const shipped = from === undefined ? production : reachedFrom(from, imports, isTesting);
  return files.flatMap((file) => {
    const side: Side = production.has(file) ? 'production' : shipped.has(file) ? 'testing' : 'test';
    const place: Place = { workspace, from, folder, file, side };
    return (imports.get(file) ?? []).flatMap((one) => {
      const says = checkImport(place, one.specifier);
      return says === undefined ? [] : [{ place: `${file}:${one.line}`, says }];
    });
  });
}

function isTesting(subpath: string): boolean {
  return subpath.endsWith('/testing') || subpath.endsWith('/vitest');
}

/** The files that the entries whose subpath is `wanted` reach inside the package; commands go with `.`. */
function reachedFrom(
  from: WorkspacePackage,
  imports: ReadonlyMap<string, readonly Import[]>,
  wanted: (subpath: string) => boolean,
): Set<string> {
  const entries = Object.keys(from.manifest.exports ?? {})
    .filter(wanted)
    .flatMap((subpath) => entryFile(from, subpath) ?? []);
  const reached = new Set<string>();
  const visit = (file: string): void => {
    const found = imports.get(file);
    if (found === undefined || reached.has(file)) return;
    reached.add(file);
    for (const { specifier } of found) if (specifier.startsWith('.')) visit(resolveRelative(file, specifier));
  };
  [...entries, ...(wanted('.') ? commandFiles(from) : [])].forEach(visit);
  return reached;
}

function checkImport(place: Place, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return checkRelative(place, specifier);
  if (specifier.startsWith('node:')) return undefined;
  const [name, subpath] = splitSpecifier(specifier);
  if (builtins.has(name)) return `imports ${specifier}; write node:${specifier}`;
  const target = place.workspace.packages.find((one) => one.name === name);
  return (target && checkFloor(place, target, subpath)) ?? checkDeclared(place, name);
}

function checkRelative({ folder, file }: Place, specifier: string): string | undefined {
  const target = resolveRelative(file, specifier);
  const isFree = folder === 'benchmarks' || (folder === 'examples' && target.startsWith('tools/'));
  if (target.startsWith(`${folder}/`) || isFree) return undefined;
  return `reaches into ${target}; import the package by its name`;
}

function checkFloor({ from, side }: Place, target: WorkspacePackage, subpath: string): string | undefined {
  if (from === undefined) return undefined;
  const to = entryFile(target, subpath) ?? `${target.folder}/package.json`;
  if (from === target)
    return side === 'test' ? undefined : `imports its own package by name (${to}); import the file`;
  if (target.name === testingPackage && side !== 'production') {
    if (side === 'test' || from.floor !== 'ground') return undefined;
  }
  const isHigh = from.floor !== undefined && floors.indexOf(from.floor) >= floors.indexOf('serve');
  if (target.name === testingPackage && side === 'production' && !isHigh)
    return `imports ${to} outside tests and the ./testing and ./vitest entries`;
  if (from.floor === undefined || target.floor === undefined) return undefined;
  if (floors.indexOf(target.floor) < floors.indexOf(from.floor)) return undefined;
  if (from.floor === 'adapt' && target.floor === 'adapt') return `imports another provider (${to})`;
  const word = from.floor === target.floor ? 'sideways' : 'up';
  return `imports ${word}: ${to} stands on ${target.floor}, this file on ${from.floor}`;
}

function checkDeclared({ workspace, from, side }: Place, name: string): string | undefined {
  const root = workspace.manifest;
  const isWorkspacePackage = workspace.packages.some((one) => one.name === name);
  if (from === undefined)
    return isWorkspacePackage || declares(root, name, true)
      ? undefined
      : `imports ${name}, which the root package.json does not declare`;
  if (from.name === name || declares(from.manifest, name, side === 'test')) return undefined;
  if (side === 'test' && (name === testingPackage || declares(root, name, true))) return undefined;
  return `imports ${name}, which ${from.folder}/package.json does not declare`;
}

function declares(manifest: Manifest, name: string, development: boolean): boolean {
  const lists = [manifest.dependencies, manifest.peerDependencies, manifest.optionalDependencies];
  if (development) lists.push(manifest.devDependencies);
  return lists.some((list) => list !== undefined && name in list);
}
