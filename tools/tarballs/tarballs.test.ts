import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../lib/temporary.ts';
import { readWorkspace } from '../lib/workspace.ts';
import { findVulnerabilities, readAdvisories } from './advisories.ts';
import { auditLines, deprecationLines, readAudit } from './audit.ts';
import { conformanceFaults } from './conformance.ts';
import { type Dependency, dependenciesOf, readLock } from './dependencies.ts';
import { isAllowed, licenceFaults } from './licences.ts';
import { tarballFaults } from './rules.ts';
import { bomFaults, bomText, createBom } from './sbom.ts';
import type { Tarball } from './tarball.ts';

const manifest = {
  name: '@im/deezer',
  version: '0.1.0',
  im: { integration: 'deezer' },
  exports: {
    '.': { types: './dist/index.d.ts', default: './dist/index.js' },
    './package.json': './package.json',
  },
  dependencies: { zod: '^4.0.0' },
};
const files = [
  'package.json',
  'README.md',
  'LICENSE',
  'conformance.json',
  'dist/index.js',
  'dist/index.d.ts',
  'src/index.ts',
];

function faultsOf(fields: object, more: Readonly<Record<string, string>> = {}, without?: string): string {
  const names = files.filter((file) => file !== without);
  const contents = [...names.map((file) => [file, ''] as const), ...Object.entries(more)];
  const tarball: Tarball = {
    name: '@im/deezer',
    file: 'im-deezer-0.1.0.tgz',
    manifest: { ...manifest, ...fields },
    files: new Map(contents.map(([file, text]) => [file, Buffer.from(text)])),
  };
  return tarballFaults(tarball, { places: ['/builds/im'] })
    .map(({ says }) => says)
    .join('\n');
}

describe('a tarball', () => {
  it('as it should be has no fault', () => {
    expect(
      faultsOf({ scripts: { test: 'x' }, peerDependencies: { vitest: '>=3', a: '1 || 2', b: '*' } }),
    ).toBe('');
  });

  it.each<[string, string, object, Record<string, string>?, string?]>([
    ['a range of the workspace', 'wants a as workspace:*', { dependencies: { a: 'workspace:*' } }],
    ['a range of a folder', 'wants a as file:../a', { peerDependencies: { a: 'file:../a' } }],
    ['a link', 'wants a as link:../a', { optionalDependencies: { a: 'link:../a' } }],
    ['a repository', 'wants a as somebody/a', { dependencies: { a: 'somebody/a' } }],
    ['a path', 'wants a as ../a', { dependencies: { a: '../a' } }],
    ['an install script', 'the script postinstall', { scripts: { postinstall: 'x' } }],
    ['a build at the install', 'has binding.gyp', {}, { 'binding.gyp': '' }],
    ['bundled dependencies', 'bundles', { bundledDependencies: ['a'] }],
    ['no README', 'has no README.md', {}, {}, 'README.md'],
    ['no licence', 'has no LICENSE', {}, {}, 'LICENSE'],
    ['no report', 'has no conformance.json', {}, {}, 'conformance.json'],
    ['an entry that is not there', 'exports["."] leads to ./dist/index.d.ts', {}, {}, 'dist/index.d.ts'],
    ['a command that is not there', 'bin.im leads to ./dist/main.js', { bin: { im: './dist/main.js' } }],
    ['a test', 'has src/x.test.ts', {}, { 'src/x.test.ts': '' }],
    ['a fixture', 'has src/__fixtures__/x.ts', {}, { 'src/__fixtures__/x.ts': '' }],
    ['a hidden file', 'has .env', {}, { '.env': '' }],
    [
      'a folder of this machine',
      'dist/index.js.map names /builds/im',
      {},
      { 'dist/index.js.map': '["/builds/im/x.ts"]' },
    ],
  ])('with %s is found', (_, says, fields, more, without) => {
    expect(faultsOf(fields, more, without)).toContain(says);
  });
});

/** A workspace of two packages, and what they stand on. */
const hash = `sha512-${createHash('sha512').update('x').digest('base64')}`;
const entry = (fields: object = {}) => ({ version: '1.0.0', integrity: hash, ...fields });
const workspaceFiles = {
  'package.json': { name: 'root' },
  'packages/core/package.json': { name: '@im/core', version: '0.1.0', license: 'MIT' },
  'packages/deezer/package.json': manifest,
  'node_modules/zod/package.json': { name: 'zod', license: 'MIT' },
  'node_modules/odd/package.json': { name: 'odd', licenses: [{ type: 'GPL-3.0' }] },
  'package-lock.json': {
    packages: {
      'packages/core': { name: '@im/core', version: '0.1.0' },
      'packages/deezer': {
        name: '@im/deezer',
        version: '0.1.0',
        dependencies: { zod: '^1.0.0', nested: '^1.0.0' },
        peerDependencies: { '@im/core': '^0.1.0', odd: '1', vitest: '*' },
        peerDependenciesMeta: { odd: { optional: true } },
      },
      'node_modules/@im/core': { link: true, resolved: 'packages/core' },
      'node_modules/zod': entry(),
      'node_modules/odd': entry({ dependencies: { zod: '*' } }),
      'node_modules/vitest': entry(),
      'node_modules/nested': entry({ dependencies: { zod: '^2.0.0' } }),
      'node_modules/nested/node_modules/zod': entry({ version: '2.0.0' }),
    },
  },
};

describe('dependencies', () => {
  using folder = temporaryFolder(workspaceFiles);
  const workspace = readWorkspace(folder.path);
  const lock = readLock(folder.path);
  const deezer = workspace.packages.find(({ name }) => name === '@im/deezer');
  if (deezer === undefined) throw new Error('there is a package');
  const found = dependenciesOf(deezer, lock).map(({ path, optional }) => [path, optional]);
  const bom = createBom(deezer, workspace, lock);
  const faults = licenceFaults(workspace, lock).map(({ place, says }) => `${place} ${says}`);

  it('are found where Node would, optional peers marked, tools for tests left out', () => {
    expect(found).toEqual([
      ['packages/deezer', false],
      ['node_modules/nested', false],
      ['node_modules/nested/node_modules/zod', false],
      ['node_modules/odd', true],
      ['node_modules/zod', false],
      ['packages/core', false],
    ]);
  });

  it('stand in a bill of materials that holds together and has nothing of the moment', () => {
    expect(bomFaults(bom)).toEqual([]);
    expect(bom.components.map(({ purl, scope }) => `${purl} ${scope}`)).toEqual([
      'pkg:npm/%40im/core@0.1.0 required',
      'pkg:npm/nested@1.0.0 required',
      'pkg:npm/odd@1.0.0 optional',
      'pkg:npm/zod@1.0.0 required',
      'pkg:npm/zod@2.0.0 required',
    ]);
    expect(bom.components[1]?.hashes?.[0]).toEqual({
      alg: 'SHA-512',
      content: createHash('sha512').update('x').digest('hex'),
    });
    expect(bomText(bom)).not.toMatch(/timestamp|serialNumber/);
  });

  it('that a bill of materials gets wrong are found', () => {
    const [first, ...rest] = bom.components;
    const says = (wrong: typeof bom) =>
      bomFaults(wrong)
        .map((one) => one.says)
        .join('\n');
    expect(says({ ...bom, components: rest })).toContain(
      'knows of pkg:npm/%40im/core@0.1.0 only as a dependency',
    );
    expect(says({ ...bom, dependencies: [] })).toContain('which nothing needs');
    expect(says({ ...bom, components: [...rest, ...(first ? [first, first] : [])] })).toContain('twice');
  });

  it('without a licence that is allowed are found', () => {
    expect(faults).toEqual([
      expect.stringMatching(/^odd@1.0.0 has the licence GPL-3.0, which is not allowed; .*json$/),
    ]);
  });

  it.each([
    ['MIT', true],
    ['(MIT OR GPL-3.0)', true],
    ['MIT AND GPL-3.0', false],
    ['Apache-2.0 AND MIT', true],
    ['MIT AND (GPL-3.0 OR MIT)', false],
    ['SEE LICENSE IN x', false],
  ])('under %s are allowed: %s', (licence, allowed) => {
    expect(isAllowed(licence)).toBe(allowed);
  });
});

describe('conformance.json', () => {
  const source = 'export {};';
  const good = `sha256-${createHash('sha256').update(source).digest('base64')}`;
  const report = (fields: object = {}, suite: object = { 'src/cases.ts': good }) => ({
    suite,
    integrations: {
      '@im/deezer': {
        cases: { 'C-001': 'passed', 'C-002': 'not applicable: none' },
        fake: { 'src/testing.ts': good },
        ...fields,
      },
    },
  });
  const faults = (published: unknown) => {
    using folder = temporaryFolder({
      'packages/deezer/package.json': manifest,
      'packages/deezer/src/testing.ts': source,
      'packages/testing/src/cases.ts': source,
      ...(published === undefined ? {} : { 'packages/deezer/conformance.json': published }),
    });
    return conformanceFaults(readWorkspace(folder.path))
      .map(({ place, says }) => `${place} ${says}`)
      .join('\n');
  };

  it('that is fresh has no fault', () => expect(faults(report())).toBe(''));

  it.each([
    ['is missing', undefined],
    ['src/testing.ts of the fake of @im/deezer changed', report({ fake: { 'src/testing.ts': 'sha256-x' } })],
    ['src/gone.ts of the fake', report({ fake: { 'src/gone.ts': good } })],
    ['src/cases.ts of the suite changed', report({}, { 'src/cases.ts': 'sha256-x' })],
    ['has C-001 failed', report({ cases: { 'C-001': 'failed' } })],
    ['has no case of @im/deezer', report({ cases: {} })],
    ['does not tell of @im/deezer', { suite: {}, integrations: {} }],
  ])('%s: is found, with the command that mends it', (says, published) => {
    expect(faults(published)).toContain(says);
    expect(faults(published)).toContain('npm run conformance -- packages/deezer');
  });
});

describe('what is known of vulnerabilities', () => {
  it('is told, with severity and advisory, of what users install', () => {
    const via = [{ title: 'Bad', url: 'https://x.test' }, 'b'];
    const found = { severity: 'high', range: '<2', via };
    const printed = `npm warn x\n${JSON.stringify({ vulnerabilities: { a: found, tool: found } })}`;
    expect(auditLines(readAudit(printed, new Set(['a'])))).toEqual(['high: a <2: Bad https://x.test; by b']);
  });

  it.each([
    [
      'a registry without advisories',
      JSON.stringify({ message: '405 Method Not Allowed' }),
      '405 Method Not Allowed',
    ],
    ['no network', 'npm error network', 'npm error network'],
  ])('is nothing with %s, and that is said', (_, output, why) => {
    const known = readAudit(output, new Set());
    expect(auditLines(known)).toEqual([expect.stringContaining('nothing is known')]);
    expect(known).toMatchObject({ kind: 'unknown', why });
  });
});

const dependency = (name: string, version: string, deprecated?: string): Dependency => ({
  path: `node_modules/${name}`,
  name,
  version,
  integrity: undefined,
  deprecated,
  optional: false,
  needs: [],
});

it('what its authors gave up is told', () => {
  expect(deprecationLines([dependency('a', '1.0.0'), dependency('b', '2.0.0', 'use c')])).toEqual([
    'deprecated: b@2.0.0: use c',
  ]);
});

describe('advisories of a folder', () => {
  const range = (...events: object[]) => ({ ranges: [{ type: 'SEMVER', events }] });
  const record = (affected: object, more: object = {}) => ({
    id: 'GHSA-1',
    summary: 'bad',
    database_specific: { severity: 'HIGH' },
    affected: [{ package: { ecosystem: 'npm', name: 'a' }, ...affected }],
    ...more,
  });
  const found = (version: string, advisory: object) => {
    using folder = temporaryFolder({ 'npm/GHSA-1.json': advisory });
    return findVulnerabilities([dependency('a', version)], readAdvisories(folder.path));
  };

  it.each([
    ['1.2.2', range({ introduced: '0' }, { fixed: '1.2.3' }), true],
    ['1.2.3', range({ introduced: '0' }, { fixed: '1.2.3' }), false],
    ['1.2.3-beta.1', range({ introduced: '1.0.0' }, { fixed: '1.2.3' }), true],
    [
      '2.0.5',
      range({ introduced: '1.0.0' }, { fixed: '1.9.0' }, { introduced: '2.0.0' }, { fixed: '2.1.0' }),
      true,
    ],
    [
      '1.9.5',
      range({ introduced: '1.0.0' }, { fixed: '1.9.0' }, { introduced: '2.0.0' }, { fixed: '2.1.0' }),
      false,
    ],
    ['1.2.3', range({ introduced: '0' }, { last_affected: '1.2.3' }), true],
    ['1.2.4', range({ introduced: '0' }, { last_affected: '1.2.3' }), false],
    ['0.9.0', range({ introduced: '1.0.0' }), false],
    ['6.6.6', { versions: ['6.6.6'] }, true],
    ['6.6.7', { versions: ['6.6.6'] }, false],
    ['1.0.0', { ...range({ introduced: '0' }), package: { ecosystem: 'PyPI', name: 'a' } }, false],
    ['1.0.0', { ...range({ introduced: '0' }), package: { ecosystem: 'npm', name: 'b' } }, false],
  ])('concern %s or not: %j', (version, affected, isAffected) => {
    const one = { name: 'a', severity: 'high', range: version, advisories: ['GHSA-1 bad'] };
    expect(found(version, record(affected))).toEqual(isAffected ? [one] : []);
  });

  it('that were withdrawn concern nobody, and one without a severity is critical', () => {
    const all = range({ introduced: '0' });
    expect(found('1.0.0', record(all, { withdrawn: '2026-01-01T00:00:00Z' }))).toEqual([]);
    expect(found('1.0.0', record(all, { database_specific: {} }))).toMatchObject([{ severity: 'critical' }]);
  });

  it('that are not there are no clean bill', () => {
    using folder = temporaryFolder({ 'package.json': {} });
    expect(() => readAdvisories(folder.path)).toThrow('a folder without records');
    expect(() => readAdvisories(`${folder.path}/gone`)).toThrow('names no folder');
  });
});
