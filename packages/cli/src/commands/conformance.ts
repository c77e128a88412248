import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ConformanceReport, ConformanceResult } from '@im/testing';
import { defineCommand } from '../command.ts';
import { unknownName } from '../configuration.ts';
import { exitCodes } from '../exit-codes.ts';
import { loadPeer } from '../failure.ts';
import { flag, path, texts } from '../options.ts';
import type { Screen } from '../output/screen.ts';
import { loadSubjects, type Subject } from '../subject.ts';

/** What is asked of `@im/testing`. */
export type Testing = typeof import('@im/testing');

/** `im conformance`. */
export const conformance = defineCommand({
  name: 'conformance',
  summary: 'Runs the conformance suite of an integration against its own fake',
  about:
    'Each case proves a demand of the contract. One that does not apply is told with its reason and never counted as passed. Ends with 1 when a case fails.',
  arguments: [{ name: '<package>', says: 'installed package or id, the folder of one, or a file' }],
  options: {
    case: texts('--case <id>', 'only this case, as C-012; may be given several times'),
    all: flag('-a, --all', 'show passed cases too'),
    output: path('-o, --output <file>', 'write the report to this file too'),
  },
  examples: [
    ['im conformance spotify', 'an installed package'],
    ['im conformance . -o report.json', 'the package in this folder, with the report in a file'],
    ['im conformance ./crm.ts --case C-012 --case C-013', 'two cases of an integration in one file'],
  ],
  json: '{ reports: [{ from, provider, contract, passed, failed, notApplicable, results: [{ id, must, title, outcome, says? }] }] }',
  async run({ args: [wanted = ''], options, io, screen }) {
    const testing: Testing = await loadPeer(
      '@im/testing',
      'the conformance suite',
      () => import('@im/testing'),
    );
    const ids = testing.conformanceCases.map(({ id }) => id);
    for (const id of options.case) if (!ids.includes(id)) throw unknownName('case', id, ids);
    const subjects = await loadSubjects(wanted, io.cwd);
    const reports: Report[] = [];
    for (const subject of subjects) {
      const report = await prove(subject, testing, options.case, screen, io.signal);
      if (!screen.json) show(report, options.all || options.case.length > 0, screen);
      reports.push(report);
    }
    if (screen.json) screen.document({ reports });
    if (options.output !== undefined) {
      await writeFile(resolve(io.cwd, options.output), `${JSON.stringify({ reports }, undefined, 2)}\n`);
      screen.note(`wrote ${options.output}`);
    }
    return reports.every(({ failed }) => failed === 0) ? exitCodes.fine : exitCodes.wrong;
  },
});

/** A report, and what it is of. */
export type Report = ConformanceReport & { readonly from: string };

/** Runs the cases that are wanted (none: all), and shows how far it is. */
export async function prove(
  { from, definition, harness }: Subject,
  { conformanceCases, openSuite, runCase }: Testing,
  wanted: readonly string[],
  screen: Screen,
  signal: AbortSignal,
): Promise<Report> {
  const cases = conformanceCases.filter(({ id }) => wanted.length === 0 || wanted.includes(id));
  // Without a timer of its own: the suite looks for timers that an integration leaves behind.
  using spinner = screen.spin(`${definition.title} …`, 'with each text');
  const suite = await openSuite(definition, harness);
  const results: ConformanceResult[] = [];
  for (const [index, one] of cases.entries()) {
    signal.throwIfAborted();
    spinner.text(`${definition.title}, ${index + 1} of ${cases.length}: ${one.id} ${one.title}`);
    results.push(await runCase(one, suite));
  }
  const count = (outcome: string) => results.filter((one) => one.outcome === outcome).length;
  const counts = { passed: count('passed'), failed: count('failed'), notApplicable: count('not applicable') };
  return { from, provider: definition.id, contract: definition.contract, ...counts, results };
}

function show({ from, passed, failed, notApplicable, results }: Report, all: boolean, screen: Screen): void {
  const { colours } = screen;
  const signs = {
    passed: ['✓', colours.green],
    failed: ['✗', colours.red],
    'not applicable': ['–', colours.dim],
  } as const;
  const shown = results.filter(({ outcome }) => all || outcome !== 'passed');
  const summary = `${from}: ${passed} passed, ${failed} failed, ${notApplicable} not applicable`;
  if (shown.length > 0)
    screen.table(
      ['', 'case', 'proves', 'title', 'why'],
      shown.map(({ id, must, title, outcome, says }) => [signs[outcome], id, must, title, says ?? '']),
    );
  screen.print((failed === 0 ? colours.green : colours.red)(colours.bold(summary)));
  // A table keeps to a line each; of what failed every word counts.
  for (const { id, outcome, says } of results)
    if (outcome === 'failed') screen.print(`${colours.red(id)} ${(says ?? '').replaceAll('\n', '\n      ')}`);
}
