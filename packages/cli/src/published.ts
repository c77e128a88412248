/**
 * `conformance.json`, the result of the conformance suite that a package carries, so that whoever installs it can see what was proven and prove it again.
 * It says by what it was made: the sources of the fake and of the suite, each file with its hash. When one of them has changed, it is stale.
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, posix } from 'node:path';
import type { ConformanceReport } from '@im/testing';
import { exitCodes } from './exit-codes.ts';
import { CommandError } from './failure.ts';

/** Name of the file, in the package's folder. */
export const reportFile = 'conformance.json';

/** Hashes of files by their path within a package: `{ "src/testing.ts": "sha256-…" }`. */
export type Sources = Readonly<Record<string, string>>;

/** What `conformance.json` holds. */
export interface Published {
  /** Sources of the suite, in `@im/testing`. */
  readonly suite: Sources;
  /** By specifier: `@im/aws/s3`. */
  readonly integrations: Readonly<Record<string, PublishedReport>>;
}

/** The report of one integration. */
export interface PublishedReport {
  readonly provider: string;
  /** Version of the contract. */
  readonly contract: number;
  /** By id: `passed`, or `not applicable: ` and why. A report with a failure is never published. */
  readonly cases: Readonly<Record<string, string>>;
  /** Sources of the fake. */
  readonly fake: Sources;
}

/** A report as it is published. */
export function toPublished(
  { provider, contract, results }: ConformanceReport,
  fake: Sources,
): PublishedReport {
  const cases = results.map(({ id, outcome, says }) => [
    id,
    outcome === 'not applicable' ? `${outcome}: ${says}` : outcome,
  ]);
  return { provider, contract, cases: Object.fromEntries(cases), fake };
}

/**
 * Reads the report of the package in `folder`.
 *
 * @throws {@link CommandError} when there is none
 */
export function readPublished(folder: string, shown: string): Published {
  const file = join(folder, reportFile);
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Published;
  } catch (cause) {
    const what = existsSync(file) ? `has a ${reportFile} that cannot be read` : `has no ${reportFile}`;
    throw new CommandError(
      `${shown} ${what}`,
      {
        code: 'failed_precondition',
        exitCode: exitCodes.wrong,
        remedy: 'write it: im verify <package> --write',
      },
      { cause },
    );
  }
}

/** Sources of the suite that is installed: what `cases` of `@im/testing` stands on. */
export function suiteSources(): Sources {
  const folder = packageFolder(createRequire(import.meta.url).resolve('@im/testing'));
  const source = 'src/cases.ts';
  return sourcesFrom(folder, existsSync(join(folder, source)) ? source : 'dist/index.js');
}

/** Sources of the fake behind `subpath` (`.`, `./s3`) of the package in `folder`; what was built, where no sources are shipped. */
export function fakeSources(folder: string, subpath: string): Sources {
  const { exports = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  };
  const entry = exports[posix.join(subpath, 'testing').replace(/^(?!\.)/, './')] ?? {};
  const candidates = typeof entry === 'string' ? [entry] : [entry['@im/source'], entry.default, entry.import];
  const file = candidates.find((one) => one !== undefined && existsSync(join(folder, one)));
  return file === undefined ? {} : sourcesFrom(folder, posix.normalize(file));
}

/** Names of files that are other, new or gone. */
export function changedSources(published: Sources, now: Sources): readonly string[] {
  const files = new Set([...Object.keys(published), ...Object.keys(now)]);
  return [...files].filter((file) => published[file] !== now[file]).sort();
}

/** The file `entry` and all that it imports by relative paths, types left out, in the order of their names. */
function sourcesFrom(folder: string, entry: string): Sources {
  const found = new Map<string, string>();
  const visit = (file: string): void => {
    const path = join(folder, file);
    if (found.has(file) || !existsSync(path)) return;
    const text = readFileSync(path);
    found.set(file, `sha256-${createHash('sha256').update(text).digest('base64')}`);
    for (const [, specifier = ''] of text.toString('utf8').matchAll(relativeImports))
      visit(posix.join(posix.dirname(file), specifier));
  };
  visit(entry);
  return Object.fromEntries([...found].sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** Imports and re-exports of values, and files that are read by `new URL('./data.json', import.meta.url)`. */
const relativeImports =
  /(?:^(?:import|export)(?!\s+type\b)[^'"]*?|\bimport\(\s*|\bnew URL\(\s*)['"](\.{1,2}\/[^'"]+)['"]/gm;

/** The nearest folder around `file` that has a manifest. */
function packageFolder(file: string): string {
  const folder = dirname(file);
  return folder === file || existsSync(join(folder, 'package.json')) ? folder : packageFolder(folder);
}
