/**
 * A bill of materials for a package: all that is installed with it, in the versions of `package-lock.json`. The same lock file gives the same text: there is
 * no time and no serial number in it.
 *
 * @see {@link https://cyclonedx.org/docs/1.6/json/ | CycloneDX 1.6}
 */
import type { Fault } from '../lib/fault.ts';
import type { Workspace, WorkspacePackage } from '../lib/workspace.ts';
import { type Dependency, dependenciesOf, type Lock } from './dependencies.ts';
import { licenceOf } from './licences.ts';

/** A component, by the names that CycloneDX gives its fields. */
export interface Component {
  readonly type: 'library';
  readonly 'bom-ref': string;
  readonly group?: string;
  readonly name: string;
  readonly version: string;
  readonly scope?: 'required' | 'optional';
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[];
  readonly licenses?: readonly (
    | { readonly license: { readonly id: string } }
    | { readonly expression: string }
  )[];
  /** @see {@link https://github.com/package-url/purl-spec/blob/main/types-doc/npm-definition.md | Package URL: npm} */
  readonly purl: string;
}

/** A bill of materials. */
export interface Bom {
  readonly $schema: string;
  readonly bomFormat: 'CycloneDX';
  readonly specVersion: '1.6';
  readonly version: number;
  readonly metadata: {
    readonly lifecycles: readonly { readonly phase: 'build' }[];
    readonly component: Component;
  };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

/** Makes the bill of materials of `member`. */
export function createBom(member: WorkspacePackage, workspace: Workspace, lock: Lock): Bom {
  const [root, ...others] = dependenciesOf(member, lock) as [Dependency, ...Dependency[]];
  const refs = new Map([root, ...others].map((one) => [one.path, purlOf(one)]));
  const needs = new Map<string, Set<string>>();
  for (const { path, needs: paths } of [root, ...others]) {
    // The same version may lie in several folders, and is one component.
    const ref = refs.get(path) ?? '';
    const known = needs.get(ref) ?? new Set();
    for (const other of paths) known.add(refs.get(other) ?? '');
    needs.set(ref, known);
  }
  const components = new Map<string, Component>();
  for (const one of others.toSorted((left, right) => Number(left.optional) - Number(right.optional)))
    if (!components.has(purlOf(one))) components.set(purlOf(one), toComponent(one, workspace.root));
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      lifecycles: [{ phase: 'build' }],
      component: toComponent(root, workspace.root, true),
    },
    components: [...components.values()].sort(byRef),
    dependencies: [...needs]
      .map(([ref, dependsOn]) => ({ ref, dependsOn: [...dependsOn].sort() }))
      .sort((one, other) => (one.ref < other.ref ? -1 : 1)),
  };
}

/** As it is written into a file. */
export function bomText(bom: Bom): string {
  return `${JSON.stringify(bom, undefined, 2)}\n`;
}

/** What does not hold together in a bill of materials, beyond what its type says. */
export function bomFaults(bom: Bom): Fault[] {
  const all = [bom.metadata.component, ...bom.components];
  const place = `SBOM of ${bom.metadata.component['bom-ref']}`;
  const refs = new Set(all.map((one) => one['bom-ref']));
  const named = bom.dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]);
  const reached = reachedFrom(bom);
  const says = [
    ...(refs.size === all.length ? [] : ['names a component twice']),
    ...named.filter((ref) => !refs.has(ref)).map((ref) => `knows of ${ref} only as a dependency`),
    ...[...refs].filter((ref) => !reached.has(ref)).map((ref) => `has ${ref}, which nothing needs`),
    ...all
      .filter(({ purl }) => !/^pkg:npm\/(%40[^/@]+\/)?[^/@]+@[^/@]+$/.test(purl))
      .map(({ purl }) => `has no good purl: ${purl}`),
    ...bom.components
      .filter(
        (one) =>
          !one.purl.startsWith('pkg:npm/%40im/') && !/^[\da-f]{128}$/.test(one.hashes?.[0]?.content ?? ''),
      )
      .map((one) => `has no checksum of ${one['bom-ref']}`),
  ];
  return says.map((one) => ({ place, says: one }));
}

function reachedFrom(bom: Bom): ReadonlySet<string> {
  const needs = new Map(bom.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
  const reached = new Set<string>();
  const visit = (ref: string): void => {
    if (reached.has(ref)) return;
    reached.add(ref);
    for (const other of needs.get(ref) ?? []) visit(other);
  };
  visit(bom.metadata.component['bom-ref']);
  return reached;
}

function toComponent(one: Dependency, root: string, isRoot = false): Component {
  const [group, name] = one.name.startsWith('@') ? one.name.split('/') : [undefined, one.name];
  const licence = licenceOf(root, one.path);
  const isId = licence !== undefined && /^[\w.+-]+$/.test(licence);
  return {
    type: 'library',
    'bom-ref': purlOf(one),
    ...(group === undefined ? {} : { group }),
    name: name ?? one.name,
    version: one.version,
    ...(isRoot ? {} : { scope: one.optional ? 'optional' : 'required' }),
    ...(one.integrity === undefined ? {} : { hashes: [toHash(one.integrity)] }),
    ...(licence === undefined
      ? {}
      : { licenses: [isId ? { license: { id: licence } } : { expression: licence }] }),
    purl: purlOf(one),
  };
}

/** `sha512-<base64>` as CycloneDX writes it. */
function toHash(integrity: string): { readonly alg: string; readonly content: string } {
  const [algorithm = '', base64 = ''] = integrity.split('-');
  return {
    alg: algorithm.toUpperCase().replace('SHA', 'SHA-'),
    content: Buffer.from(base64, 'base64').toString('hex'),
  };
}

function purlOf({ name, version }: Pick<Dependency, 'name' | 'version'>): string {
  return `pkg:npm/${name.replace(/^@/, '%40')}@${encodeURIComponent(version)}`;
}

function byRef(one: Component, other: Component): number {
  return one['bom-ref'] < other['bom-ref'] ? -1 : 1;
}
