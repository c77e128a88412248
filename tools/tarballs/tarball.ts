/** Packs every package as npm would publish it, once, and opens what came. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { run } from '../lib/run.ts';
import type { Manifest, Workspace } from '../lib/workspace.ts';

/** A manifest as it is published. */
export type PackedManifest = Manifest & {
  readonly bundleDependencies?: unknown;
  readonly bundledDependencies?: unknown;
};

/** A package as npm would publish it. */
export interface Tarball {
  readonly name: string;
  /** The `.tgz`. */
  readonly file: string;
  readonly manifest: PackedManifest;
  /** By path within the package, with slashes. */
  readonly files: ReadonlyMap<string, Buffer>;
}

/** Packs all packages into `folder`. They must have been built. @throws Error with all that npm or tar said */
export async function packAll(workspace: Workspace, folder: string): Promise<readonly Tarball[]> {
  const args = ['pack', '--workspaces', '--json', '--loglevel=error', '--pack-destination', folder];
  await must('npm', args, workspace.root);
  const archives = readdirSync(folder).filter((file) => file.endsWith('.tgz'));
  const tarballs = archives.map((archive) => openTarball(join(folder, archive)));
  return (await Promise.all(tarballs)).sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** Unpacks a tarball beside itself. */
export async function openTarball(file: string): Promise<Tarball> {
  const folder = file.replace(/\.tgz$/, '');
  mkdirSync(folder);
  await must('tar', ['-xzf', basename(file), '-C', basename(folder)], join(file, '..'));
  const root = join(folder, 'package');
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  const files = new Map(
    entries.map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path.slice(root.length + 1).replaceAll('\\', '/'), readFileSync(path)];
    }),
  );
  const manifest = JSON.parse(String(files.get('package.json'))) as PackedManifest;
  return { name: manifest.name, file, manifest, files };
}

async function must(command: string, args: readonly string[], cwd: string): Promise<void> {
  const { ok, output } = await run(command, args, { cwd });
  if (!ok) throw new Error(`${command} ${args.join(' ')}: ${output}`);
}
