/** The files to put away: which there are, and what their bytes are worth. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** One file. */
export interface LocalFile {
  readonly path: string;
  /** Its name in the clouds: the path below the folder, with slashes. */
  readonly key: string;
  readonly size: number;
}

/** Folders that hold what can be made again. */
const skipped: ReadonlySet<string> = new Set(['node_modules', 'dist', '.git', '.nx']);

/** Every file below `folder`, by key. Links are not followed. */
export async function listFiles(folder: string): Promise<readonly LocalFile[]> {
  const found: LocalFile[] = [];
  const visit = async (below: string): Promise<void> => {
    for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
      const key = below === '' ? entry.name : `${below}/${entry.name}`;
      const path = join(folder, key);
      if (entry.isDirectory() && !skipped.has(entry.name)) await visit(key);
      else if (entry.isFile()) found.push({ path, key, size: (await stat(path)).size });
    }
  };
  await visit('');
  return found.sort((one, other) => (one.key < other.key ? -1 : 1));
}

/** SHA-256 of a file's bytes, as they are on the disk now. */
export async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}
