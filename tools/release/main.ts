/**
 * `npm run consume [-- <package>… --node <version>…]`: publishes every package, as it is built now, to a registry on loopback, and tries each as a consumer gets
 * it, on this Node and on those that are named: every entry, and the conformance suites. Prints a table; ends with 1 when something is wrong, or larger than it
 * was when `--write` wrote it down.
 */
import { parseArgs } from 'node:util';
import pc from 'picocolors';
import { type Installed, overBudget, readFootprints, writeFootprints } from '../lib/footprints.ts';
import { readWorkspace, repositoryRoot } from '../lib/workspace.ts';
import { consume, type Footprint } from './consume.ts';
import { installNode, type NodeVersion } from './nodes.ts';
import { publishAll } from './publish-all.ts';
import { startRegistry } from './registry.ts';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { write: { type: 'boolean' }, node: { type: 'string', multiple: true, default: [] } },
});
const workspace = readWorkspace(repositoryRoot);
const chosen = workspace.packages.filter(
  ({ name }) => positionals.length === 0 || positionals.some((one) => name === one || name === `@im/${one}`),
);

using installed = new DisposableStack();
const nodes: NodeVersion[] = [];
for (const range of values.node) nodes.push(installed.use(await installNode(range)));

await using registry = await startRegistry();
await publishAll(workspace, registry);
console.log(
  `${registry.published.length} packages published on loopback, tried on ${[process.version, ...nodes.map(({ version }) => version)].join(', ')}`,
);

const budget = readFootprints(workspace.root);
const footprints: Footprint[] = [];
for (const member of chosen) {
  const consumed = await consume(member, workspace, registry, nodes);
  const over = values.write ? [] : overBudget(installedBy(consumed), budget[member.name]);
  const footprint = { ...consumed, faults: [...consumed.faults, ...over] };
  footprints.push(footprint);
  console.log(lineOf(footprint));
}
if (values.write)
  writeFootprints(workspace.root, {
    ...budget,
    ...Object.fromEntries(footprints.map((footprint) => [footprint.name, installedBy(footprint)])),
  });
process.exitCode = footprints.every(({ faults }) => faults.length === 0) ? 0 : 1;

function installedBy({ packages, bytes }: Footprint): Installed {
  return { packages, megabytes: Number((bytes / 1e6).toFixed(1)) };
}

function lineOf({ name, packages, bytes, importMs, faults }: Footprint): string {
  const mark = faults.length === 0 ? pc.green('✓') : pc.red('×');
  const megabytes = `${(bytes / 1e6).toFixed(1)} MB`;
  const figures = [`${packages} packages`, megabytes, `${importMs.toFixed(0)} ms`].map((text) =>
    text.padStart(13),
  );
  return [`${mark} ${name.padEnd(16)}${figures.join('')}`, ...faults.map((says) => `    ${says}`)].join('\n');
}
