/**
 * Installed integrations. A package says in its `package.json` under which name it exports its definition:
 * `"im": { "integration": "spotify" }`, or for several by subpath `"im": { "integration": { "./s3": "s3" } }`, and may
 * give the `id` beside it. Nothing is loaded to list them; {@link loadIntegration} loads one.
 */
import { readdir, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { resolveEntry } from './config/resolve-entry.ts';
import { type ErrorCode, IntegrationError } from './errors.ts';
import type { AnyDefinition } from './integration.ts';

/** A package, or a subpath of one, that gives an integration. */
export interface InstalledIntegration {
  /** What to write under `use`: `@im/spotify`, `@im/aws/s3`. */
  readonly specifier: string;
  readonly package: string;
  readonly version: string;
  /** Name under which the definition is exported. */
  readonly export: string;
  /** Absent: the manifest does not say. */
  readonly id?: string | undefined;
  /** Folder of the package, links followed. */
  readonly path: string;
}

/** What {@link discover} found. */
export interface Discovery {
  /** By specifier. */
  readonly integrations: readonly InstalledIntegration[];
  /** Packages whose manifest cannot be read. */
  readonly broken: readonly { readonly path: string; readonly says: string }[];
}

const manifestSchema = z.looseObject({
  name: z.string().min(1),
  version: z.string().default('0.0.0'),
  main: z.unknown().optional(),
  exports: z.unknown().optional(),
  im: z
    .looseObject({
      id: z.string().optional(),
      integration: z.union([z.string().min(1), z.record(z.string(), z.string().min(1))]).optional(),
    })
    .optional(),
});

/** Manifests read at the same time. */
const concurrency = 32;

/**
 * Lists installed integrations: every `node_modules` from the folder `from` upwards, the nearest package of a name first, as
 * Node looks them up. A broken manifest is reported and stops nothing.
 *
 * @param from default: the working directory
 */
export async function discover(from: string = process.cwd()): Promise<Discovery> {
  const found = new Map<string, readonly InstalledIntegration[]>();
  const broken: { path: string; says: string }[] = [];
  for (const folder of foldersUpFrom(resolve(from))) {
    const folders = (await packageFolders(join(folder, 'node_modules'))).values();
    const nearest = new Set(found.keys());
    const work = async (): Promise<void> => {
      for (const path of folders) {
        const read = await readManifest(path);
        if ('says' in read) broken.push({ path, says: read.says });
        else if (!nearest.has(read.name)) found.set(read.name, await integrationsOf(read.manifest, path));
      }
    };
    await Promise.all(Array.from({ length: concurrency }, work));
  }
  const integrations = [...found.values()].flat();
  return {
    integrations: integrations.sort((one, other) => (one.specifier < other.specifier ? -1 : 1)),
    broken: broken.sort((one, other) => (one.path < other.path ? -1 : 1)),
  };
}

/**
 * Loads the definition that a package, a subpath or a file gives. The contract is checked by the registry.
 *
 * @param specifier `@im/spotify`, `@im/aws/s3`, `./crm.js`; `#name` at the end names the export
 * @param options `from`: folder from which it is looked up. Default: the working directory
 * @throws {@link IntegrationError} `not_found` with the command that installs it; `failed_precondition` when it
 * cannot be loaded or exports no definition; `invalid_argument` when `specifier` is none
 */
export async function loadIntegration(
  specifier: string,
  options: { readonly from?: string | undefined } = {},
): Promise<AnyDefinition> {
  const from = resolve(options.from ?? process.cwd());
  const [target = '', wanted] = specifier.split('#', 2);
  const { file, exported } = isPath(target)
    ? { file: await existingFile(resolve(from, target), target), exported: undefined }
    : await packageEntry(target, from);
  const name = wanted ?? exported;
  const module = await importFile(file, target);
  const candidates = name === undefined ? ['default', ...Object.keys(module)] : [name];
  const definition = candidates.map((candidate) => module[candidate]).find(isDefinition);
  if (definition !== undefined) return definition;
  const what = name === undefined ? 'exports no integration' : `exports no integration named ${name}`;
  throw failure(
    `${target} ${what}`,
    'failed_precondition',
    'export what defineIntegration gives, and name it in package.json',
  );
}

async function packageEntry(
  specifier: string,
  from: string,
): Promise<{ readonly file: string; readonly exported: string | undefined }> {
  const match = /^((?:@[a-z\d~-][\w.~-]*\/)?[a-z\d~-][\w.~-]*)(\/[\w./~-]+)?$/i.exec(specifier);
  const [, name = '', path = ''] = match ?? [];
  if (match === null || specifier.length > 214) {
    throw failure(
      'what to use is not the name of a package or a file',
      'invalid_argument',
      'name it as in @im/spotify or ./crm.js',
    );
  }
  for (const folder of foldersUpFrom(from)) {
    const root = join(folder, 'node_modules', name);
    if ((await kindOf(join(root, 'package.json'))) !== 'file') continue;
    const read = await readManifest(root);
    if ('says' in read)
      throw failure(`${name}: ${read.says}`, 'failed_precondition', `install it again: npm install ${name}`);
    const subpath = `.${path}`;
    const entry = resolveEntry(read.manifest, subpath);
    const file = entry === undefined ? undefined : join(await realpath(root), entry);
    if (file === undefined || (await kindOf(file)) !== 'file') {
      throw failure(
        `${specifier} is installed but has nothing to load`,
        'failed_precondition',
        `build it, or install it again: npm install ${name}`,
      );
    }
    return { file, exported: exportsOf(read.manifest)[subpath] };
  }
  throw failure(`${name} is not installed`, 'not_found', `npm install ${name}`);
}

async function existingFile(file: string, shown: string): Promise<string> {
  if ((await kindOf(file)) === 'file') return file;
  throw failure(
    `the file ${shown} does not exist`,
    'not_found',
    'correct the path; it is relative to the configuration',
  );
}

async function importFile(file: string, shown: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return (await import(pathToFileURL(file).href)) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('\n', 1)[0] : 'it threw';
    throw new IntegrationError(
      `${shown} cannot be loaded: ${why}`,
      { code: 'failed_precondition', remedy: 'install what it needs, in versions that fit' },
      { cause },
    );
  }
}

function isDefinition(value: unknown): value is AnyDefinition {
  if (typeof value !== 'object' || value === null) return false;
  const { id, options, connect } = value as Readonly<Record<string, unknown>>;
  return typeof id === 'string' && typeof options === 'object' && typeof connect === 'function';
}

/** Whether `specifier` names a file, not a package. */
export function isPath(specifier: string): boolean {
  return /^\.{0,2}\/|^[a-z]:[\\/]|^\.{1,2}\\/i.test(specifier);
}

function failure(says: string, code: ErrorCode, remedy: string): IntegrationError {
  return new IntegrationError(says, { code, remedy });
}

type Manifest = z.output<typeof manifestSchema>;

async function readManifest(
  folder: string,
): Promise<{ readonly name: string; readonly manifest: Manifest } | { readonly says: string }> {
  try {
    const parsed = manifestSchema.safeParse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')));
    if (parsed.success) return { name: parsed.data.name, manifest: parsed.data };
    const where = parsed.error.issues.map((issue) => issue.path.join('.') || 'the whole').join(', ');
    return { says: `package.json is not as it should be: ${where}` };
  } catch (error) {
    if (error instanceof SyntaxError) return { says: 'package.json is not JSON' };
    return { says: `package.json cannot be read (${systemCode(error)})` };
  }
}

async function integrationsOf(manifest: Manifest, folder: string): Promise<readonly InstalledIntegration[]> {
  const exported = Object.entries(exportsOf(manifest));
  if (exported.length === 0) return [];
  const path = await realpath(folder);
  const common = { package: manifest.name, version: manifest.version, path };
  return exported.map(([subpath, name]) => ({
    ...common,
    specifier: `${manifest.name}${subpath.slice(1)}`,
    export: name,
    ...(manifest.im?.id !== undefined && subpath === '.' ? { id: manifest.im.id } : {}),
  }));
}

function exportsOf(manifest: Manifest): Readonly<Record<string, string>> {
  const declared = manifest.im?.integration;
  return declared === undefined ? {} : typeof declared === 'string' ? { '.': declared } : declared;
}

/** Folders of the packages in one `node_modules`, scopes opened, links followed; none when it is not there. */
async function packageFolders(nodeModules: string): Promise<readonly string[]> {
  const names = await foldersIn(nodeModules);
  const nested = names.map(async (name) =>
    name.startsWith('@')
      ? (await foldersIn(join(nodeModules, name))).map((inner) => join(name, inner))
      : [name],
  );
  const paths = (await Promise.all(nested)).flat().map((name) => join(nodeModules, name));
  const manifests = await Promise.all(paths.map((path) => kindOf(join(path, 'package.json'))));
  return paths.filter((_, index) => manifests[index] === 'file');
}

async function foldersIn(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { withFileTypes: true });
    return entries
      .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith('.'))
      .map((entry) => entry.name);
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return [];
    throw error;
  }
}

async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    // ELOOP: a link to itself, which is as good as absent.
    if (['ENOENT', 'ENOTDIR', 'ELOOP'].includes(systemCode(error))) return undefined;
    throw error;
  }
}

function systemCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
}

function foldersUpFrom(folder: string): readonly string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...foldersUpFrom(above)];
}
