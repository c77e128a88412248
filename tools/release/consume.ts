/**
 * One package as a consumer gets it: installed alone with its declared peers in an empty folder, from a registry; every export loaded by `import` and by
 * `require`, its README's samples compiled under both ways of resolving modules, and measured.
 */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readSamples } from '../check/samples.ts';
import { run } from '../lib/run.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import type { Workspace, WorkspacePackage } from '../lib/workspace.ts';
import type { LocalRegistry } from './registry.ts';

const exec = promisify(execFile);

/** What a package costs a consumer. */
export interface Footprint {
  readonly name: string;
  /** Installed packages, itself among them. */
  readonly packages: number;
  readonly bytes: number;
  /** Time that importing its first entry takes, with all it loads, milliseconds. */
  readonly importMs: number;
  /** What is wrong with it; empty: all is well. */
  readonly faults: readonly string[];
}

/** Entries for tests: they are loaded once `@im/testing` is installed as well. */
const forTests = /\/(testing|vitest|crash)$/;

const entriesOf = ({ name, manifest }: WorkspacePackage) =>
  Object.keys(manifest.exports ?? {})
    .filter((subpath) => subpath !== './package.json')
    .map((subpath) => name + subpath.slice(1));

const peersOf = ({ manifest }: WorkspacePackage, isOptional: boolean) =>
  Object.keys(manifest.peerDependencies ?? {}).filter(
    (peer) => (manifest.peerDependenciesMeta?.[peer]?.optional ?? false) === isOptional,
  );

/** Installs `member` alone, tries it, and measures it. */
export async function consume(
  member: WorkspacePackage,
  workspace: Workspace,
  registry: LocalRegistry,
): Promise<Footprint> {
  using folder = temporaryFolder({
    'package.json': { name: 'consumer', private: true, type: 'module' },
    '.npmrc': registry.npmrc,
  });
  const cwd = folder.path;
  const install = async (...specifiers: readonly string[]) => {
    const args = [
      'install',
      '--no-audit',
      '--no-fund',
      '--loglevel=error',
      '--prefer-offline',
      ...specifiers,
    ];
    const { ok, output } = await run('npm', args, { cwd });
    if (!ok) throw new Error(`npm install ${specifiers.join(' ')}: ${output}`);
  };
  await install(member.name, ...peersOf(member, false));

  const faults: string[] = [];
  const entries = entriesOf(member);
  const packages = countPackages(cwd);
  const bytes = await bytesOf(join(cwd, 'node_modules'));
  const [first = member.name] = entries;
  const importMs = await timeOf(cwd, first);
  const later = new Set(entries.filter((entry) => forTests.test(entry)));
  for (const entry of entries.filter((one) => !later.has(one))) {
    const found = await load(cwd, entry);
    // A subpath may stand on a peer that the rest of the package does without: it says so by its name.
    if (
      found.length > 0 &&
      found.every((fault) => peersOf(member, true).some((peer) => fault.includes(`'${peer}'`)))
    )
      later.add(entry);
    else faults.push(...found);
  }
  faults.push(...strangers(cwd, member));

  // What only tests load, and what samples show beside the package itself.
  const others = [...peersOf(member, true), ...shownPackages(member, workspace)];
  await install(...new Set(['@im/testing', '@types/node@24', ...others]));
  for (const entry of later) if (!entry.endsWith('/vitest')) faults.push(...(await load(cwd, entry)));
  faults.push(...(await compile(cwd, member, workspace)));
  return { name: member.name, packages, bytes, importMs, faults };
}

/** By `import`, and by `require`, which Node can since 22.12. */
async function load(cwd: string, entry: string): Promise<string[]> {
  const name = JSON.stringify(entry);
  const ways = {
    import: `const all = await import(${name}); if (Object.keys(all).length === 0) throw new Error('exports nothing')`,
    require: `(await import('node:module')).createRequire(process.cwd() + '/x.js')(${name})`,
  };
  const faults: string[] = [];
  for (const [way, code] of Object.entries(ways)) {
    const { ok, output } = await run('node', ['--input-type=module', '-e', code], { cwd });
    if (!ok)
      faults.push(`${way} of ${entry}: ${output.split('\n').find((line) => /Error/.test(line)) ?? output}`);
  }
  return faults;
}

async function timeOf(cwd: string, entry: string): Promise<number> {
  const code = `const from = performance.now(); await import(${JSON.stringify(entry)}); console.log(performance.now() - from)`;
  const times: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const { stdout } = await exec('node', ['--input-type=module', '-e', code], { cwd });
    times.push(Number(stdout));
  }
  return Math.min(...times);
}

/** SDKs that came although nothing declares that the package needs them. */
function strangers(cwd: string, { name }: WorkspacePackage): string[] {
  const sdks = ['@aws-sdk/client-s3', '@azure/storage-blob', '@google-cloud/storage', 'stripe', 'ioredis'];
  const own: Readonly<Record<string, string>> = { '@im/stripe': 'stripe', '@im/redis': 'ioredis' };
  return sdks
    .filter((sdk) => sdk !== own[name] && existsSync(join(cwd, 'node_modules', sdk)))
    .map((sdk) => `brings ${sdk}, which a user of it may not need`);
}

function countPackages(cwd: string): number {
  const lock = JSON.parse(readFileSync(join(cwd, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly optional?: boolean }>>;
  };
  return Object.keys(lock.packages).filter((path) => path !== '' && existsSync(join(cwd, path))).length;
}

async function bytesOf(folder: string): Promise<number> {
  let sum = 0;
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true }))
    if (entry.isFile()) sum += (await stat(join(entry.parentPath, entry.name))).size;
  return sum;
}

const readmeOf = (workspace: Workspace, { folder }: WorkspacePackage) =>
  readSamples('README.md', readFileSync(join(workspace.root, folder, 'README.md'), 'utf8')).map(
    ({ code }) => code,
  );

/** Packages of ours, and others, that the samples import. */
function shownPackages(member: WorkspacePackage, workspace: Workspace): string[] {
  const shown = readmeOf(workspace, member).flatMap((code) =>
    [...code.matchAll(/from '((?:@[\w-]+\/)?[\w-]+)/g)].map(([, name]) => name ?? ''),
  );
  return shown.filter((name) => name !== '' && name !== 'node' && name !== member.name);
}

/** Types of a peer that a part of a package of ours needs, and this sample does not. */
function optionalPeers(workspace: Workspace): (line: string) => boolean {
  const names = new Set(workspace.packages.flatMap((member) => peersOf(member, true)));
  return (line) => {
    const [, name] = /node_modules\/@im\/.* error TS2307: Cannot find module '([^']+)'/.exec(line) ?? [];
    return name !== undefined && names.has(name);
  };
}

async function compile(cwd: string, member: WorkspacePackage, workspace: Workspace): Promise<string[]> {
  const code = readmeOf(workspace, member).join('\n');
  if (code === '') return [];
  const isOfPeer = optionalPeers(workspace);
  const file = join(cwd, 'sample.ts');
  writeFileSync(file, `${code}\nexport {};\n`);
  const tsc = join(workspace.root, 'node_modules/typescript7/bin/tsc');
  const faults: string[] = [];
  for (const [moduleResolution, module] of [
    ['bundler', 'esnext'],
    ['nodenext', 'nodenext'],
  ] as const) {
    const options = [
      '--moduleResolution',
      moduleResolution,
      '--module',
      module,
      '--target',
      'es2024',
      '--strict',
    ];
    const more = [
      '--noEmit',
      '--skipLibCheck',
      'false',
      '--types',
      'node',
      '--lib',
      'es2024,esnext.disposable',
      '--pretty',
      'false',
    ];
    const { output } = await run('node', [tsc, ...options, ...more, file], { cwd });
    const lines = output.split('\n').filter((line) => /error TS/.test(line) && !isOfPeer(line));
    if (lines.length > 0)
      faults.push(`the samples do not compile under ${moduleResolution}: ${lines.slice(0, 5).join(' · ')}`);
  }
  return faults;
}
