/** What the command line says, checked. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BadInput } from './bad-input.ts';

/** What to do. */
export interface Arguments {
  readonly catalog: string;
  readonly encoding: string;
  readonly out: string;
  /** Nobody is watching: no progress, a folder of its own that is removed at the end. */
  readonly check: boolean;
  readonly help: boolean;
}

/** What `--help` prints. */
export const usage = `npm run example:catalog-sync -- [options]

  --catalog <file>      CSV file with a header; default: a small catalogue of our own
  --encoding <name>     its encoding, as the WHATWG names it; default utf-8
  --out <folder>        where <tenant>.ndjson go; default: catalog-sync in the system's folder for temporary files
  --check               run unattended in a fresh folder, verify, remove it
  --help                this text

An interrupted run is taken up where it was; a finished one is begun anew.
Exit code: 0 all is right, 1 something failed or does not add up, 2 the input cannot be worked with.`;

/**
 * Reads the command line.
 *
 * @throws {@link BadInput} for a flag that there is not, or one without its value
 */
export function readArguments(args: readonly string[]): Arguments {
  let values: { catalog?: string; encoding?: string; out?: string; check?: boolean; help?: boolean };
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: {
        catalog: { type: 'string' },
        encoding: { type: 'string' },
        out: { type: 'string' },
        check: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    }));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new BadInput(`${error.message.split('. To specify')[0]}\n\n${usage}`, { cause: error });
  }
  return {
    catalog: values.catalog ?? join(import.meta.dirname, 'catalogue.csv'),
    encoding: values.encoding ?? 'utf-8',
    out: values.out ?? join(tmpdir(), 'catalog-sync'),
    check: values.check ?? false,
    help: values.help ?? false,
  };
}

/**
 * Makes sure that files can be written to the folder.
 *
 * @throws {@link BadInput} when they cannot
 */
export async function prepareFolder(folder: string): Promise<void> {
  const probe = join(folder, `.probe-${process.pid}`);
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(probe, '');
    await rm(probe);
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new BadInput(`cannot write to the folder ${folder}: ${why}`, { cause: error });
  }
}

/** A folder of its own, for `--check`. */
export function temporaryFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'catalog-sync-'));
}
