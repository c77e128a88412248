/** Licences of everything that users install with our packages, as the installed manifests say, against a list of those that are allowed. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from '../lib/fault.ts';
import { readJson, type Workspace } from '../lib/workspace.ts';
import { type Dependency, foreignDependencies, type Lock } from './dependencies.ts';

/** SPDX ids of licences that ask for no more than to be named. */
export const allowedLicences: readonly string[] = readJson(
  join(import.meta.dirname, 'allowed-licences.json'),
);

/** What a manifest says of its licence, in the forms that are found in the wild. */
interface LicenceFields {
  readonly license?: string | { readonly type?: string };
  readonly licenses?: readonly { readonly type?: string }[];
}

/** The SPDX expression of an installed package; `undefined` where it says none, or is not installed. */
export function licenceOf(root: string, path: string): string | undefined {
  const file = join(root, path, 'package.json');
  if (!existsSync(file)) return undefined;
  const { license, licenses } = readJson<LicenceFields>(file);
  if (typeof license === 'string') return license;
  return license?.type ?? licenses?.map(({ type }) => type).join(' OR ');
}

/** Whether one of the choices (`A OR B`) has all its parts (`A AND B`) among those allowed. What is nested deeper is looked at by people. */
export function isAllowed(expression: string): boolean {
  return expression
    .replace(/^\((.*)\)$/, '$1')
    .split(/\s+OR\s+/)
    .some((choice) => choice.split(/\s+AND\s+/).every((licence) => allowedLicences.includes(licence)));
}

/** Dependencies whose licence is missing or not allowed. Binaries for other platforms are not installed, and not looked at. */
export function licenceFaults(workspace: Workspace, lock: Lock): Fault[] {
  return foreignDependencies(workspace, lock)
    .filter(({ path }) => existsSync(join(workspace.root, path)))
    .flatMap((one) => faultOf(workspace.root, one));
}

function faultOf(root: string, { path, name, version }: Dependency): Fault[] {
  const licence = licenceOf(root, path);
  if (licence !== undefined && isAllowed(licence)) return [];
  const says = licence === undefined ? 'says no licence' : `has the licence ${licence}, which is not allowed`;
  const remedy =
    'do without it, or have the licence looked at and add it to tools/tarballs/allowed-licences.json';
  return [{ place: `${name}@${version}`, says: `${says}; ${remedy}` }];
}
