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
import type { NodeVersion } from './nodes.ts';
import type { LocalRegistry } from './registry.ts';
import { runSuite } from './together.ts';

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

/** Installs `member` alone, tries it, on this Node and on `nodes`, and measures it. */
export async function consume(
  member: WorkspacePackage,
  workspace: Workspace,
  registry: LocalRegistry,
  nodes: readonly NodeVersion[] = [],
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
  const all = entries.filter((entry) => !entry.endsWith('/vitest'));
  for (const node of nodes) faults.push(...(await tryOn(node, cwd, member, all)));
  return { name: member.name, packages, bytes, importMs, faults };
}

/** By `import`, and by `require`, which Node can since 22.12: code that loads entries, each way. */
const ways = {
  import: (entry: string) =>
    `const all = await import('${entry}'); if (Object.keys(all).length === 0) throw new Error('exports nothing')`,
  require: (entry: string) =>
    `(await import('node:module')).createRequire(process.cwd() + '/x.js')('${entry}')`,
};

async function load(cwd: string, entry: string): Promise<string[]> {
  const faults: string[] = [];
  for (const [way, code] of Object.entries(ways)) {
    const { ok, output } = await run('node', ['--input-type=module', '-e', code(entry)], { cwd });
    if (!ok) faults.push(`${way} of ${entry}: ${errorOf(output)}`);
  }
  return faults;
}

const errorOf = (output: string) => output.split('\n').find((line) => /Error/.test(line)) ?? output;

/** On another Node: all entries in one process each way, and the conformance suites of its integrations. */
async function tryOn(
  { version, program }: NodeVersion,
  cwd: string,
  { name, manifest }: WorkspacePackage,
  entries: readonly string[],
): Promise<string[]> {
  const faults: string[] = [];
  for (const [way, code] of Object.entries(ways)) {
    const all = entries.map((entry) => `{ ${code(entry)} }`).join('\n');
    const { ok, output } = await run(program, ['--input-type=module', '-e', all], { cwd });
    if (!ok) faults.push(`${way} on ${version}: ${errorOf(output)}`);
  }
  if (manifest.im?.integration !== undefined) {
    const { faults: failed } = await runSuite(name, cwd, program);
    faults.push(...failed.map((fault) => `on ${version}: ${fault}`));
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
