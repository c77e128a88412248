/**
 * `npm run compat [-- <adapter>… --registry <url>]`: whether versions get on that users can combine, before any of them is published. What is committed and not yet
 * released stands in for its next version.
 * - Where something below the adapters changed (core, a port, the contract): each adapter as it was last published, with the new core.
 * - Each adapter that changed: with the oldest core that it allows.
 *
 * Ends with 1 when a conformance case fails that should not.
 */
import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pc from 'picocolors';
import semver from 'semver';
import { run } from '../lib/run.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { readWorkspace, repositoryRoot } from '../lib/workspace.ts';
import { readMembers, usualRegistry } from './members.ts';
import { type PlannedRelease, planRelease, releasedManifest } from './plan.ts';
import { publishFolder } from './publish-all.ts';
import { startRegistry } from './registry.ts';
import { coreRange, type Pair, tryTogether, versionsOf } from './together.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { registry: { type: 'string' } },
});
const upstream = values.registry ?? usualRegistry();
const { packages } = readWorkspace(repositoryRoot);
const names = packages
  .filter(({ manifest }) => manifest.im?.integration !== undefined)
  .map(({ name }) => name);
const adapters = new Set(names);
const isChosen = (name: string) => positionals.length === 0 || positionals.includes(name.replace('@im/', ''));
const plan = planRelease(readMembers());
const cores = await versionsOf(upstream, '@im/core');

await using registry = await startRegistry(upstream);
if (plan.length > 0) {
  const built = plan.map(({ name }) => name).join(',');
  await must('npx', 'nx', 'run-many', '-t', 'build', `--projects=${built}`);
}
for (const release of plan) await publishPlanned(release);
const newest = (await versionsOf(registry.url, '@im/core')).at(-1)?.version;
if (newest === undefined) throw new Error('there is no core, neither published nor about to be');

let failed = 0;
const below = plan.filter(({ name }) => !adapters.has(name)).map(({ name, to }) => `${name}@${to}`);
if (below.length > 0) {
  console.log(pc.bold(`each adapter as it was last published, with ${below.join(', ')}`));
  for (const name of names.filter(isChosen)) {
    const last = (await versionsOf(upstream, name)).at(-1);
    if (last === undefined) console.log(pc.dim(`- ${name} was not published yet`));
    else if (!semver.satisfies(newest, coreRange(last)))
      console.log(pc.dim(`- ${name}@${last.version} asks for core ${coreRange(last)}`));
    else tell(await tryTogether(last, newest, registry));
  }
}
const changed = plan.filter(({ name }) => adapters.has(name) && isChosen(name));
if (changed.length > 0)
  console.log(pc.bold('each adapter that changed, with the oldest core that it allows'));
for (const { name } of changed) {
  const next = (await versionsOf(registry.url, name)).at(-1);
  if (next === undefined) continue;
  const oldest = cores.find(({ version }) => semver.satisfies(version, coreRange(next)));
  if (oldest === undefined) console.log(pc.dim(`- ${name}@${next.version} allows no core that is published`));
  else tell(await tryTogether(next, oldest.version, registry));
}
if (plan.length === 0) console.log('nothing changed since the last release that users notice');
process.exitCode = failed > 0 ? 1 : 0;

async function must(command: string, ...args: string[]): Promise<void> {
  const { ok, output } = await run(command, args, { cwd: repositoryRoot });
  if (!ok) throw new Error(`${[command, ...args].join(' ')}: ${output}`);
}

/** Publishes a package as its next version, to the registry on loopback alone. */
async function publishPlanned(release: PlannedRelease): Promise<void> {
  using folder = temporaryFolder();
  cpSync(join(repositoryRoot, release.folder), folder.path, {
    recursive: true,
    filter: (path) => !path.endsWith('node_modules'),
  });
  const manifest = readFileSync(join(folder.path, 'package.json'), 'utf8');
  folder.write({ 'package.json': releasedManifest(manifest, release) });
  await publishFolder(folder.path, registry);
}

function tell({ adapter, core, passed, faults }: Pair): void {
  if (faults.length > 0) failed += 1;
  const mark = faults.length === 0 ? pc.green('✓') : pc.red('×');
  console.log(`${mark} ${adapter} with core ${core}: ${passed} cases`);
  for (const fault of faults) console.log(`    ${fault}`);
}
