import { expect, test } from 'vitest';
import { temporaryFolder } from '../lib/temporary.ts';
import { readWorkspace } from '../lib/workspace.ts';
import { checkFloors } from './floors.ts';

const source = (file: string) => ({ '@im/source': `./src/${file}.ts` });

/** A small workspace with every floor in it, in order. */
const tidy = {
  'package.json': { name: 'root', devDependencies: { vitest: '1', typescript: '1' } },
  'packages/core/package.json': {
    name: '@im/core',
    im: { floor: 'ground' },
    exports: { '.': source('index') },
    dependencies: { zod: '4' },
  },
  'packages/core/src/index.ts': "import { z } from 'zod';\nexport const one = z;\n",
  'packages/core/src/index.test.ts': "import 'vitest';\nimport { clock } from '@im/testing';\n",
  'packages/testing/package.json': {
    name: '@im/testing',
    im: { floor: 'plumb' },
    exports: { '.': source('index') },
    peerDependencies: { '@im/core': '1' },
  },
  'packages/testing/src/index.ts': "import type { one } from '@im/core';\n",
  'packages/http/package.json': {
    name: '@im/http',
    im: { floor: 'plumb' },
    exports: { '.': source('index') },
    peerDependencies: { '@im/core': '1' },
  },
  'packages/http/src/index.ts':
    "import { readFile } from 'node:fs/promises';\nexport * from './client.ts';\n",
  'packages/http/src/client.ts': "import { one } from '@im/core';\n",
  'packages/spotify/package.json': {
    name: '@im/spotify',
    im: { integration: 'spotify' },
    exports: { '.': source('index'), './testing': source('testing') },
    dependencies: { '@im/http': '1' },
    peerDependencies: { '@im/core': '1', '@im/testing': '1' },
  },
  'packages/spotify/src/index.ts': "import { createHttp } from '@im/http';\n",
  'packages/spotify/src/testing.ts': "export * from './fake/server.ts';\n",
  'packages/spotify/src/fake/server.ts': "import { startFakeServer } from '@im/testing';\n",
  'packages/deezer/package.json': {
    name: '@im/deezer',
    im: { integration: 'deezer' },
    exports: { '.': source('index') },
    peerDependencies: { '@im/core': '1' },
  },
  'packages/deezer/src/index.ts': "import { one } from '@im/core';\n",
  'tools/check.ts': "import ts from 'typescript';\nimport { spotify } from '@im/spotify';\n",
};

function faultsWith(files: Record<string, unknown>): string[] {
  using folder = temporaryFolder(tidy);
  folder.write(files);
  return checkFloors(readWorkspace(folder.path)).map(({ place, says }) => `${place} ${says}`);
}

test('a tidy workspace has no fault', () => {
  expect(faultsWith({})).toEqual([]);
});

test.each([
  ['a static import', "import { spotify } from '@im/spotify';\n"],
  ['a type import', "import type { Spotify } from '@im/spotify';\n"],
  ['a re-export', "export { spotify } from '@im/spotify';\n"],
  ['a dynamic import', "const it = await import('@im/spotify');\n"],
  ['an import type', "type It = import('@im/spotify').Spotify;\n"],
])('%s that goes up is found, with both files', (_, text) => {
  expect(faultsWith({ 'packages/http/src/client.ts': text })).toEqual([
    'packages/http/src/client.ts:1 imports up: packages/spotify/src/index.ts stands on adapt, this file on plumb',
  ]);
});

test('a provider that imports another provider is found, in a test too', () => {
  const text = "\nimport { spotify } from '@im/spotify';\n";
  expect(faultsWith({ 'packages/deezer/src/index.ts': text, 'packages/deezer/src/a.test.ts': text })).toEqual(
    [
      'packages/deezer/src/a.test.ts:2 imports another provider (packages/spotify/src/index.ts)',
      'packages/deezer/src/index.ts:2 imports another provider (packages/spotify/src/index.ts)',
    ],
  );
});

test('http and testing do not import each other', () => {
  expect(faultsWith({ 'packages/testing/src/index.ts': "import { createHttp } from '@im/http';\n" })).toEqual(
    [
      'packages/testing/src/index.ts:1 imports sideways: packages/http/src/index.ts stands on plumb, this file on plumb',
    ],
  );
});

test('what production reaches has no @im/testing, even through another file', () => {
  const files = { 'packages/spotify/src/index.ts': "import './fake/server.ts';\n" };
  expect(faultsWith(files)).toEqual([
    'packages/spotify/src/fake/server.ts:1 imports packages/testing/src/index.ts outside tests and the ./testing and ./vitest entries',
  ]);
});

test('a ./vitest entry may have @im/testing, like ./testing', () => {
  const cases = {
    name: '@im/cases',
    im: { floor: 'port' },
    exports: { '.': source('index'), './vitest': source('vitest') },
    peerDependencies: { '@im/testing': '1' },
  };
  const files = {
    'packages/cases/package.json': cases,
    'packages/cases/src/index.ts': 'export {};\n',
    'packages/cases/src/vitest.ts': "export * from './suite.ts';\n",
    'packages/cases/src/suite.ts': "import { startFakeServer } from '@im/testing';\n",
  };
  expect(faultsWith(files)).toEqual([]);
});

test('from serve up, @im/testing is a package like any other', () => {
  const server = {
    name: '@im/server',
    im: { floor: 'serve' },
    exports: { '.': source('index') },
    dependencies: { '@im/testing': '1' },
  };
  const files = {
    'packages/server/package.json': server,
    'packages/server/src/index.ts': "import { startFakeServer } from '@im/testing';\n",
  };
  expect(faultsWith(files)).toEqual([]);
});

test('what only tests reach counts as a test', () => {
  const files = {
    'packages/core/src/__tests__/helper.ts': "import 'vitest';\nimport { clock } from '@im/testing';\n",
    'packages/core/src/__tests__/up.ts': "import { spotify } from '@im/spotify';\n",
  };
  expect(faultsWith(files)).toEqual([
    'packages/core/src/__tests__/up.ts:1 imports up: packages/spotify/src/index.ts stands on adapt, this file on ground',
  ]);
});

test('a relative import that leaves its package is found', () => {
  expect(faultsWith({ 'packages/http/src/client.ts': "import '../../core/src/index.ts';\n" })).toEqual([
    'packages/http/src/client.ts:1 reaches into packages/core/src/index.ts; import the package by its name',
  ]);
});

test('a dependency that is not declared is found; tests may have those of the root', () => {
  const text = "import 'vitest';\n";
  expect(
    faultsWith({ 'packages/http/src/client.ts': text, 'packages/http/src/client.test.ts': text }),
  ).toEqual([
    'packages/http/src/client.ts:1 imports vitest, which packages/http/package.json does not declare',
  ]);
});

test("Node's own modules are written with their prefix", () => {
  expect(faultsWith({ 'packages/http/src/client.ts': "import 'fs/promises';\n" })).toEqual([
    'packages/http/src/client.ts:1 imports fs/promises; write node:fs/promises',
  ]);
});

test('a package without a floor is found', () => {
  const [fault] = faultsWith({ 'packages/new/package.json': { name: '@im/new' } });
  expect(fault).toMatch(/^packages\/new\/package.json names no floor/);
});
