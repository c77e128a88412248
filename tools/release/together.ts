/**
 * Whether two versions get on: an adapter and a core, both as they were published, installed in an empty folder; the conformance suite that came with
 * the core's day is run on the adapter's own fake.
 */
import semver from 'semver';
import { run } from '../lib/run.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import type { WorkspacePackage } from '../lib/workspace.ts';
import type { LocalRegistry, PublishedVersion } from './registry.ts';

/** What came of one pair. */
export interface Pair {
  readonly adapter: string;
  readonly core: string;
  readonly passed: number;
  /** Ids of cases that failed, each with the reason; or why it could not be tried. */
  readonly faults: readonly string[];
}

/** Published versions of a package, oldest first. */
export async function versionsOf(
  registry: LocalRegistry,
  name: string,
): Promise<readonly PublishedVersion[]> {
  const answer = await fetch(new URL(name, registry.url));
  if (!answer.ok) return [];
  const { versions } = (await answer.json()) as {
    readonly versions: Readonly<Record<string, PublishedVersion>>;
  };
  return Object.values(versions).sort((one, other) => semver.compare(one.version, other.version));
}

/** The oldest of `versions` that lies in `range`. */
export function oldestIn(versions: readonly PublishedVersion[], range: string): string | undefined {
  return versions.find(({ version }) => semver.satisfies(version, range))?.version;
}

/** Names under which an adapter exports its integrations, by subpath. */
function integrationsOf({
  manifest,
}: WorkspacePackage): readonly (readonly [subpath: string, name: string])[] {
  const { integration } = manifest.im ?? {};
  if (integration === undefined) return [];
  return typeof integration === 'string' ? [['.', integration]] : Object.entries(integration);
}

/** Installs the pair and runs the suite. */
export async function tryTogether(
  adapter: WorkspacePackage,
  version: string,
  core: string,
  registry: LocalRegistry,
): Promise<Pair> {
  using folder = temporaryFolder({
    'package.json': { name: 'pair', private: true, type: 'module' },
    '.npmrc': `${registry.npmrc}legacy-peer-deps=false\n`,
    'suite.mjs': suiteOf(adapter),
  });
  const cwd = folder.path;
  const pair = { adapter: `${adapter.name}@${version}`, core };
  const peers = Object.keys(adapter.manifest.peerDependencies ?? {}).filter((name) => name !== '@im/core');
  const wanted = [`@im/core@${core}`, pair.adapter, '@im/testing', ...peers];
  const installed = await run(
    'npm',
    ['install', '--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline', ...wanted],
    { cwd },
  );
  if (!installed.ok)
    return { ...pair, passed: 0, faults: [`cannot be installed together: ${installed.output}`] };
  const { ok, output } = await run('node', ['suite.mjs'], { cwd });
  const line = output.split('\n').findLast((text) => text.startsWith('{'));
  if (!ok || line === undefined) return { ...pair, passed: 0, faults: [output.slice(-500)] };
  return { ...pair, ...(JSON.parse(line) as Pick<Pair, 'passed' | 'faults'>) };
}

function suiteOf(adapter: WorkspacePackage): string {
  const parts = integrationsOf(adapter).map(([subpath, name]) => {
    const base = adapter.name + subpath.slice(1);
    return `[(await import('${base}')).${name}, (await import('${base}/testing')).harness]`;
  });
  return `import { runConformance } from '@im/testing';
let passed = 0;
const faults = [];
for (const [definition, harness] of [${parts.join(', ')}]) {
  const report = await runConformance(definition, harness);
  passed += report.passed;
  for (const { id, outcome, says } of report.results)
    if (outcome === 'failed') faults.push(\`\${definition.id} \${id}: \${says}\`);
}
console.log(JSON.stringify({ passed, faults }));
process.exit(0);
`;
}
