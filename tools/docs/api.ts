/** The API reference: Markdown from the docstrings of everything that a package exports, one folder a package. */
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Application } from 'typedoc';
import { load as writeMarkdown } from 'typedoc-plugin-markdown';
import { entryFile, type Workspace } from '../lib/workspace.ts';

/** By the source file behind each public subpath, what it is imported as: `@im/aws/s3`. */
function entryPoints({ packages, root }: Workspace): ReadonlyMap<string, string> {
  const entries = packages.flatMap((one) =>
    Object.keys(one.manifest.exports ?? {}).flatMap((subpath) => {
      const file = entryFile(one, subpath);
      const isThere = file !== undefined && existsSync(join(root, file));
      return isThere ? [[file, `${one.name}${subpath.slice(1)}`] as const] : [];
    }),
  );
  return new Map(entries);
}

/**
 * Writes the reference to `folder`, which is emptied first.
 *
 * @returns the number of entry points
 * @throws Error when the sources cannot be read; the reasons have been printed
 */
export async function writeApiReference(workspace: Workspace, folder: string): Promise<number> {
  const entries = entryPoints(workspace);
  const application = await Application.bootstrapWithPlugins({
    entryPoints: [...entries.keys()].map((file) => join(workspace.root, file)),
    basePath: join(workspace.root, 'packages'),
    tsconfig: join(workspace.root, 'tsconfig.json'),
    plugin: [writeMarkdown],
    outputs: [{ name: 'markdown', path: folder }],
    name: '@im',
    readme: 'none',
    // Types are a check of their own; here a fault elsewhere must not keep the reference back.
    skipErrorChecking: true,
    excludeInternal: true,
    excludePrivate: true,
    excludeExternals: true,
    disableSources: true,
    gitRevision: 'main',
    logLevel: 'Error',
  });
  const project = await application.convert();
  if (project === undefined) throw new Error('the sources could not be read');
  // The generator calls modules by their files, without what all have in common; readers know them by what they import.
  const names = new Map(
    [...entries].map(([file, name]) => [
      file.replace(/^packages\//, '').replace(/(\/index)?\.ts$/, ''),
      name,
    ]),
  );
  for (const module of project.children ?? []) module.name = names.get(module.name) ?? module.name;
  rmSync(folder, { recursive: true, force: true });
  await application.generateOutputs(project);
  if (application.logger.hasErrors()) throw new Error('the reference is not complete');
  return entries.size;
}
