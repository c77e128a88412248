import { expect, test } from 'vitest';
import { temporaryFolder } from './lib/temporary.ts';

interface Setup {
  isNodeSupported(version: string): boolean;
  missing(root: string, anyNode?: boolean): string[];
  hasNode(root: string, wanted: string): boolean;
}

// By its URL, since it is JavaScript without declarations: it runs before anything is installed.
const { hasNode, isNodeSupported, missing }: Setup = await import(
  new URL('./setup.mjs', import.meta.url).href
);

const wanted = {
  '': {},
  'node_modules/a': { version: '1.0.0' },
  'node_modules/a-win32': { version: '1.0.0', optional: true },
  'node_modules/@im/core': { resolved: 'packages/core', link: true },
  'packages/core': { version: '0.1.0' },
};

const installed = {
  'package-lock.json': { packages: wanted },
  'node_modules/.package-lock.json': {
    packages: {
      'node_modules/a': wanted['node_modules/a'],
      'node_modules/@im/core': wanted['node_modules/@im/core'],
    },
  },
  'node_modules/.bin/node': '',
  'node_modules/@im/core/package.json': {},
};

function missingWith(files: Record<string, unknown>, without?: string): string[] {
  const { [without as 'package-lock.json']: _, ...rest } = installed;
  using folder = temporaryFolder({ ...rest, ...files });
  return missing(folder.path);
}

test('nothing is missing when what is locked is installed; binaries of other platforms may be', () => {
  expect(missingWith({})).toEqual([]);
});

test('a fresh clone misses everything', () => {
  expect(missingWith({}, 'node_modules/.package-lock.json')).toEqual(['dependencies are not installed']);
});

test('a package of another version is found, and so is a new one', () => {
  const packages = {
    ...wanted,
    'node_modules/a': { version: '1.0.1' },
    'node_modules/b': { version: '1.0.0' },
  };
  expect(missingWith({ 'package-lock.json': { packages } })).toEqual([
    'node_modules/a is missing or of another version',
    'node_modules/b is missing or of another version',
  ]);
});

test('a package of the workspace that is not linked is found', () => {
  expect(missingWith({}, 'node_modules/@im/core/package.json')).toEqual([
    'node_modules/@im/core is missing or of another version',
  ]);
});

test('the pinned Node is needed where the lock file has one', () => {
  const node = { 'node_modules/node': { version: '24.0.0' } };
  const locks = (packages: object) => ({
    'package-lock.json': { packages: { ...wanted, ...packages } },
    'node_modules/.package-lock.json': {
      packages: { ...installed['node_modules/.package-lock.json'].packages, ...packages },
    },
  });
  expect(missingWith(locks(node), 'node_modules/.bin/node')).toEqual(['the pinned Node is missing']);
  expect(missingWith(locks({}), 'node_modules/.bin/node')).toEqual([]);
});

test('another Node in its place is a fault, unless one was asked for', () => {
  const pinned = { 'node_modules/node': { version: '24.21.0' } };
  const other = { 'node_modules/node': { version: '26.10.0' } };
  using folder = temporaryFolder({
    ...installed,
    'package-lock.json': { packages: { ...wanted, ...pinned } },
    'node_modules/.package-lock.json': {
      packages: { ...installed['node_modules/.package-lock.json'].packages, ...other },
    },
  });
  expect(missing(folder.path)).toEqual(['node_modules/node is missing or of another version']);
  expect(missing(folder.path, true)).toEqual([]);
  expect(['26', '26.10.0', '24', '2'].map((version) => hasNode(folder.path, version))).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test.each([
  ['v20.18.3', false],
  ['v20.19.0', true],
  ['v22.1.0', true],
  ['v18.20.0', false],
])('%s can start the installation: %s', (version, supported) => {
  expect(isNodeSupported(version)).toBe(supported);
});
