/**
 * What all packages have in common, so that whoever knows one knows all: files, manifest, README headings, LICENSE.
 * Each rule is one function from a package to its faults; `checkPackages` runs all of them over all packages.
 */
import { existsSync, globSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Fault } from '../lib/fault.ts';
import {
  commandFiles,
  integrationsOf,
  readJson,
  type Workspace,
  type WorkspacePackage,
} from '../lib/workspace.ts';
import {
  allowed,
  configuration,
  headings,
  manifestFields,
  needed,
  providerFields,
  providerFiles,
  providerHeadings,
  readmeLines,
} from './shape.ts';

interface Subject {
  readonly workspace: Workspace;
  readonly one: WorkspacePackage;
  /** Folder's name, which is the package's and the provider's id. */
  readonly id: string;
  readonly isProvider: boolean;
  /** Path of a file of the package. */
  readonly at: (file: string) => string;
  readonly text: (file: string) => string;
}

/** What is wrong, in a sentence; the place is the package's folder, or a file in it. */
type Rule = (subject: Subject) => readonly (string | readonly [file: string, says: string])[];

const rules: readonly Rule[] = [
  files,
  manifest,
  entries,
  internalRanges,
  peers,
  license,
  readme,
  provider,
  tests,
  names,
];

/** Everything that is not as in the other packages. */
export function checkPackages(workspace: Workspace): Fault[] {
  return workspace.packages.flatMap((one) => {
    const at = (file: string) => join(workspace.root, one.folder, file);
    const subject: Subject = {
      workspace,
      one,
      id: basename(one.folder),
      isProvider: one.manifest.im?.integration !== undefined,
      at,
      text: (file) => (existsSync(at(file)) ? readFileSync(at(file), 'utf8') : ''),
    };
    return rules
      .flatMap((rule) => rule(subject))
      .map((fault) => (typeof fault === 'string' ? ['package.json', fault] : fault))
      .map(([file, says]) => ({ place: `${one.folder}/${file}`, says: says ?? '' }));
  });
}

function files({ at }: Subject): ReturnType<Rule> {
  const missing = [...needed, ...Object.keys(configuration)].filter((file) => !existsSync(at(file)));
  const surplus = readdirSync(at('.')).filter((file) => !allowed.has(file));
  const changed = Object.entries(configuration).filter(
    ([file, content]) => existsSync(at(file)) && !isDeepStrictEqual(readJson(at(file)), content),
  );
  return [
    ...missing.map((file) => [file, 'is missing'] as const),
    ...surplus.map(
      (file) => [file, 'does not belong in a package; configuration stands once, at the root'] as const,
    ),
    ...changed.map(([file]) => [file, 'differs from that of the other packages'] as const),
  ];
}

function manifest({ one, id, isProvider }: Subject): ReturnType<Rule> {
  const { name, version, description, scripts } = one.manifest;
  const wrong = Object.entries(isProvider ? providerFields : manifestFields).filter(
    ([field, value]) => !isDeepStrictEqual(one.manifest[field as keyof typeof manifestFields], value),
  );
  return [
    ...(name === `@im/${id}` ? [] : [`name is ${name}, not @im/${id} after its folder`]),
    ...(version === undefined ? ['has no version'] : []),
    ...((description ?? '').length < 10 ? ['has no description'] : []),
    ...(scripts === undefined ? [] : ['has scripts; what a package does is inferred (tools/nx)']),
    ...wrong.map(([field, value]) => `${field} must be ${JSON.stringify(value)}`),
  ];
}

function entries({ workspace, one, at }: Subject): ReturnType<Rule> {
  const { './package.json': own, ...rest } = one.manifest.exports ?? {};
  const services = new Set(integrationsOf(one).map(({ subpath }) => subpath));
  /** A subpath is a file, or a folder where there is more to it: a service of a vendor, or a part that others must not pull. */
  const isFolder = (subpath: string) =>
    subpath === '.' || services.has(subpath) || existsSync(at(`src/${subpath.slice(2)}/index.ts`));
  const subpaths = Object.entries(rest).flatMap(([subpath, entry]) => {
    const name = [
      ...(subpath === '.' ? [] : [subpath.slice(2)]),
      ...(isFolder(subpath) ? ['index'] : []),
    ].join('/');
    const expected = {
      '@im/source': `./src/${name}.ts`,
      types: `./dist/${name}.d.ts`,
      default: `./dist/${name}.js`,
    };
    if (JSON.stringify(entry) !== JSON.stringify(expected))
      return [`exports["${subpath}"] must be ${JSON.stringify(expected)}`];
    return existsSync(at(expected['@im/source']))
      ? []
      : [`exports["${subpath}"]: ${expected['@im/source']} does not exist`];
  });
  const commands = commandFiles(one).filter((file) => !existsSync(join(workspace.root, file)));
  return [
    ...commands.map((file) => `bin: ${file} does not exist`),
    ...(own === './package.json' ? [] : ['exports must have "./package.json": "./package.json"']),
    // Without a root of its own, a package is taken in parts.
    ...('.' in rest || Object.keys(rest).filter(isFolder).length > 1 ? [] : ['exports nothing at "."']),
    ...subpaths,
  ];
}

function internalRanges({ workspace, one }: Subject): ReturnType<Rule> {
  const ranges = {
    ...one.manifest.dependencies,
    ...one.manifest.peerDependencies,
    ...one.manifest.devDependencies,
  };
  return Object.entries(ranges).flatMap(([name, range]) => {
    const version = workspace.packages.find((other) => other.name === name)?.manifest.version;
    return version === undefined || range === `^${version}`
      ? []
      : [`${name} is wanted as ${range}; it must be ^${version}`];
  });
}

function peers({ one, isProvider }: Subject): ReturnType<Rule> {
  const { peerDependencies = {}, peerDependenciesMeta = {}, dependencies = {} } = one.manifest;
  const faults: string[] = [];
  if (one.floor !== 'ground' && !('@im/core' in peerDependencies))
    faults.push('@im/core must be a peer dependency');
  if ('@im/core' in dependencies)
    faults.push('@im/core must not be a plain dependency: an application has one copy');
  if (isProvider && !('@im/testing' in peerDependencies && peerDependenciesMeta['@im/testing']?.optional))
    faults.push('@im/testing must be an optional peer dependency: only ./testing needs it');
  return faults;
}

function license({ workspace, text }: Subject): ReturnType<Rule> {
  const file = join(workspace.root, 'LICENSE');
  return existsSync(file) && text('LICENSE') !== readFileSync(file, 'utf8')
    ? [['LICENSE', 'differs from the root']]
    : [];
}

function readme({ one, text, isProvider }: Subject): ReturnType<Rule> {
  const content = text('README.md');
  if (content === '') return [];
  const found = [...content.matchAll(/^## (.+)$/gm)].map(([, heading = '']) => heading);
  const missing = (isProvider ? providerHeadings : headings).filter(
    (heading) => !found.some((one) => one.startsWith(heading)),
  );
  const written = content.replace(/<!-- (\w+) -->[\s\S]*?<!-- \/\1 -->/g, '').split('\n').length;
  return [
    ...(content.startsWith(`# ${one.name}\n`)
      ? []
      : [['README.md', `must begin with "# ${one.name}"`] as const]),
    ...missing.map((heading) => ['README.md', `has no heading "## ${heading}"`] as const),
    ...(isProvider && written > readmeLines
      ? [['README.md', `has ${written} lines beside its tables; ${readmeLines} are enough`] as const]
      : []),
  ];
}

function provider({ one, id, isProvider, at, text }: Subject): ReturnType<Rule> {
  if (!isProvider) return [];
  const { integration, floor } = one.manifest.im ?? {};
  const wrongName =
    typeof integration === 'string' && camelCase(id) !== integration
      ? [`im.integration is ${integration}, not ${camelCase(id)} after its folder`]
      : [];
  return [
    ...wrongName,
    ...(floor === undefined ? [] : ['im.floor is not needed: a provider stands on adapt']),
    ...providerFiles
      .filter((file) => !existsSync(at(`src/${file}`)))
      .map((file) => [`src/${file}`, 'is missing'] as const),
    ...integrationsOf(one).flatMap(({ subpath }) => {
      const service = subpath === '.' ? '' : `${subpath.slice(2)}/`;
      const name = service === '' ? id : service.slice(0, -1);
      const suite = `src/${service}${name}.test.ts`;
      const main = `src/${service}${name}.ts`;
      return [
        ...(`./${service}testing` in (one.manifest.exports ?? {})
          ? []
          : [`exports no "./${service}testing": every provider has its fake`]),
        ...(existsSync(at(main)) ? [] : [[main, 'is missing'] as const]),
        ...(/\bdescribeIntegration\(/.test(text(suite))
          ? []
          : [[suite, 'must call describeIntegration'] as const]),
      ];
    }),
  ];
}

/** `apple-music` as a name in code. */
function camelCase(id: string): string {
  return id.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

function tests({ at }: Subject): ReturnType<Rule> {
  return globSync('src/**/*.test.ts', { cwd: at('.') }).length > 0 ? [] : [['src', 'has no test']];
}

function names({ at, text }: Subject): ReturnType<Rule> {
  return /^export \*/m.test(text('src/index.ts')) && existsSync(at('src/index.ts'))
    ? [['src/index.ts', 'exports everything of a file; write the public names one by one']]
    : [];
}
