/** What must hold of every tarball. Each rule is one function from a tarball to its faults; `tarballFaults` runs them all. */
import type { Fault } from '../lib/fault.ts';
import type { Tarball } from './tarball.ts';

type Rule = (tarball: Tarball, context: Context) => readonly string[];

/** What rules need to know beside the tarball. */
interface Context {
  /** Folders of this machine that no file may name. */
  readonly places: readonly string[];
}

const rules: readonly Rule[] = [ranges, lifecycle, needed, strangers, entries, places];

/** Everything that is wrong with a tarball. */
export function tarballFaults(tarball: Tarball, context: Context): Fault[] {
  return rules.flatMap((rule) => rule(tarball, context)).map((says) => ({ place: tarball.name, says }));
}

/** Ranges that mean something only where the package was made, or that pass by the registry. */
function ranges({ manifest }: Tarball): readonly string[] {
  const { dependencies, peerDependencies, optionalDependencies, devDependencies } = manifest;
  return Object.entries({ ...dependencies, ...peerDependencies, ...optionalDependencies, ...devDependencies })
    .filter(([, range]) => /^[a-z+]+:|^[\w-]+\/[\w-]+$|^[./~]+\//i.test(range))
    .map(([name, range]) => `wants ${name} as ${range}, which no consumer can install`);
}

/** Scripts that npm runs where the package is installed. */
const installing = ['preinstall', 'install', 'postinstall', 'preprepare', 'prepare', 'postprepare'];

function lifecycle({ manifest, files }: Tarball): readonly string[] {
  const found = installing.filter((script) => script in (manifest.scripts ?? {}));
  return [
    ...found.map((script) => `has the script ${script}; installing runs nothing of ours`),
    ...(files.has('binding.gyp') ? ['has binding.gyp, which npm builds when it installs'] : []),
    ...((manifest.bundleDependencies ?? manifest.bundledDependencies) === undefined
      ? []
      : ['bundles dependencies, which then escape every audit']),
  ];
}

function needed({ manifest, files }: Tarball): readonly string[] {
  const wanted = ['package.json', 'README.md', 'LICENSE'];
  if (manifest.im?.integration !== undefined) wanted.push('conformance.json');
  return wanted.filter((file) => !files.has(file)).map((file) => `has no ${file}`);
}

const forUsAlone =
  /\.(test|spec|bench)\.|(^|\/)(__tests__|__fixtures__|__snapshots__|node_modules)\/|\.(tsbuildinfo|log|tgz)$|(^|\/)\.(?!im-)/;

function strangers({ files }: Tarball): readonly string[] {
  return [...files.keys()]
    .filter((file) => forUsAlone.test(file))
    .map((file) => `has ${file}, which is for us alone`);
}

/** Every file that the manifest leads to is inside. */
function entries({ manifest, files }: Tarball): readonly string[] {
  const exported = Object.entries(manifest.exports ?? {}).flatMap(([subpath, entry]) =>
    (typeof entry === 'string' ? [entry] : Object.values(entry)).map(
      (file) => [`exports["${subpath}"]`, file] as const,
    ),
  );
  const commands = Object.entries(manifest.bin ?? {}).map(([name, file]) => [`bin.${name}`, file] as const);
  return [...exported, ...commands]
    .filter(([, file]) => !files.has(file.replace(/^\.\//, '')))
    .map(([field, file]) => `${field} leads to ${file}, which is not inside; build it`);
}

function places({ files }: Tarball, context: Context): readonly string[] {
  return [...files].flatMap(([file, content]) =>
    context.places
      .filter((place) => content.includes(place))
      .map((place) => `${file} names ${place}, a folder of this machine`),
  );
}
