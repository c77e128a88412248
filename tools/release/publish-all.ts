/** Publishes packages, as they are built now, to a registry on loopback. */
import { join } from 'node:path';
import { run } from '../lib/run.ts';
import { temporaryFolder } from '../lib/temporary.ts';
import type { Workspace } from '../lib/workspace.ts';
import type { LocalRegistry } from './registry.ts';

/**
 * Every package of the workspace.
 * @throws Error with all that npm said
 */
export async function publishAll(workspace: Workspace, registry: LocalRegistry): Promise<void> {
  for (const { folder } of workspace.packages) await publishFolder(join(workspace.root, folder), registry);
}

/**
 * The package that stands in `cwd`.
 * @throws Error with all that npm said
 */
export async function publishFolder(cwd: string, registry: LocalRegistry): Promise<void> {
  using settings = temporaryFolder({ '.npmrc': registry.npmrc });
  const where = ['--registry', registry.url, '--userconfig', join(settings.path, '.npmrc')];
  const { ok, output } = await run('npm', ['publish', ...where, '--no-provenance'], { cwd });
  if (!ok) throw new Error(`npm publish of ${cwd}: ${output}`);
}
