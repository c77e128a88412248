/**
 * Whether two versions get on: an adapter and a core, both as they were published, installed in an empty folder; the newest conformance suite that goes
 * with that core is run on the adapter's own fake.
 */
import semver from 'semver';
import { run } from '../lib/run.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import type { LocalRegistry, PublishedVersion } from './registry.ts';

/** What came of one pair. */
export interface Pair {
  /** `@im/stripe@0.1.1` */
  readonly adapter: string;
  /** `0.1.0` */
  readonly core: string;
  /** How many cases of its integrations passed. */
  readonly passed: number;
  /** Ids of cases that failed, each with the reason; or why it could not be tried. */
  readonly faults: readonly string[];
}

/** Published versions of a package at the registry with this address, oldest first. */
export async function versionsOf(registry: string, name: string): Promise<readonly PublishedVersion[]> {
  const answer = await fetch(new URL(name, registry));
  if (answer.status === 404) return [];
  if (!answer.ok) throw new Error(`${registry} answers ${answer.status} when asked for ${name}`);
  const { versions } = (await answer.json()) as {
    readonly versions: Readonly<Record<string, PublishedVersion>>;
  };
  return Object.values(versions).sort((one, other) => semver.compare(one.version, other.version));
}

/** The range of core that a version states. */
export const coreRange = ({ peerDependencies }: PublishedVersion): string =>
  peerDependencies?.['@im/core'] ?? '*';

/** Installs the pair and runs the suite. */
export async function tryTogether(
  adapter: PublishedVersion,
  core: string,
  registry: LocalRegistry,
): Promise<Pair> {
  const pair = { adapter: `${adapter.name}@${adapter.version}`, core };
  const suites = await versionsOf(registry.url, '@im/testing');
  const suite = suites.findLast((one) => semver.satisfies(core, coreRange(one)));
  if (suite === undefined) return { ...pair, passed: 0, faults: [`no @im/testing goes with core ${core}`] };
  using folder = temporaryFolder({
    'package.json': { name: 'pair', private: true, type: 'module' },
    '.npmrc': `${registry.npmrc}legacy-peer-deps=false\n`,
  });
  const cwd = folder.path;
  const peers = Object.keys(adapter.peerDependencies ?? {}).filter((name) => name !== '@im/core');
  const wanted = [`@im/core@${core}`, pair.adapter, `@im/testing@${suite.version}`, ...peers];
  const quiet = ['--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline'];
  const installed = await run('npm', ['install', ...quiet, ...wanted], { cwd });
  if (!installed.ok)
    return { ...pair, passed: 0, faults: [`cannot be installed together: ${installed.output}`] };
  return { ...pair, ...(await runSuite(adapter.name, cwd, 'node')) };
}

/** Runs the conformance suite on all integrations of an adapter that is installed in `cwd`, beside `@im/testing`, by a Node. */
export async function runSuite(
  adapter: string,
  cwd: string,
  node: string,
): Promise<Pick<Pair, 'passed' | 'faults'>> {
  const { ok, output } = await run(node, ['--input-type=module', '-e', suiteOf(adapter)], { cwd });
  const line = output.split('\n').findLast((text) => text.startsWith('{'));
  if (!ok || line === undefined) return { passed: 0, faults: [output.slice(-500)] };
  return JSON.parse(line) as Pick<Pair, 'passed' | 'faults'>;
}

/** Which integrations there are, the installed version says. */
function suiteOf(adapter: string): string {
  return `import { readFileSync } from 'node:fs';
import { runConformance } from '@im/testing';

const { im } = JSON.parse(readFileSync('node_modules/${adapter}/package.json', 'utf8'));
const integrations = typeof im.integration === 'string' ? { '.': im.integration } : im.integration;
let passed = 0;
const faults = [];
for (const [subpath, name] of Object.entries(integrations)) {
  const base = '${adapter}' + subpath.slice(1);
  const { [name]: definition } = await import(base);
  const { harness } = await import(base + '/testing');
  const report = await runConformance(definition, harness);
  passed += report.passed;
  for (const { id, outcome, says } of report.results)
    if (outcome === 'failed') faults.push(definition.id + ' ' + id + ': ' + says);
}
console.log(JSON.stringify({ passed, faults }));
process.exit(0);
`;
}
