/**
 * `npm run conformance [-- <folder>…]`: runs the conformance suite of providers against their fakes, and writes what came of it into their `conformance.json`.
 * Without a folder: of those whose file is missing or stale. Ends with 1 when a case failed; its file stays as it was.
 */
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { integrationsOf, readWorkspace, repositoryRoot } from '../lib/workspace.ts';
import { conformanceFaults } from './conformance.ts';

const { positionals } = parseArgs({ allowPositionals: true });
const workspace = readWorkspace(repositoryRoot);
const stale = conformanceFaults(workspace);
const wanted = positionals.map((path) => resolve(path));
const chosen = workspace.packages.filter(
  (member) =>
    integrationsOf(member).length > 0 &&
    (wanted.length === 0
      ? stale.some(({ place }) => place.startsWith(`${member.folder}/`))
      : wanted.includes(join(repositoryRoot, member.folder))),
);
if (chosen.length < wanted.length) {
  console.error('conformance: name folders of providers, such as packages/spotify');
  process.exitCode = 2;
}
const program = ['--conditions=@im/source', join('packages', 'cli', 'src', 'main.ts')];
for (const { folder } of chosen) {
  const args = [...program, 'verify', `./${folder}`, '--write'];
  const { status } = spawnSync(process.execPath, args, { cwd: repositoryRoot, stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
}
if (chosen.length === 0 && wanted.length === 0) console.log('every conformance.json is fresh');
