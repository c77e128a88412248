/** What the command line says, checked. */
import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { BadInput } from './bad-input.ts';

/** What to do. */
export interface Arguments {
  /** Folder whose files are put into the clouds. */
  readonly in: string;
  /** Nobody is watching: no drawing, plain lines. */
  readonly check: boolean;
  readonly help: boolean;
}

/** What `--help` prints. */
export const usage = `npm run example:multi-cloud -- [options]

  --in <folder>   files to put into the clouds; default: the sources of the packages
  --check         run unattended
  --help          this text

S3 is fauxqs, Azure is Azurite, Google Cloud Storage is the fake of @im/gcp: no account is needed.
Exit code: 0 every byte is where it belongs, 1 it is not, 2 the input cannot be worked with.`;

/**
 * Reads the command line.
 *
 * @throws {@link BadInput} for a flag that there is not, one without its value, or a folder that is none
 */
export async function readArguments(args: readonly string[]): Promise<Arguments> {
  let values: { in?: string; check?: boolean; help?: boolean };
  try {
    ({ values } = parseArgs({
      args: [...args],
      options: { in: { type: 'string' }, check: { type: 'boolean' }, help: { type: 'boolean' } },
    }));
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new BadInput(`${error.message.split('. To specify')[0]}\n\n${usage}`, { cause: error });
  }
  // npm runs scripts at the root, and says where it was called from.
  const from = process.env.INIT_CWD ?? process.cwd();
  const folder = values.in === undefined ? defaultFolder : resolve(from, values.in);
  if (values.help !== true) await checkFolder(folder);
  return { in: folder, check: values.check ?? false, help: values.help ?? false };
}

const defaultFolder = join(dirname(dirname(import.meta.dirname)), 'packages');

async function checkFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch((error: NodeJS.ErrnoException) => {
    throw new BadInput(`cannot read the folder ${folder}: ${error.code}`, { cause: error });
  });
  if (!found.isDirectory()) throw new BadInput(`${folder} is no folder`);
}
