import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Description, Format } from './description.ts';
import type { Documents } from './documents.ts';

/** Every format that has a file in `formats/`. */
export async function loadFormats(): Promise<readonly Format[]> {
  const folder = join(import.meta.dirname, 'formats');
  const files = globSync('*.ts', { cwd: folder, exclude: (name) => name.endsWith('.test.ts') }).sort();
  const modules: readonly { readonly format: Format }[] = await Promise.all(
    files.map((file) => import(`./formats/${basename(file, '.ts')}.ts`)),
  );
  return modules.map(({ format }) => format);
}

/**
 * The description in `file`, by whichever format it is written in.
 *
 * @throws Error when no format reads it
 */
export function readDescription(file: string, documents: Documents, formats: readonly Format[]): Description {
  const document = documents.load(file);
  const format = formats.find((one) => one.accepts(document));
  if (format === undefined)
    throw new Error(
      `${file}: none of the formats that are read (${formats.map((one) => one.name).join(', ')})`,
    );
  return format.read(file, documents);
}
