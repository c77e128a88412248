import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { defineCommand } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { CommandError, loadPeer, usageError } from '../failure.ts';
import { flag } from '../options.ts';
import type { Screen } from '../output/screen.ts';
import {
  changedSources,
  fakeSources,
  type Published,
  type PublishedReport,
  readPublished,
  reportFile,
  type Sources,
  suiteSources,
  toPublished,
} from '../published.ts';
import { loadSubjects, type Subject } from '../subject.ts';
import { prove, type Testing } from './conformance.ts';

/** `im verify`. */
export const verify = defineCommand({
  name: 'verify',
  summary: 'Runs the conformance suite again and compares with what a package says of itself',
  about: `A package carries ${reportFile}: contract, result of every case, and hashes of the sources of its fake and of the suite. Ends with 1 when a case does not end as published, or when the report is not of the fake that is there. Cases that are newer than the report are told, and must not fail.`,
  arguments: [{ name: '<package>', says: 'installed package or id, or the folder of one' }],
  options: {
    write: flag('--write', `write ${reportFile} into the folder of the package, when no case fails`),
  },
  examples: [
    ['im verify spotify', 'an installed package'],
    ['im verify . --write', 'the package in this folder: writes the report to publish'],
  ],
  json: '{ ok, integrations: [{ from, ok, passed, failed, notApplicable, changed, suiteChanged, differences: [{ id, published?, now?, says? }] }] }',
  async run({ args: [wanted = ''], options, io, screen }) {
    const testing: Testing = await loadPeer(
      '@im/testing',
      'the conformance suite',
      () => import('@im/testing'),
    );
    const [first, ...rest] = (await loadSubjects(wanted, io.cwd)).map(ofPackage);
    if (first === undefined) throw usageError(`${wanted} has no integration`, 'name one of a package');
    const { folder } = first;
    // A report is of the whole package, also where one of its integrations was named.
    const subjects = options.write ? (await loadSubjects(folder, io.cwd)).map(ofPackage) : [first, ...rest];
    const published = options.write ? undefined : readPublished(folder, wanted);
    const suite = suiteSources();
    const suiteChanged = changedSources(published?.suite ?? suite, suite).length > 0;

    const reports: Record<string, PublishedReport> = {};
    const verdicts: Verdict[] = [];
    for (const { subject, subpath } of subjects) {
      const report = await prove(subject, testing, [], screen, io.signal);
      const now = toPublished(report, fakeSources(folder, subpath));
      reports[subject.from] = now;
      const { passed, failed, notApplicable } = report;
      const says = new Map(report.results.map((one) => [one.id, one.says]));
      const verdict = compare(
        published?.integrations[subject.from] ?? (options.write ? now : undefined),
        now,
        says,
      );
      const ok = failed === 0 && verdict.changed.length === 0 && verdict.differences.every(isNew);
      verdicts.push({ from: subject.from, ok, passed, failed, notApplicable, suiteChanged, ...verdict });
    }
    const ok = verdicts.every((one) => one.ok);
    if (screen.json) screen.document({ ok, integrations: verdicts });
    else for (const verdict of verdicts) show(verdict, screen);
    if (options.write && ok) await write(folder, { suite, integrations: reports }, screen);
    return ok ? exitCodes.fine : exitCodes.wrong;
  },
});

/** A case that did not end as it was published. */
interface Difference {
  readonly id: string;
  /** Absent: the report does not know it. */
  readonly published?: string | undefined;
  /** Absent: the suite has it no more. */
  readonly now?: string | undefined;
  readonly says?: string | undefined;
}

interface Verdict {
  readonly from: string;
  readonly ok: boolean;
  readonly passed: number;
  readonly failed: number;
  readonly notApplicable: number;
  /** Sources of the fake that are not those of the report, and the contract, where it is another one. */
  readonly changed: readonly string[];
  /** The suite is another one than that of the report, which is no fault: it may be newer. */
  readonly suiteChanged: boolean;
  readonly differences: readonly Difference[];
}

function ofPackage(subject: Subject): {
  readonly subject: Subject;
  readonly folder: string;
  readonly subpath: string;
} {
  if (subject.package === undefined)
    throw usageError(`${subject.from} is no package`, 'name an installed package, or the folder of one');
  return { subject, ...subject.package };
}

function compare(
  published: PublishedReport | undefined,
  now: PublishedReport,
  says: ReadonlyMap<string, string | undefined>,
): { readonly changed: readonly string[]; readonly differences: readonly Difference[] } {
  const before: Readonly<Record<string, string>> = published?.cases ?? {};
  const ids = [...new Set([...Object.keys(before), ...Object.keys(now.cases)])].sort();
  const failed = (id: string) => now.cases[id] === 'failed';
  const differences = ids
    .filter((id) => outcomeOf(before[id]) !== outcomeOf(now.cases[id]) || failed(id))
    .map((id) => ({ id, published: before[id], now: now.cases[id], says: says.get(id) }));
  const sources: Sources = published?.fake ?? {};
  const contract = published?.contract === now.contract ? [] : [`contract ${now.contract}`];
  return { changed: [...contract, ...changedSources(sources, now.fake)], differences };
}

/** `not applicable: why` without the reason, which may be worded better one day. */
function outcomeOf(text: string | undefined): string | undefined {
  return text?.split(':', 1)[0];
}

function isNew({ published, now }: Difference): boolean {
  return published === undefined && now !== 'failed';
}

function show({ from, ok, passed, failed, notApplicable, ...rest }: Verdict, screen: Screen): void {
  const { changed, suiteChanged, differences } = rest;
  const { colours } = screen;
  if (differences.length > 0)
    screen.table(
      ['case', 'published', 'now', 'why'],
      differences.map((one) => [
        one.id,
        outcomeOf(one.published) ?? 'unknown',
        outcomeOf(one.now) ?? 'gone',
        one.says ?? '',
      ]),
    );
  for (const file of changed) screen.print(colours.red(`${file} is not what the report was made with`));
  if (suiteChanged) screen.print(colours.dim('the suite is another one than that of the report'));
  const counts = `${passed} passed, ${failed} failed, ${notApplicable} not applicable`;
  const verdict = ok ? 'as published' : 'not as published';
  screen.print((ok ? colours.green : colours.red)(colours.bold(`${from}: ${verdict}: ${counts}`)));
}

async function write(folder: string, published: Published, screen: Screen): Promise<void> {
  const file = join(folder, reportFile);
  try {
    await writeFile(file, `${JSON.stringify(published, undefined, 2)}\n`);
  } catch (cause) {
    throw new CommandError(
      `${file} cannot be written`,
      { code: 'failed_precondition', exitCode: exitCodes.wrong, remedy: 'make its folder writable' },
      { cause },
    );
  }
  screen.note(`wrote ${reportFile}`);
}
