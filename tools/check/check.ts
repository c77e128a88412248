/**
 * `npm run check [-- --only floors,packages]`: everything that can be said about the repository without running it.
 * All steps run, whatever fails; each shows its faults, and a table stands at the end. Ends with 1 when one failed.
 */
import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import pc from 'picocolors';
import { checkPackages } from '../check-packages/rules.ts';
import { checkIndex, checkLinks } from '../docs/links.ts';
import { checkTranslations } from '../docs/translations.ts';
import { type Fault, faultLines } from '../lib/fault.ts';
import { run } from '../lib/run.ts';
import { readWorkspace, repositoryRoot } from '../lib/workspace.ts';
import { audit, auditLines, deprecationLines } from '../tarballs/audit.ts';
import { foreignDependencies, readLock } from '../tarballs/dependencies.ts';
import { checkFloors } from './floors.ts';
import { checkLock } from './lock.ts';
import { checkPublish } from './publish.ts';
import { checkSamples } from './samples.ts';
import { checkWorkflows } from './workflows.ts';

interface Step {
  readonly name: string;
  readonly what: string;
  /** What to show; empty: all is well. */
  readonly run: () => Promise<string> | string;
  /** What to show beside, which makes nothing fail: it may be other tomorrow without a change here. */
  readonly warns?: () => Promise<readonly string[]>;
}

const workspace = readWorkspace(repositoryRoot);

const steps: readonly Step[] = [
  {
    name: 'lint',
    what: 'format and lint',
    run: command('biome', 'ci', '--colors=off', '--diagnostic-level=error', '--max-diagnostics=200'),
  },
  {
    name: 'types',
    what: 'types, the whole repository',
    run: command('node', 'node_modules/typescript7/bin/tsc', '-p', 'tsconfig.json', '--pretty', 'false'),
  },
  { name: 'floors', what: 'imports go down only', run: () => shown(checkFloors(workspace)) },
  { name: 'packages', what: 'packages are alike', run: () => shown(checkPackages(workspace)) },
  { name: 'lock', what: 'npm ci works everywhere', run: () => shown(checkLock(repositoryRoot)) },
  {
    name: 'catalog',
    what: 'generated tables are fresh',
    run: catalog,
  },
  {
    name: 'samples',
    what: 'samples of READMEs compile',
    run: async () => shown(await checkSamples(repositoryRoot, markdownFiles())),
  },
  {
    name: 'links',
    what: 'links in Markdown lead somewhere',
    run: links,
  },
  {
    name: 'translations',
    what: 'READMEs are in step',
    run: () => shown(checkTranslations(repositoryRoot)),
  },
  {
    name: 'workflows',
    what: 'workflows run what a clone runs',
    run: () => shown(checkWorkflows(repositoryRoot)),
  },
  { name: 'deploy', what: 'image, manifests, compose file', run: deploy },
  { name: 'unused', what: 'no unused code or dependency', run: command('knip', '--no-progress') },
  {
    name: 'build',
    what: 'packages build',
    run: command('nx', 'run-many', '-t', 'build', '--outputStyle=static'),
  },
  {
    name: 'publish',
    what: 'tarballs, and what they bring',
    run: async () => shown(await checkPublish(workspace)),
    warns: vulnerabilities,
  },
];

function markdownFiles(): readonly string[] {
  const places = ['*.md', 'docs/**/*.md', 'packages/*/README.md', 'examples/*/README.md'];
  return globSync(places, { cwd: repositoryRoot });
}

function links(): string {
  const files = everyMarkdownFile();
  return shown([
    ...checkLinks(repositoryRoot, files),
    ...checkIndex(repositoryRoot, 'docs/README.md', files),
  ]);
}

function everyMarkdownFile(): readonly string[] {
  const generated = new Set(['node_modules', 'dist', 'out', 'files', '.nx', '.im']);
  const exclude = (path: string) => generated.has(basename(path));
  return globSync('**/*.md', { cwd: repositoryRoot, exclude }).sort();
}

/** Loads core and every provider, so it stands by itself: the other steps still run when one of those is broken. */
async function catalog(): Promise<string> {
  const { catalogFaults } = await import('../catalog/catalog.ts');
  return shown(await catalogFaults(workspace));
}

/** Starts from the hub's own routes, so it stands by itself too. */
async function deploy(): Promise<string> {
  const { checkDeploy } = await import('../deploy/deploy.ts');
  return shown(await checkDeploy(repositoryRoot));
}

/** None, where none are known and nothing was given up. */
async function vulnerabilities(): Promise<readonly string[]> {
  const dependencies = foreignDependencies(workspace, readLock(repositoryRoot));
  const known = await audit(repositoryRoot, dependencies);
  const isClean = known.kind === 'known' && known.vulnerabilities.length === 0;
  return [...(isClean ? [] : auditLines(known)), ...deprecationLines(dependencies)];
}

function command(name: string, ...args: string[]): Step['run'] {
  return async () => {
    const { ok, output } = await run(name, args, { cwd: repositoryRoot });
    return ok ? '' : output || `${name} failed without a word`;
  };
}

function shown(faults: readonly Fault[]): string {
  return faultLines(faults).join('\n');
}

/** What a step shows; a step that breaks shows why. */
async function outcome(step: Step): Promise<string> {
  try {
    return await step.run();
  } catch (error) {
    return error instanceof Error ? String(error.stack) : String(error);
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { only: { type: 'string' } } });
  const wanted = values.only?.split(',');
  const unknown = wanted?.find((name) => !steps.some((step) => step.name === name));
  if (unknown !== undefined)
    throw new Error(`--only ${unknown}: there are ${steps.map(({ name }) => name).join(', ')}`);
  const lines: string[] = [];
  for (const step of steps.filter(({ name }) => wanted?.includes(name) ?? true)) {
    process.stdout.write(`${pc.bold(step.name)}: ${step.what}… `);
    const startedAt = performance.now();
    const output = await outcome(step);
    const took = `${((performance.now() - startedAt) / 1_000).toFixed(1)} s`;
    const ok = output === '';
    process.stdout.write(`${ok ? pc.green('ok') : pc.red('failed')} ${took}\n${ok ? '' : `${output}\n\n`}`);
    for (const line of (await step.warns?.()) ?? []) process.stdout.write(`  ${pc.yellow(line)}\n`);
    lines.push(
      `${ok ? pc.green('✓') : pc.red('×')} ${step.name.padEnd(14)}${step.what.padEnd(32)}${took.padStart(8)}`,
    );
    if (!ok) process.exitCode = 1;
  }
  process.stdout.write(`\n${lines.join('\n')}\n`);
}

await main().catch((error: unknown) => {
  process.stderr.write(`check: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 2;
});
