/** Where the vendors' descriptions come from: `sources.json` names for each the repository, its path there, and the commit that the adapters were made by. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { readJson } from '../lib/workspace.ts';

/** One file in a public repository. */
interface Source {
  readonly repository: string;
  readonly path: string;
  /** Commit of the file as the adapters were made by it. */
  readonly pinned: string;
}

/** Sources by the path below `IM_SPECS`. */
export const sources: Readonly<Record<string, Source>> = readJson(join(import.meta.dirname, 'sources.json'));

const host = 'https://raw.githubusercontent.com';

/**
 * Writes every description into `folder`, by its path below `IM_SPECS`. One that is not there any more is left out of the newest, and told by whoever compares.
 *
 * @param base where files are fetched from: `<base>/<repository>/<commit>/<path>`
 * @throws Error when a file cannot be had, with its address
 */
export async function fetchDescriptions(
  folder: string,
  which: 'pinned' | 'newest',
  base = host,
): Promise<void> {
  for (const [file, { repository, path, pinned }] of Object.entries(sources)) {
    const url = `${base}/${repository}/${which === 'pinned' ? pinned : 'HEAD'}/${path}`;
    const answer = await fetch(url, { signal: AbortSignal.timeout(60_000) }).catch((cause: unknown) => {
      throw new Error(`${url} cannot be reached`, { cause });
    });
    if (answer.status === 404 && which === 'newest') continue;
    if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
    const target = join(folder, file);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, Buffer.from(await answer.arrayBuffer()));
  }
}
