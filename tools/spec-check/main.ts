/**
 * `npm run spec-check -- [--provider <id>] [--record <folder>] [--specs <folder>] [--all] [--json]`
 *
 * Judges what the fakes recorded (`IM_RECORD=<folder> npm test`) by the vendors' descriptions below `IM_SPECS`. Ends
 * with 1 when there is a violation, or, with `--all`, when a described operation was not exercised (of an adapter that
 * covers a part of its API on purpose: when none was); with 2 when it cannot judge.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { integrationsOf, readWorkspace, repositoryRoot } from '../lib/workspace.ts';
import { Documents } from './documents.ts';
import { loadFormats, readDescription } from './formats.ts';
import { judge, type Verdict } from './judge.ts';
import { findRecordings, readExchanges } from './recording.ts';
import { reportLines } from './report.ts';

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      provider: { type: 'string' },
      record: { type: 'string', default: process.env.IM_RECORD ?? '' },
      specs: { type: 'string', default: process.env.IM_SPECS ?? '' },
      all: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const record = folder(
    values.record,
    'recordings: give --record or IM_RECORD, and run the tests with IM_RECORD first',
  );
  const specs = folder(values.specs, "vendors' descriptions: give --specs or IM_SPECS");
  const verdicts = await judgeAll(values.provider, record, specs);
  if (values.json) process.stdout.write(`${JSON.stringify(verdicts, null, 2)}\n`);
  else for (const verdict of verdicts) process.stdout.write(`${reportLines(verdict).join('\n')}\n`);
  return verdicts.some((verdict) => isBad(verdict, values.all)) ? 1 : 0;
}

function folder(path: string, what: string): string {
  if (path === '' || !existsSync(path)) throw new Error(`there is no folder of ${what}`);
  return path;
}

async function judgeAll(only: string | undefined, record: string, specs: string): Promise<Verdict[]> {
  const recordings = findRecordings(record);
  const formats = await loadFormats();
  const verdicts: Verdict[] = [];
  const integrations = readWorkspace(repositoryRoot).packages.flatMap((one) =>
    integrationsOf(one).map((integration) => ({ place: one.folder, ...integration })),
  );
  for (const { place, id: provider, specs: files, servers, statuses, subset } of integrations) {
    if (files.length === 0 || (only !== undefined && only !== provider)) continue;
    const documents = new Documents();
    const descriptions = files.map((file) => {
      const path = join(specs, file);
      if (!existsSync(path)) throw new Error(`${place}/package.json names ${file}, which is not in ${specs}`);
      return readDescription(path, documents, formats);
    });
    const law = { provider, descriptions, servers, subset, statuses: Object.keys(statuses).map(Number) };
    verdicts.push(await judge(law, readExchanges(recordings.get(provider) ?? [])));
  }
  if (only !== undefined && verdicts.length === 0)
    throw new Error(`${only}: no package of that integration names a description ("im": { "specs": [] })`);
  return verdicts;
}

/** With `all`, an adapter for a part of the API must have exercised something; any other everything. */
function isBad({ violations, unexercised, exercised, subset }: Verdict, all: boolean): boolean {
  return violations.length > 0 || (all && (subset ? exercised === 0 : unexercised.length > 0));
}

process.exitCode = await main().catch((error: unknown) => {
  process.stderr.write(`spec-check: ${error instanceof Error ? error.message : error}\n`);
  return 2;
});
