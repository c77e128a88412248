/**
 * `npm run example:compose-app [-- --check]`: three applications of somebody else's: one under Express, one under Fastify, one plain script. Each composes three
 * adapters for two tenants, lies outside this workspace, and gets its packages from a registry. Ends with 1 when a tenant did not get its own answers, or
 * something came that nobody asked for.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import pc from 'picocolors';
import { run } from '../../tools/lib/run.ts';
import { temporaryFolder } from '../../tools/lib/temporary.ts';
import { readWorkspace, repositoryRoot, type Workspace } from '../../tools/lib/workspace.ts';
import { publishAll } from '../../tools/release/publish-all.ts';
import { type LocalRegistry, startRegistry } from '../../tools/release/registry.ts';
import { apps, install, neededBy, strangers } from './install.ts';
import { play, type Step } from './scene.ts';
import { startApp } from './visitor.ts';

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const workspace = readWorkspace(repositoryRoot);
const needed = new Set(apps.flatMap((app) => neededBy(app, workspace)));

await using registry = await startRegistry();
await publishAll({ ...workspace, packages: [...needed] }, registry);
console.log(`${registry.published.length} packages published on loopback`);
for (const app of apps) {
  const faults = await tryApp(app, workspace, registry);
  for (const fault of faults) console.log(`    ${pc.red(fault)}`);
  if (faults.length > 0) process.exitCode = 1;
}

/** What is wrong with one application. */
async function tryApp(
  app: string,
  workspace: Workspace,
  registry: LocalRegistry,
): Promise<readonly string[]> {
  using folder = temporaryFolder();
  const cwd = folder.path;
  await install(app, folder, registry);
  const faults = [...strangers(app, cwd, workspace, registry), ...(await typeFaults(cwd))];
  await using visitor = await startApp(cwd);
  const played = await play(visitor);
  faults.push(...played.faults);
  const mark = faults.length === 0 ? pc.green('✓') : pc.red('×');
  const names = neededBy(app, workspace).map(({ name }) => name);
  console.log(
    `${mark} ${app}: ${played.steps.length} requests of two tenants; ${names.join(', ')}, and no other package of ours`,
  );
  if (!values.check) for (const step of played.steps) console.log(`    ${lineOf(step)}`);
  return faults;
}

/** The application compiles against what was installed. */
async function typeFaults(cwd: string): Promise<readonly string[]> {
  const tsc = join(repositoryRoot, 'node_modules/typescript7/bin/tsc');
  const options =
    '--noEmit --strict --module nodenext --target es2024 --lib es2024,esnext.disposable --types node';
  const more = '--allowImportingTsExtensions --erasableSyntaxOnly --skipLibCheck --pretty false';
  const { ok, output } = await run('node', [tsc, ...options.split(' '), ...more.split(' '), 'main.ts'], {
    cwd,
  });
  return ok ? [] : output.split('\n').map((line) => `does not compile: ${line}`);
}

function lineOf({ tenant, what, reference = '', order, answer }: Step): string {
  const asked = [what, order?.title ?? reference].filter(Boolean).join(' ');
  return `${tenant.padEnd(8)}${asked.padEnd(18)}${answer.status} ${JSON.stringify(answer.body)}`;
}
