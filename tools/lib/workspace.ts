/** The workspace as data: which packages there are, on which floor, and which source files they have. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** The floors from the ground up. A package imports from lower floors only. */
export const floors = ['ground', 'plumb', 'port', 'adapt', 'serve', 'apps'] as const;

/** One of {@link floors}. */
export type Floor = (typeof floors)[number];

/** By what an integration's traffic is judged. */
export interface Described {
  /** The vendor's descriptions of its API, relative to the folder that `IM_SPECS` names. */
  readonly specs?: readonly string[];
  /** Base URLs of the API, for descriptions that name none or other ones. */
  readonly servers?: readonly string[];
  /** Statuses from 400 on that the vendor documents for the whole API, but not at each operation; with the page. */
  readonly statuses?: Readonly<Record<string, string>>;
  /** The adapter covers a part of the API on purpose: operations of the rest need not be exercised. Default false. */
  readonly subset?: boolean;
}

/** What a manifest says to our own tools. */
export interface ImField extends Described {
  /** Where the package stands. Absent in a provider, which stands on `adapt`. */
  readonly floor?: Floor;
  /** Name of the definition that the package exports; by subpath (`{ "./s3": "s3" }`) where it exports several. */
  readonly integration?: string | Readonly<Record<string, string>>;
  /** What {@link Described} says, by subpath, where the package exports several. */
  readonly described?: Readonly<Record<string, Described>>;
}

/** One integration that a package exports, and by what its traffic is judged. */
export interface WorkspaceIntegration {
  /** The folder's name; behind it that of the subpath, `aws-s3`. */
  readonly id: string;
  /** `.` or `./s3`. */
  readonly subpath: string;
  /** Name of the exported definition. */
  readonly export: string;
  readonly specs: readonly string[];
  readonly servers: readonly string[] | undefined;
  readonly statuses: Readonly<Record<string, string>>;
  readonly subset: boolean;
}

/** The parts of a `package.json` that the tools read. */
export interface Manifest {
  readonly name: string;
  readonly version?: string;
  readonly description?: string;
  readonly license?: string;
  readonly private?: boolean;
  readonly type?: string;
  readonly sideEffects?: boolean;
  readonly engines?: Readonly<Record<string, string>>;
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly files?: readonly string[];
  readonly publishConfig?: Readonly<Record<string, unknown>>;
  readonly scripts?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly im?: ImField;
}

/** A package of the workspace. */
export interface WorkspacePackage {
  readonly name: string;
  /** From the root, with slashes: `packages/spotify`. */
  readonly folder: string;
  readonly manifest: Manifest;
  /** Absent: the manifest names none, which `floors` reports. */
  readonly floor: Floor | undefined;
}

/** All packages, and where they are. */
export interface Workspace {
  readonly root: string;
  /** The root's own manifest. */
  readonly manifest: Manifest;
  readonly packages: readonly WorkspacePackage[];
}

/** This repository's root. */
export const repositoryRoot: string = dirname(dirname(import.meta.dirname));

/** Reads every `packages/<name>/package.json` below `root`. */
export function readWorkspace(root: string): Workspace {
  const packages = globSync('packages/*/package.json', { cwd: root })
    .sort()
    .map((file): WorkspacePackage => {
      const manifest = readJson<Manifest>(join(root, file));
      const folder = slashes(dirname(file));
      return { name: manifest.name, folder, manifest, floor: floorOf(manifest) };
    });
  const rootManifest = join(root, 'package.json');
  return {
    root,
    manifest: existsSync(rootManifest) ? readJson<Manifest>(rootManifest) : { name: 'root' },
    packages,
  };
}

function floorOf({ im }: Manifest): Floor | undefined {
  return im?.floor ?? (im?.integration === undefined ? undefined : 'adapt');
}

/** The integrations that a package exports; none for one that is no provider. */
export function integrationsOf({ folder, manifest }: WorkspacePackage): readonly WorkspaceIntegration[] {
  const { integration, described, ...own } = manifest.im ?? {};
  const bySubpath = typeof integration === 'string' ? { '.': integration } : (integration ?? {});
  return Object.entries(bySubpath).map(([subpath, exported]) => {
    const { specs = [], servers, statuses = {}, subset = false } = described?.[subpath] ?? own;
    const id = [basename(folder), ...subpath.split('/').slice(1)].join('-');
    return { id, subpath, export: exported, specs, servers, statuses, subset };
  });
}

/** TypeScript files of `folder` that are ours to read, from the root, with slashes. Templates and builds are left out. */
export function sourceFiles(root: string, folder: string): string[] {
  const skipped = new Set(['node_modules', 'dist', 'files', '.nx']);
  return globSync(`${folder}/**/*.ts`, {
    cwd: root,
    exclude: (path) => skipped.has(path.split(/[\\/]/).at(-1) ?? ''),
  })
    .map(slashes)
    .sort();
}

/** The source file behind `@im/name` (subpath `.`) or `@im/name/sub` (`./sub`), from the root. */
export function entryFile(target: WorkspacePackage, subpath: string): string | undefined {
  const entry = target.manifest.exports?.[subpath];
  const source = typeof entry === 'object' ? entry['@im/source'] : undefined;
  return source === undefined ? undefined : `${target.folder}/${source.replace(/^\.\//, '')}`;
}

/** The source files behind the commands of `bin`, from the root. */
export function commandFiles({ folder, manifest }: WorkspacePackage): string[] {
  return Object.values(manifest.bin ?? {}).map(
    (file) => `${folder}/${file.replace(/^\.\/dist\//, 'src/').replace(/\.js$/, '.ts')}`,
  );
}

/** A JSON file, taken at its word. */
export function readJson<Value>(file: string): Value {
  return JSON.parse(readFileSync(file, 'utf8')) as Value;
}

function slashes(path: string): string {
  return path.replaceAll('\\', '/');
}
