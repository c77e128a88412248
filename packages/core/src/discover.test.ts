import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolveEntry } from './config/resolve-entry.ts';
import { discover, loadIntegration } from './discover.ts';
import { IntegrationError } from './errors.ts';

let root = '';

async function write(path: string, content: unknown): Promise<void> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content));
}

const code = (id: string, name = id) =>
  `export const ${name} = { id: '${id}', options: {}, connect() { return {}; } };`;

beforeAll(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'im-discover-')));
  const near = 'app/service/node_modules';
  const far = 'app/node_modules';
  const im = (integration: unknown, more = {}) => ({
    version: '1.2.3',
    type: 'module',
    im: { integration, ...more },
  });
  await write(`${near}/@im/radio/package.json`, {
    name: '@im/radio',
    ...im('radio', { id: 'radio' }),
    exports: { import: './r.js' },
  });
  await write(`${near}/@im/radio/r.js`, `${code('other')}\n${code('radio')}`);
  await write(`${far}/@im/radio/package.json`, { name: '@im/radio', ...im('old'), version: '0.0.1' });
  await write(`${far}/bells/package.json`, {
    name: 'bells',
    ...im({ '.': 'main', './big': 'big' }),
    exports: { '.': './index.js', './*': './lib/*.js' },
  });
  await write(`${far}/bells/index.js`, code('bells', 'main'));
  await write(`${far}/bells/lib/big.js`, code('big-bell', 'big'));
  await write(`${far}/plain/package.json`, {
    name: 'plain',
    version: '1.0.0',
    type: 'module',
    main: 'main.js',
  });
  await write(`${far}/plain/main.js`, 'export const nothing = 1;');
  await write(`${far}/unbuilt/package.json`, {
    name: 'unbuilt',
    ...im('unbuilt'),
    exports: './dist/index.js',
  });
  await write(`${far}/throws/package.json`, { name: 'throws', ...im('throws'), main: 'index.js' });
  await write(`${far}/throws/index.js`, 'throw new Error("needs a newer Node");');
  await write(`${far}/broken/package.json`, '{ not json');
  await write(`${far}/odd/package.json`, { name: 'odd', im: { integration: 5 } });
  await write(`${far}/port/package.json`, { name: 'port', im: { floor: 'port' } });
  await write(`${far}/.bin/package.json`, '{ not json');
  await mkdir(join(root, far, 'no-manifest'), { recursive: true });
  await write('workspace/linked/package.json', {
    name: '@im/linked',
    ...im('linked', { id: 'linked' }),
    main: 'index.js',
  });
  await write('workspace/linked/index.js', code('linked'));
  await symlink(join(root, 'workspace/linked'), join(root, far, '@im/linked'));
  await symlink(join(root, far, 'gone'), join(root, far, 'dangling'));
  await symlink(join(root, far, 'loop'), join(root, far, 'loop'));
  await write('app/service/crm.mjs', `${code('crm')}\n${code('second')}`);
});
afterAll(() => rm(root, { recursive: true }));

const from = () => join(root, 'app/service');

async function errorOf(specifier: string): Promise<IntegrationError> {
  const error = await loadIntegration(specifier, { from: from() }).catch((thrown: unknown) => thrown);
  if (error instanceof IntegrationError) return error;
  throw error;
}

describe('discovering installed integrations', () => {
  it('finds packages and their subpaths in every folder above, the nearest of a name, links followed', async () => {
    const { integrations } = await discover(from());
    expect(integrations.filter(({ path }) => path.startsWith(root))).toEqual([
      {
        specifier: '@im/linked',
        package: '@im/linked',
        version: '1.2.3',
        export: 'linked',
        id: 'linked',
        path: join(root, 'workspace/linked'),
      },
      {
        specifier: '@im/radio',
        package: '@im/radio',
        version: '1.2.3',
        export: 'radio',
        id: 'radio',
        path: join(root, 'app/service/node_modules/@im/radio'),
      },
      ...(['bells', 'bells/big'] as const).map((specifier) => ({
        specifier,
        package: 'bells',
        version: '1.2.3',
        export: specifier === 'bells' ? 'main' : 'big',
        path: join(root, 'app/node_modules/bells'),
      })),
      ...['throws', 'unbuilt'].map((name) => expect.objectContaining({ specifier: name, export: name })),
    ]);
  });

  it('reports broken manifests and goes on', async () => {
    const { broken } = await discover(from());
    expect(broken.filter(({ path }) => path.startsWith(root))).toEqual([
      { path: join(root, 'app/node_modules/broken'), says: 'package.json is not JSON' },
      {
        path: join(root, 'app/node_modules/odd'),
        says: 'package.json is not as it should be: im.integration',
      },
    ]);
  });

  it('finds nothing where nothing is installed', async () => {
    const { integrations } = await discover(join(root, 'workspace'));
    expect(integrations.filter(({ path }) => path.startsWith(root))).toEqual([]);
  });
});

describe('loading an integration', () => {
  it.each([
    ['a package, by what its manifest says', '@im/radio', 'radio'],
    ['an export of a package by name', '@im/radio#other', 'other'],
    ['a linked package', '@im/linked', 'linked'],
    ['a package from a folder above', 'bells', 'bells'],
    ['a subpath', 'bells/big', 'big-bell'],
    ['a file', './crm.mjs', 'crm'],
    ['an export of a file by name', './crm.mjs#second', 'second'],
  ])('takes %s', async (_what, specifier, id) => {
    expect((await loadIntegration(specifier, { from: from() })).id).toBe(id);
  });

  it.each([
    ['@im/nothing', 'not_found', '@im/nothing is not installed; npm install @im/nothing'],
    ['@im/nothing/deep', 'not_found', '@im/nothing is not installed; npm install @im/nothing'],
    [
      './nothing.mjs',
      'not_found',
      'the file ./nothing.mjs does not exist; correct the path; it is relative to the configuration',
    ],
    ['@im/radio#missing', 'failed_precondition', '@im/radio exports no integration named missing'],
    ['plain', 'failed_precondition', 'plain exports no integration'],
    ['bells/nothing', 'failed_precondition', 'bells/nothing is installed but has nothing to load'],
    [
      'unbuilt',
      'failed_precondition',
      'unbuilt is installed but has nothing to load; build it, or install it again: npm install unbuilt',
    ],
    ['throws', 'failed_precondition', 'throws cannot be loaded: needs a newer Node'],
    [
      'broken',
      'failed_precondition',
      'broken: package.json is not JSON; install it again: npm install broken',
    ],
    ['a b; rm -rf /', 'invalid_argument', 'what to use is not the name of a package or a file'],
    ['', 'invalid_argument', 'what to use is not the name of a package or a file'],
  ])('says what is wrong with %j', async (specifier, expectedCode, says) => {
    const error = await errorOf(specifier);
    expect(error.code).toBe(expectedCode);
    expect(error.message).toContain(says);
  });
});

describe('the entry of a package', () => {
  const conditions = new Set(['node', 'import', 'default']);
  it.each<readonly [string, object, string, string | undefined]>([
    ['main', { main: './m.js' }, '.', './m.js'],
    ['index.js without main', {}, '.', 'index.js'],
    ['a file without exports', {}, './lib/a.js', './lib/a.js'],
    ['a text', { exports: './e.js' }, '.', './e.js'],
    [
      'the first condition that holds',
      { exports: { browser: './b.js', import: './i.js', default: './d.js' } },
      '.',
      './i.js',
    ],
    [
      'nested conditions, going on where none holds',
      { exports: { node: { require: './r.cjs' }, default: './d.js' } },
      '.',
      './d.js',
    ],
    ['the first of a list that can be used', { exports: ['bad', './l.js'] }, '.', './l.js'],
    ['a subpath', { exports: { '.': './e.js', './s3': { import: './s3.js' } } }, './s3', './s3.js'],
    ['a pattern', { exports: { './*.js': './lib/*.js' } }, './a/b.js', './lib/a/b.js'],
    ['nothing that is not exported', { exports: { '.': './e.js' } }, './secret.js', undefined],
    ['nothing where a subpath is closed', { exports: { './x': null } }, './x', undefined],
    ['nothing outside the package', { exports: { '.': '../../e.js' } }, '.', undefined],
  ])('is %s', (_what, manifest, subpath, expected) => {
    expect(resolveEntry(manifest, subpath, conditions)).toBe(expected);
  });
});
