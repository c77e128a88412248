/**
 * Packs every package as npm would publish it, and looks at the tarballs: our own rules, publint, attw; the licences of what they bring; their bills of
 * materials; and whether what they say of their conformance is still so.
 */
import { homedir } from 'node:os';
import { basename } from 'node:path';
import type { Fault } from '../lib/fault.ts';
import { run } from '../lib/run.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import type { Workspace } from '../lib/workspace.ts';
import { conformanceFaults } from '../tarballs/conformance.ts';
import { readLock } from '../tarballs/dependencies.ts';
import { licenceFaults } from '../tarballs/licences.ts';
import { tarballFaults } from '../tarballs/rules.ts';
import { bomFaults, createBom } from '../tarballs/sbom.ts';
import { packAll, type Tarball } from '../tarballs/tarball.ts';

/** Faults of the tarballs. The packages must have been built. */
export async function checkPublish(workspace: Workspace): Promise<Fault[]> {
  using folder = temporaryFolder();
  const tarballs = await packAll(workspace, folder.path);
  const lock = readLock(workspace.root);
  const places = [workspace.root, folder.path, homedir()].filter((place) => place.split(/[\\/]/).length > 2);
  const faults = [
    ...tarballs.flatMap((tarball) => tarballFaults(tarball, { places })),
    ...licenceFaults(workspace, lock),
    ...workspace.packages.flatMap((member) => bomFaults(createBom(member, workspace, lock))),
    ...conformanceFaults(workspace),
  ];
  for (const tarball of tarballs) faults.push(...(await toolFaults(tarball, workspace.root)));
  return faults;
}

async function toolFaults({ name, file }: Tarball, cwd: string): Promise<Fault[]> {
  const results = await Promise.all([
    run('publint', ['run', file, '--strict'], { cwd }),
    run('attw', [file, '--profile', 'esm-only', '--no-emoji', '--no-color'], { cwd }),
  ]);
  return results
    .filter(({ ok }) => !ok)
    .map(({ output }) => ({ place: `${name} (${basename(file)})`, says: output }));
}
