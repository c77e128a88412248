/**
 * Two tenants pull a catalogue through a bad day at the vendor's, and lose nothing.
 *
 * The catalogue is loaded into the fake of Spotify, half of the playlists into each of two accounts. Then each tenant,
 * with keys and limits of its own, pulls its playlists through `@im/spotify` while the fake refuses, fails and hangs up
 * (`faults.ts`), and writes one line for each row. At the end everything is compared with the file.
 */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createRegistry, errorCode } from '@im/core';
import { spotify } from '@im/spotify';
import { startFake } from '@im/spotify/testing';
import { type Arguments, prepareFolder, readArguments, temporaryFolder, usage } from './arguments.ts';
import { BadInput } from './bad-input.ts';
import { type Catalogue, readCatalogue } from './catalogue.ts';
import { openOutput } from './checkpoint.ts';
import { faults } from './faults.ts';
import { createDisplay, outcomeTable } from './report.ts';
import { splitCatalogue, tenants } from './split.ts';
import { syncTenant } from './sync.ts';
import { checkWall, compareOutput } from './verify.ts';

/** Runs the example. @returns the exit code */
async function main(args: readonly string[], signal: AbortSignal): Promise<number> {
  const given = readArguments(args);
  if (given.help) {
    print(usage);
    return 0;
  }
  const catalogue = await readCatalogue(given.catalog, given.encoding);
  const folder = given.check && !args.includes('--out') ? await temporaryFolder() : given.out;
  await prepareFolder(folder);
  try {
    return await run({ ...given, out: folder }, catalogue, signal);
  } finally {
    if (folder !== given.out) await rm(folder, { recursive: true, force: true });
  }
}

async function run(
  { catalog, out, check }: Arguments,
  catalogue: Catalogue,
  signal: AbortSignal,
): Promise<number> {
  const { rows, rejects, fingerprint } = catalogue;
  const rejectsPath = join(out, 'rejects.ndjson');
  await writeFile(rejectsPath, rejects.map((reject) => `${JSON.stringify(reject)}\n`).join(''));
  print(
    `${catalog}: ${count(rows.length)} rows, ${count(rejects.length)} rejected${rejects.length > 0 ? ` (${rejectsPath})` : ''}`,
  );
  for (const { line, reason } of rejects.slice(0, 5)) print(`  line ${line}: ${reason}`);
  if (rejects.length > 5) print(`  … and ${count(rejects.length - 5)} more`);

  const halves = splitCatalogue(rows);
  await using fake = await startFake();
  fake.load({ playlists: halves.flatMap(({ playlists }) => playlists) });
  for (const rule of faults) fake.inject(rule);

  await using registry = createRegistry();
  for (const { tenant, resilience } of tenants) {
    registry.register(spotify, { tenant, options: fake.options(tenant), resilience });
  }
  await registry.enableAll({ signal });

  await using stack = new AsyncDisposableStack();
  const work = await Promise.all(
    halves.map(async (half) => ({
      ...half,
      path: join(out, `${half.tenant}.ndjson`),
      output: stack.use(await openOutput(out, half.tenant, fingerprint)),
      client: registry.tenant(half.tenant).get(spotify),
    })),
  );
  // A run that was finished is begun anew; one that was interrupted goes on.
  if (work.every(({ output }) => output.checkpoint.done))
    await Promise.all(work.map(({ output }) => output.restart()));
  const begun = work.map(({ tenant, expected, output }) => ({
    tenant,
    expectedRows: expected.length,
    rowsBefore: output.checkpoint.rows,
  }));
  for (const { tenant, rowsBefore } of begun) {
    if (rowsBefore > 0) print(`${tenant}: an interrupted run is taken up after ${count(rowsBefore)} rows`);
  }

  const display = check
    ? undefined
    : createDisplay(process.stdout, begun, (tenant) => registry.status({ name: spotify.id, tenant }).stats);
  const results = await Promise.allSettled(
    work.map(({ tenant, client, output }) =>
      syncTenant({ client, output, signal, onProgress: (progress) => display?.update(tenant, progress) }),
    ),
  );
  display?.end();

  const outcomes = work.map(({ tenant, expected, output }, index) => ({
    tenant,
    status: registry.status({ name: spotify.id, tenant }),
    rowsRead: expected.length,
    rowsWritten: output.checkpoint.rows,
    rowsBefore: begun[index]?.rowsBefore ?? 0,
  }));
  print(`\n${outcomeTable(outcomes)}\n`);
  print(`faults that struck: ${struck(fake.exchanges)}`);

  const problems = results.flatMap((result, index) =>
    result.status === 'rejected' ? [`${work[index]?.tenant}: ${explain(result.reason)}`] : [],
  );
  if (problems.length === 0) {
    const compared = await Promise.all(work.map(({ path, expected }) => compareOutput(path, expected)));
    const written = outcomes.reduce((sum, { rowsWritten }) => sum + rowsWritten, 0);
    if (written !== rows.length) problems.push(`${count(rows.length)} rows in, ${count(written)} rows out`);
    problems.push(...compared.flat(), ...checkWall(fake.exchanges, halves));
  }
  if (problems.length > 0) {
    for (const problem of problems) print(`✗ ${problem}`);
    return 1;
  }
  print(`✓ rows out = rows in = ${count(rows.length)}, each as it stands in the file, in its order`);
  print('✓ neither tenant used the token or saw the playlists of the other');
  for (const { path } of work) print(path);
  return 0;
}

/** `status 503 × 12, cut × 8`. */
function struck(
  exchanges: readonly { readonly fault?: string | undefined; readonly status?: number | undefined }[],
): string {
  const counts = new Map<string, number>();
  for (const { fault, status } of exchanges) {
    if (fault === undefined) continue;
    const name = fault === 'status' ? `status ${status}` : fault;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts].map(([name, times]) => `${name} × ${times}`).join(', ') || 'none';
}

const explain = (error: unknown) =>
  errorCode(error) === 'cancelled'
    ? 'interrupted; the same command takes it up'
    : error instanceof Error
      ? error.message
      : String(error);
const count = (value: number) => value.toLocaleString('en-US');
const print = (line: string) => process.stdout.write(`${line}\n`);

const stop = new AbortController();
process.once('SIGINT', () => stop.abort());
process.once('SIGTERM', () => stop.abort());
try {
  process.exitCode = await main(process.argv.slice(2), stop.signal);
} catch (error) {
  if (!(error instanceof BadInput)) throw error;
  process.stderr.write(`catalog-sync: ${error.message}\n`);
  process.exitCode = 2;
}
