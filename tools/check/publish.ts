/** Packs every package as npm would publish it, and has publint and attw look at the tarball. */
import { basename, join } from 'node:path';
import type { Fault } from '../lib/fault.ts';
import { run } from '../lib/run.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import type { Workspace } from '../lib/workspace.ts';

/** Faults of the tarballs. The packages must have been built. */
export async function checkPublish(workspace: Workspace): Promise<Fault[]> {
  using folder = temporaryFolder();
  const faults: Fault[] = [];
  for (const { name, folder: place } of workspace.packages) {
    const packed = await run(
      'npm',
      ['pack', '--json', '--loglevel=error', '--pack-destination', folder.path],
      {
        cwd: join(workspace.root, place),
      },
    );
    const tarball = join(folder.path, tarballName(packed.output));
    const results = await Promise.all([
      run('publint', ['run', tarball, '--strict'], { cwd: workspace.root }),
      run('attw', [tarball, '--profile', 'esm-only', '--no-emoji', '--no-color'], { cwd: workspace.root }),
    ]);
    for (const { ok, output } of results)
      if (!ok) faults.push({ place: `${name} (${basename(tarball)})`, says: output });
  }
  return faults;
}

/** npm prints a list, or since version 12 an object by package name; other lines may stand in front. */
function tarballName(output: string): string {
  const name = /"filename":\s*"([^"]+)"/.exec(output)?.[1];
  if (name === undefined) throw new Error(`npm pack: ${output}`);
  return name;
}
