/**
 * `npm run rehearse`: releases, in a temporary copy of this repository, to a registry on loopback: everything for the first time; then one provider after a fix
 * of it; then core after a feature of it, and nobody else; then core after a break, and all that need it. And what must be refused.
 */
import { execFile, execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pc from 'picocolors';
import { copyRepository } from '../lib/copy.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import { readWorkspace, repositoryRoot } from '../lib/workspace.ts';
import { startRegistry } from './registry.ts';

using folder = temporaryFolder();
const cwd = join(folder.path, 'copy');
copyRepository(repositoryRoot, cwd);
await using registry = await startRegistry();
writeFileSync(join(folder.path, 'npmrc'), registry.npmrc);

const env = {
  ...process.env,
  PATH: `${join(cwd, 'node_modules', '.bin')}:${process.env.PATH}`,
  npm_config_userconfig: join(folder.path, 'npmrc'),
  GIT_CONFIG_GLOBAL: join(folder.path, 'gitconfig'),
  NO_COLOR: '1',
  IM_RECORD: '',
};
writeFileSync(join(folder.path, 'gitconfig'), '[user]\nname = rehearsal\nemail = rehearsal@localhost\n');

/** Runs while this process serves the registry, so not at once. */
function run(command: string, ...args: string[]): Promise<{ ok: boolean; output: string }> {
  return new Promise((resolve) =>
    execFile(
      command,
      args,
      { cwd, env, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => resolve({ ok: error === null, output: stdout + stderr }),
    ),
  );
}

const git = (...args: string[]) => execFileSync('git', args, { cwd, env, stdio: 'pipe' });
const release = (...args: string[]) =>
  run('node', '--conditions=@im/source', 'tools/release/release.ts', '--registry', registry.url, ...args);

const compat = (...args: string[]) =>
  run('node', '--conditions=@im/source', 'tools/release/compat.ts', '--registry', registry.url, ...args);

async function must(what: string, ...args: string[]): Promise<string> {
  const { ok, output } = await release(...args);
  if (!ok) throw new Error(`${what}: ${output}`);
  return output;
}

/** Applies and uploads, and tells what arrived. */
async function released(what: string): Promise<readonly string[]> {
  const before = registry.published.length;
  await must(what, '--apply');
  await must(what, '--publish');
  return registry.published.slice(before).toSorted();
}

function change(file: string, message: string): void {
  appendFileSync(join(cwd, file), '\n');
  git('commit', '-qam', message);
}

function holds(what: string, isSo: boolean, says: unknown): void {
  if (!isSo) throw new Error(`${what}: ${JSON.stringify(says, undefined, 1)}`);
  console.log(`${pc.green('✓')} ${what}`);
}

const members = readWorkspace(repositoryRoot).packages;
const all = members.map(({ name }) => `${name}@0.1.0`).toSorted();

git('init', '-q', '-b', 'main');
git('add', '-A');
git('commit', '-q', '-m', 'chore: begin');

const first = await released('the first release');
holds(`the first release is of all ${all.length} packages`, first.join() === all.join(), first);

const again = await must('nothing changed', '--publish');
holds('what was published is not published again', registry.published.length === all.length, again);

change('packages/stripe/src/options.ts', 'fix(stripe): an option is described better');
const changed = await compat();
holds(
  'a provider that changed keeps the contract on the oldest core that it allows',
  changed.ok && / @im\/stripe@0\.1\.1 with core 0\.1\.0: [1-9]/.test(changed.output),
  changed.output,
);
const one = await released('one provider');
holds('a fix in one provider releases that provider', one.join() === '@im/stripe@0.1.1', one);

change('packages/core/src/names.ts', 'feat(core): names may be longer');
const adapters = members.filter(({ manifest }) => manifest.im?.integration !== undefined);
const together = await compat();
const kept = [...together.output.matchAll(/✓ (@im\/\S+) with core 0\.1\.1: (\d+) cases/g)];
holds(
  `each of ${adapters.length} adapters, as published, keeps the contract on the new core: ${kept.map(([, name, cases]) => `${name} ${cases}`).join(', ')}`,
  together.ok && kept.length === adapters.length,
  together.output,
);
const core = await released('core');
holds('a feature of core releases core alone', core.join() === '@im/core@0.1.1', core);

const head = git('rev-parse', 'HEAD').toString().trim();
const index = join(cwd, 'packages/core/src/index.ts');
writeFileSync(index, readFileSync(index, 'utf8').replace(/^export \{ defineIntegration \}.*$/m, ''));
git('commit', '-qam', 'fix(core): tidy up');
const silent = await compat('stripe');
holds(
  'a break in core that nobody declared is found before it is released',
  !silent.ok && /× @im\/stripe@0\.1\.1 with core 0\.1\.2/.test(silent.output),
  silent.output,
);
git('reset', '-q', '--hard', head);

change('packages/core/src/names.ts', 'feat(core)!: names are shorter');
const broken = await released('core, broken');
holds(
  'a break in core releases all that need it',
  broken.length === all.length && broken.includes('@im/core@0.2.0') && broken.includes('@im/stripe@0.1.2'),
  broken,
);

change('packages/http/src/index.ts', 'fix(http): better');
appendFileSync(join(cwd, 'README.md'), '\n');
const dirty = await release('--apply');
holds('uncommitted changes are refused', !dirty.ok && dirty.output.includes('commit them'), dirty.output);
git('checkout', '-q', 'README.md');

const elsewhere = await run(
  'node',
  '--conditions=@im/source',
  'tools/release/release.ts',
  '--apply',
  '--registry',
  'http://127.0.0.2:9/',
);
holds('another registry is refused', !elsewhere.ok, elsewhere.output);

git('tag', '-d', '@im/stripe@0.1.2');
const lost = await release('--apply');
holds(
  'a version that exists is refused',
  !lost.ok && lost.output.includes('is published already'),
  lost.output,
);
