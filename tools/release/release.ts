/**
 * `npm run release`: shows what a release would do, and does nothing.
 * `npm run release -- --apply`: writes versions, ranges and changelogs, commits and tags.
 * `npm run release -- --publish [--registry <url>]`: builds and uploads what is tagged at this commit.
 *
 * Ends with 1 when something stands in the way; then nothing was written or uploaded.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pc from 'picocolors';
import { faultLines } from '../lib/fault.ts';
import { repositoryRoot as root } from '../lib/workspace.ts';
import { entryOf, withEntry } from './changelog.ts';
import { readMembers, run, tagOf, usualRegistry } from './members.ts';
import { type Member, type PlannedRelease, planRelease, releasedManifest } from './plan.ts';
import { refusals } from './refusals.ts';

const { values } = parseArgs({
  options: {
    apply: { type: 'boolean' },
    publish: { type: 'boolean' },
    registry: { type: 'string' },
  },
});

/** Where packages go unless told otherwise, and nowhere else but to a registry of this machine. */
const usual = usualRegistry();
const registry = values.registry ?? usual;

/** Versions that the registry has; none of a package that it does not know. */
function versionsAt(name: string): readonly string[] {
  try {
    const told: unknown = JSON.parse(
      run('npm', 'view', name, 'versions', '--json', '--registry', registry, `--@im:registry=${registry}`),
    );
    return [told].flat().map(String);
  } catch (error) {
    // A silent npm says it on the other stream alone.
    const { stdout, stderr } = error as { readonly stdout?: unknown; readonly stderr?: unknown };
    if (/E404|404 Not Found/.test(`${stdout}${stderr}`)) return [];
    throw error;
  }
}

function show(plan: readonly PlannedRelease[]): void {
  if (plan.length === 0) console.log('nothing to release: no commit that users notice');
  for (const { name, from, to, why, commits, ranges } of plan) {
    console.log(`${pc.bold(name)} ${why === 'first' ? '' : `${from} → `}${pc.green(to)} ${pc.dim(why)}`);
    for (const { type, subject, isBreaking } of commits)
      console.log(`  ${isBreaking ? pc.red(`${type}!`) : type} ${subject}`);
    for (const [needed, range] of Object.entries(ranges)) console.log(`  needs ${needed} ${range}`);
  }
}

/** Ends the process when something is in the way. */
function refuse(members: readonly Member[], plan: readonly PlannedRelease[]): void {
  const faults = refusals({
    members,
    plan,
    uncommitted: run('git', 'status', '--porcelain').split('\n').filter(Boolean),
    branch: run('git', 'branch', '--show-current').trim(),
    registry,
    allowed: [usual],
    existing: new Map(plan.map(({ name }) => [name, versionsAt(name)])),
  });
  if (faults.length === 0) return;
  console.error(pc.red(`\nnot released, ${faults.length === 1 ? 'one fault' : `${faults.length} faults`}:`));
  for (const line of faultLines(faults)) console.error(`  ${line}`);
  process.exit(1);
}

function apply(plan: readonly PlannedRelease[]): void {
  const day = new Date().toISOString().slice(0, 10);
  for (const release of plan) {
    const path = join(root, release.folder, 'package.json');
    writeFileSync(path, releasedManifest(readFileSync(path, 'utf8'), release));
    const changelog = join(root, release.folder, 'CHANGELOG.md');
    const before = existsSync(changelog) ? readFileSync(changelog, 'utf8') : undefined;
    writeFileSync(changelog, withEntry(before, entryOf(release, day)));
  }
  run('npm', 'install', '--package-lock-only', '--no-audit', '--no-fund');
  run('git', 'add', '-A');
  run(
    'git',
    'commit',
    '-q',
    '-m',
    `chore(release): publish\n\n${plan.map(({ name, to }) => `- ${tagOf(name, to)}`).join('\n')}`,
  );
  for (const { name, to } of plan) run('git', 'tag', '-a', tagOf(name, to), '-m', tagOf(name, to));
  console.log(
    `${plan.length} releases are committed and tagged; upload them by: npm run release -- --publish`,
  );
}

/** Files that the manifest exports and that are not there: npm would publish without a word. */
function missingFiles({ folder, manifest }: Member): readonly string[] {
  const targets = Object.values(manifest.exports ?? {}).flatMap((entry) =>
    typeof entry === 'string' ? [entry] : Object.values(entry),
  );
  const files = [...targets, ...Object.values(manifest.bin ?? {})].map((file) => join(folder, file));
  return files.filter((file) => !existsSync(join(root, file)));
}

/** Those that are tagged at this commit, and that the registry does not have. */
function publish(members: readonly Member[]): void {
  const here = new Set(run('git', 'tag', '--points-at', 'HEAD').split('\n'));
  const due = members.filter(({ name, manifest }) => here.has(tagOf(name, manifest.version ?? '')));
  const unwritten = due.filter(({ folder, manifest }) => {
    const file = join(root, folder, 'CHANGELOG.md');
    return !existsSync(file) || !readFileSync(file, 'utf8').includes(`## ${manifest.version} `);
  });
  if (unwritten.length > 0) {
    for (const { name } of unwritten)
      console.error(
        `${name}: its changelog says nothing of this version: npm run release -- --apply writes it`,
      );
    process.exit(1);
  }
  const missing = due.filter(({ name, manifest }) => !versionsAt(name).includes(manifest.version ?? ''));
  if (missing.length === 0) {
    console.log('nothing to upload: the registry has every version that is tagged here');
    return;
  }
  const names = missing.map(({ name }) => name);
  run('npx', 'nx', 'run-many', '-t', 'build', `--projects=${names.join(',')}`);
  const unbuilt = missing.flatMap((member) => missingFiles(member));
  if (unbuilt.length > 0) {
    for (const file of unbuilt) console.error(`${file} was not built: npm run build says why`);
    process.exit(1);
  }
  // Provenance is signed by the CI that publishes; a registry of this machine cannot.
  const isLocal = new URL(registry).hostname === '127.0.0.1';
  process.env.npm_config_provenance = String(!isLocal && process.env.CI === 'true');
  run('npx', 'nx', 'release', 'publish', `--projects=${names.join(',')}`, `--registry=${registry}`);
  for (const { name, manifest } of missing)
    console.log(`${pc.green('✓')} ${tagOf(name, manifest.version ?? '')}`);
}

const members = readMembers();
if (values.publish) {
  refuse(members, []);
  publish(members);
} else {
  const plan = planRelease(members);
  show(plan);
  if (values.apply && plan.length > 0) {
    refuse(members, plan);
    apply(plan);
  } else if (plan.length > 0) console.log(pc.dim('\nnothing was written: --apply does it'));
}
