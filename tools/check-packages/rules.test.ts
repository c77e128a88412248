import { expect, test } from 'vitest';
import { temporaryFolder } from '../lib/temporary.ts';
import { readWorkspace } from '../lib/workspace.ts';
import { checkPackages } from './rules.ts';

const entry = (name: string) => ({
  '@im/source': `./src/${name}.ts`,
  types: `./dist/${name}.d.ts`,
  default: `./dist/${name}.js`,
});

const manifest = {
  name: '@im/deezer',
  version: '0.1.0',
  description: 'The Deezer API as an @im integration',
  license: 'MIT',
  type: 'module',
  sideEffects: false,
  engines: { node: '>=22.12' },
  im: { integration: 'deezer' },
  exports: { '.': entry('index'), './testing': entry('testing'), './package.json': './package.json' },
  files: [
    'dist',
    'src',
    '!src/**/*.test.ts',
    '!src/**/__tests__',
    '!src/**/__fixtures__',
    'conformance.json',
  ],
  publishConfig: { access: 'public' },
  peerDependencies: { '@im/core': '^0.1.0', '@im/testing': '^0.1.0' },
  peerDependenciesMeta: { '@im/testing': { optional: true } },
};

const headings = ['Install', 'Example', 'Options', 'Operations', 'Limits', 'What is odd about Deezer'];

const tidy = {
  LICENSE: 'MIT License\n',
  'packages/deezer/LICENSE': 'MIT License\n',
  'packages/deezer/package.json': manifest,
  'packages/deezer/tsconfig.json': {
    extends: '../../tsconfig.base.json',
    compilerOptions: { rootDir: 'src', outDir: 'dist' },
    include: ['src'],
  },
  'packages/deezer/tsconfig.build.json': {
    extends: './tsconfig.json',
    exclude: ['src/**/*.test.ts', 'src/**/__tests__', 'src/**/__fixtures__'],
  },
  'packages/deezer/README.md': `# @im/deezer\n\n${headings.map((heading) => `## ${heading}\n`).join('\n')}`,
  'packages/deezer/src/index.ts': "export { deezer } from './deezer.ts';\n",
  'packages/deezer/src/deezer.ts': '',
  'packages/deezer/src/options.ts': '',
  'packages/deezer/src/errors.ts': '',
  'packages/deezer/src/testing.ts': '',
  'packages/deezer/src/deezer.test.ts': 'describeIntegration(deezer, harness);\n',
};

function faultsWith(files: Record<string, unknown>, without?: string): string[] {
  const { [without as 'LICENSE']: _, ...rest } = tidy;
  using folder = temporaryFolder({ ...rest, ...files });
  return checkPackages(readWorkspace(folder.path)).map(({ place, says }) => `${place} ${says}`);
}

const withManifest = (change: object) => ({ 'packages/deezer/package.json': { ...manifest, ...change } });

test('a package like the others has no fault', () => {
  expect(faultsWith({})).toEqual([]);
});

test.each<[string, Record<string, unknown>, string]>([
  ['a project.json', { 'packages/deezer/project.json': {} }, 'project.json does not belong in a package'],
  [
    'a third configuration file',
    { 'packages/deezer/vitest.config.ts': '' },
    'vitest.config.ts does not belong',
  ],
  [
    'another tsconfig',
    { 'packages/deezer/tsconfig.json': { extends: '../../tsconfig.base.json' } },
    'tsconfig.json differs',
  ],
  ['another licence', { 'packages/deezer/LICENSE': 'Mine\n' }, 'LICENSE differs from the root'],
  ['another name', withManifest({ name: '@im/dezer' }), 'package.json name is @im/dezer, not @im/deezer'],
  ['side effects', withManifest({ sideEffects: true }), 'package.json sideEffects must be false'],
  ['other engines', withManifest({ engines: { node: '>=18' } }), 'package.json engines must be'],
  ['other files', withManifest({ files: ['dist'] }), 'package.json files must be'],
  ['scripts', withManifest({ scripts: { build: 'tsup' } }), 'package.json has scripts'],
  ['no description', withManifest({ description: '' }), 'package.json has no description'],
  [
    'entries elsewhere',
    withManifest({ exports: { ...manifest.exports, '.': './dist/index.js' } }),
    'package.json exports["."] must be',
  ],
  [
    'an entry without source',
    withManifest({ exports: { ...manifest.exports, './more': entry('more') } }),
    './src/more.ts does not exist',
  ],
  [
    'a command without source',
    withManifest({ bin: { deezer: './dist/main.js' } }),
    'bin: packages/deezer/src/main.ts does not exist',
  ],
  [
    'no fake',
    withManifest({ exports: { '.': entry('index'), './package.json': './package.json' } }),
    'exports no "./testing"',
  ],
  [
    'core as a plain dependency',
    withManifest({ dependencies: { '@im/core': '^0.1.0' } }),
    '@im/core must not be a plain dependency',
  ],
  [
    'core not as a peer',
    withManifest({ peerDependencies: { '@im/testing': '^0.1.0' } }),
    '@im/core must be a peer dependency',
  ],
  [
    'testing not optional',
    withManifest({ peerDependenciesMeta: {} }),
    '@im/testing must be an optional peer',
  ],
  ['another id', withManifest({ im: { integration: 'dezer' } }), 'im.integration is dezer, not deezer'],
  [
    'a range that misses the workspace',
    withManifest({ dependencies: { '@im/deezer': '^0.0.9' } }),
    '@im/deezer is wanted as ^0.0.9; it must be ^0.1.0',
  ],
  [
    'a missing heading',
    { 'packages/deezer/README.md': '# @im/deezer\n' },
    'README.md has no heading "## Install"',
  ],
  [
    'another title',
    { 'packages/deezer/README.md': '# Deezer\n' },
    'README.md must begin with "# @im/deezer"',
  ],
  [
    'a long README',
    { 'packages/deezer/README.md': `${tidy['packages/deezer/README.md']}${'more\n'.repeat(100)}` },
    'lines beside its tables',
  ],
  [
    'a suite without conformance',
    { 'packages/deezer/src/deezer.test.ts': '' },
    'src/deezer.test.ts must call describeIntegration',
  ],
  [
    'names exported by the file',
    { 'packages/deezer/src/index.ts': "export * from './deezer.ts';\n" },
    'src/index.ts exports everything',
  ],
])('%s is found', (_, files, fault) => {
  expect(faultsWith(files).join('\n')).toContain(fault);
});

test.each([
  'README.md',
  'LICENSE',
  'tsconfig.build.json',
  'src/errors.ts',
  'src/options.ts',
  'src/deezer.ts',
])('a missing %s is found', (file) => {
  expect(faultsWith({}, `packages/deezer/${file}`)).toContain(`packages/deezer/${file} is missing`);
});

test('tables that were generated do not count as lines of a README', () => {
  const table = `<!-- options -->\n${'| a |\n'.repeat(200)}<!-- /options -->\n`;
  expect(faultsWith({ 'packages/deezer/README.md': `${tidy['packages/deezer/README.md']}${table}` })).toEqual(
    [],
  );
});
