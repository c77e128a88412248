/** An application outside the workspace: copied to a folder of its own, and installed there from a registry, as anybody's would be. */
import { cpSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join, relative } from 'node:path';
import { run } from '../../tools/lib/run.ts';
import type { TemporaryFolder } from '../../tools/lib/temporary.ts';
import { readJson, type Workspace, type WorkspacePackage } from '../../tools/lib/workspace.ts';
import type { LocalRegistry } from '../../tools/release/registry.ts';

const files = join(import.meta.dirname, 'files');

/** The part of a manifest that is read. */
interface AppManifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

/** Names of the applications. */
export const apps: readonly string[] = readdirSync(files).filter((name) => name !== 'common');

/** Packages of the workspace that an application names. */
function namedBy(app: string, workspace: Workspace): readonly WorkspacePackage[] {
  const { dependencies } = readJson<AppManifest>(join(files, app, 'package.json'));
  return workspace.packages.filter(({ name }) => name in dependencies);
}

/** What npm has to install of the workspace: what is named, and what that cannot do without. */
export function neededBy(app: string, workspace: Workspace): readonly WorkspacePackage[] {
  const needed = new Set<WorkspacePackage>();
  const visit = (member: WorkspacePackage): void => {
    if (needed.has(member)) return;
    needed.add(member);
    const { dependencies = {}, peerDependencies = {}, peerDependenciesMeta = {} } = member.manifest;
    const peers = Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional);
    for (const name of [...Object.keys(dependencies), ...peers]) {
      const other = workspace.packages.find((one) => one.name === name);
      if (other !== undefined) visit(other);
    }
  };
  for (const member of namedBy(app, workspace)) visit(member);
  return [...needed].sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** Copies an application into `folder`, and installs it. @throws Error with all that npm said */
export async function install(app: string, folder: TemporaryFolder, registry: LocalRegistry): Promise<void> {
  for (const part of ['common', app]) cpSync(join(files, part), folder.path, { recursive: true });
  folder.write({ '.npmrc': registry.npmrc });
  const args = ['install', '--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline'];
  const { ok, output } = await run('npm', args, { cwd: folder.path });
  if (!ok) throw new Error(`npm install of ${app}: ${output}`);
}

/** What was installed that nobody asked for, and what came from elsewhere than the registry. */
export function strangers(app: string, cwd: string, workspace: Workspace, registry: LocalRegistry): string[] {
  const { packages } = JSON.parse(readFileSync(join(cwd, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, { readonly resolved?: string; readonly link?: boolean }>>;
  };
  const { dependencies, devDependencies } = readJson<AppManifest>(join(cwd, 'package.json'));
  const needed = new Set(neededBy(app, workspace).map(({ name }) => name));
  const installed = Object.entries(packages)
    .filter(([path]) => path !== '')
    .map(([path, entry]) => ({ path, entry, name: path.slice(path.lastIndexOf('node_modules/') + 13) }));
  const ours = installed.filter(({ name }) => name.startsWith('@im/'));
  const missing = [...needed].filter((name) => !ours.some((one) => one.name === name));
  return [
    ...missing.map((name) => `${name} was not installed`),
    ...ours
      .filter(({ name }) => !needed.has(name))
      .map(({ name }) => `${name} was installed, which nobody asked for`),
    ...ours
      .filter(({ path }) => !isInside(cwd, path))
      .map(({ name }) => `${name} is not in the folder of the application`),
    ...ours
      .filter(({ entry }) => entry.resolved !== undefined && !entry.resolved.startsWith(registry.url))
      .map(({ name, entry }) => `${name} came from ${entry.resolved}`),
    ...installed
      .filter(({ name }) => forOthers.test(name) && !(name in dependencies) && !(name in devDependencies))
      .map(({ name }) => `${name} was installed, which is for other applications`),
  ];
}

/** Clients of clouds, frameworks and peers that only some applications want. */
const forOthers =
  /^(@aws-sdk\/(client-|credential-).+|@azure\/.+|@google-cloud\/.+|google-auth-library|ioredis|express|fastify|hono|prom-client|vitest)$/;

function isInside(cwd: string, path: string): boolean {
  return !relative(realpathSync(cwd), realpathSync(join(cwd, path))).startsWith('..');
}
