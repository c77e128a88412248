/** Publishes every package of the workspace, as it is built now, to a registry on loopback. */
import { join } from 'node:path';
import { run } from '../lib/run.ts';
import type { TemporaryFolder } from '../lib/temporary.ts';
import type { Workspace } from '../lib/workspace.ts';
import type { LocalRegistry } from './registry.ts';

/** @throws Error with all that npm said */
export async function publishAll(
  workspace: Workspace,
  registry: LocalRegistry,
  folder: TemporaryFolder,
): Promise<void> {
  folder.write({ '.npmrc': registry.npmrc });
  for (const { folder: place, name } of workspace.packages) {
    const args = [
      'publish',
      '--registry',
      registry.url,
      '--userconfig',
      join(folder.path, '.npmrc'),
      '--no-provenance',
    ];
    const { ok, output } = await run('npm', args, { cwd: join(workspace.root, place) });
    if (!ok) throw new Error(`npm publish of ${name}: ${output}`);
  }
}
