/**
 * `npm run spec-drift -- --from <folder> --to <folder> [--record <folder>] [--provider <id>] [--json]`
 * `npm run spec-drift -- --fetch <folder> …`: fetches both into `<folder>/pinned` and `<folder>/newest` first.
 *
 * Tells what changed between two folders of vendors' descriptions, as far as our adapters use them. What is used is read from recorded traffic (`IM_RECORD=<folder>
 * npm test`); without it every described operation counts as used. A description that is missing in the newer folder is told, and changes nothing.
 * Ends with 1 when something that is used changed, with 2 when it cannot compare.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  integrationsOf,
  readWorkspace,
  repositoryRoot,
  type WorkspaceIntegration,
} from '../lib/workspace.ts';
import { type Change, changesBetween } from './changes.ts';
import type { Description } from './description.ts';
import { Documents } from './documents.ts';
import { loadFormats, readDescription } from './formats.ts';
import { findRecordings, readExchanges } from './recording.ts';
import { toRequest } from './requests.ts';
import { createRouter } from './router.ts';
import { fetchDescriptions } from './sources.ts';

/** What came of one description. */
interface Drift {
  readonly provider: string;
  readonly file: string;
  /** Operations that are used; absent: all count. */
  readonly used?: number;
  /** Absent: the newer folder does not have it. */
  readonly changes?: readonly Change[];
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      from: { type: 'string', default: process.env.IM_SPECS ?? '' },
      to: { type: 'string', default: '' },
      fetch: { type: 'string' },
      record: { type: 'string', default: '' },
      provider: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  });
  const { fetch: into, record, provider, json } = values;
  const from = into === undefined ? values.from : join(into, 'pinned');
  const to = into === undefined ? values.to : join(into, 'newest');
  if (into !== undefined) {
    await fetchDescriptions(from, 'pinned');
    await fetchDescriptions(to, 'newest');
  }
  for (const [flag, folder] of Object.entries({ from, to }))
    if (!existsSync(folder)) throw new Error(`there is no folder of vendors' descriptions: give --${flag}`);
  if (record !== '' && !existsSync(record)) throw new Error(`there is no folder of recordings ${record}`);
  const integrations = readWorkspace(repositoryRoot)
    .packages.flatMap(integrationsOf)
    .filter(({ id, specs }) => specs.length > 0 && (provider === undefined || id === provider));
  if (integrations.length === 0) throw new Error(`no integration ${provider ?? ''} names a description`);

  const drifts: Drift[] = [];
  for (const one of integrations) drifts.push(...(await driftOf(one, from, to, record)));
  if (json) process.stdout.write(`${JSON.stringify(drifts, undefined, 2)}\n`);
  else process.stdout.write(`${drifts.flatMap(linesOf).join('\n')}\n`);
  return drifts.some(({ changes = [] }) => changes.length > 0) ? 1 : 0;
}

async function driftOf(
  { id: provider, specs: all, servers }: WorkspaceIntegration,
  from: string,
  to: string,
  record: string,
): Promise<readonly Drift[]> {
  const documents = new Documents();
  const formats = await loadFormats();
  // Of descriptions for one version of an API that is closed, no source is known: they cannot drift.
  const specs = all.filter((file) => existsSync(join(from, file)));
  const descriptions = specs.map((file) => readDescription(join(from, file), documents, formats));
  const used = record === '' ? undefined : await usedOf(provider, descriptions, servers, record);
  return specs.map((file, index): Drift => {
    const counted = used?.[index] === undefined ? {} : { used: used[index].size };
    if (!existsSync(join(to, file))) return { provider, file, ...counted };
    // The formats may have put a document of their own in the place of the vendor's: this one is read anew.
    const before = { file: join(from, file), documents: new Documents() };
    const after = { file: join(to, file), documents: new Documents() };
    return { provider, file, ...counted, changes: changesBetween(before, after, used?.[index]) };
  });
}

/** Ids of the operations that an adapter's traffic was for, by description; `undefined`: no traffic was recorded. */
async function usedOf(
  provider: string,
  descriptions: readonly Description[],
  servers: readonly string[] | undefined,
  record: string,
): Promise<readonly ReadonlySet<string>[] | undefined> {
  const recordings = findRecordings(record).get(provider);
  if (recordings === undefined) return undefined;
  const routes = descriptions.map((one) => createRouter([one], servers));
  const used = descriptions.map(() => new Set<string>());
  for await (const exchange of readExchanges(recordings)) {
    if (exchange.requestHeaders['x-im-by-hand'] !== undefined) continue;
    for (const [index, route] of routes.entries()) {
      const found = route(toRequest(exchange));
      if (typeof found !== 'string') used[index]?.add(found.operation.id);
    }
  }
  return used;
}

function linesOf({ provider, file, used, changes }: Drift): readonly string[] {
  const counted = used === undefined ? '' : `, ${used} operations used`;
  if (changes === undefined) return [`? ${provider}: ${file}${counted}: there is none in the newer folder`];
  if (changes.length === 0) return [`✓ ${provider}: ${file}${counted}: no change`];
  const lines = changes.map(({ place, says, operations }) => {
    const reached = operations.length === 1 && operations[0] === place ? '' : ` (${namesOf(operations)})`;
    return `    ${place}: ${says}${reached}`;
  });
  return [
    `× ${provider}: ${file}${counted}: ${changes.length} ${changes.length === 1 ? 'change' : 'changes'}`,
    ...lines,
  ];
}

function namesOf(operations: readonly string[]): string {
  const [first = '', ...rest] = operations;
  return rest.length === 0 ? first : `${first} and ${rest.length} more`;
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`spec-drift: ${error instanceof Error ? error.message : error}\n`);
  return 2;
});
