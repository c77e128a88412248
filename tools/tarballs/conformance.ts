/**
 * `conformance.json` of every provider: there, whole, without a failure, and of the fake and the suite as they are now. `im verify ./packages/<id> --write`
 * writes it from a real run, and `im verify` of a package that is installed runs it again.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from '../lib/fault.ts';
import { integrationsOf, readJson, type Workspace, type WorkspacePackage } from '../lib/workspace.ts';

/** Hashes by the path of a file within its package. */
type Sources = Readonly<Record<string, string>>;

/** The part of the file that is looked at. */
interface Published {
  readonly suite?: Sources;
  readonly integrations?: Readonly<
    Record<string, { readonly cases?: Readonly<Record<string, string>>; readonly fake?: Sources }>
  >;
}

/** Providers whose report is missing, stale, or tells of a failure; with the command that writes it. */
export function conformanceFaults(workspace: Workspace): Fault[] {
  return workspace.packages
    .filter((member) => integrationsOf(member).length > 0)
    .flatMap((member) => {
      const remedy = `npm run conformance -- ${member.folder}`;
      const place = `${member.folder}/conformance.json`;
      return faultsOf(member, workspace.root).map((says) => ({ place, says: `${says}; ${remedy}` }));
    });
}

function faultsOf(member: WorkspacePackage, root: string): readonly string[] {
  const folder = join(root, member.folder);
  const file = join(folder, 'conformance.json');
  if (!existsSync(file)) return ['is missing'];
  const { suite = {}, integrations = {} } = readJson<Published>(file);
  const wanted = integrationsOf(member).map(({ subpath }) => `${member.name}${subpath.slice(1)}`);
  return [
    ...wanted.filter((name) => !(name in integrations)).map((name) => `does not tell of ${name}`),
    ...Object.keys(integrations)
      .filter((name) => !wanted.includes(name))
      .map((name) => `tells of ${name}, which the package does not export`),
    ...staleFiles(suite, join(root, 'packages/testing')).map(
      (name) => `is stale: ${name} of the suite changed`,
    ),
    ...Object.entries(integrations).flatMap(([name, { cases = {}, fake = {} }]) => [
      ...staleFiles(fake, folder).map((changed) => `is stale: ${changed} of the fake of ${name} changed`),
      ...(Object.keys(fake).length === 0 ? [`does not say by which fake ${name} was proven`] : []),
      ...Object.entries(cases)
        .filter(([, outcome]) => outcome !== 'passed' && !outcome.startsWith('not applicable: '))
        .map(([id, outcome]) => `says that ${name} has ${id} ${outcome}`),
      ...(Object.keys(cases).length === 0 ? [`has no case of ${name}`] : []),
    ]),
  ];
}

/** Whoever adds a file to a fake or to the suite changes one that imports it: the list need not be made again. */
function staleFiles(sources: Sources, folder: string): readonly string[] {
  return Object.entries(sources)
    .filter(([file, hash]) => hashOf(join(folder, file)) !== hash)
    .map(([file]) => file);
}

function hashOf(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  return `sha256-${createHash('sha256').update(readFileSync(file)).digest('base64')}`;
}
