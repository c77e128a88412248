import { join } from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../lib/temporary.ts';
import { readWorkspace } from '../lib/workspace.ts';
import { catalogFaults, generatedFiles } from './catalog.ts';

/** A definition as data; it stands in a folder that no package manager knows, so it imports nothing. */
const source = `
export const deezer = {
  id: 'deezer', title: 'Deezer', category: 'music', contract: 1, docs: 'https://deezer.test/', egress: [],
  options: { _zod: { def: { type: 'object', shape: {} } } }, errors: { docs: 'https://deezer.test/', rows: [] },
  connect: () => ({
    getTrack: { kind: 'call', effect: 'read', docs: 'https://deezer.test/track', run: async () => {} },
    listTracks: { kind: 'pages', effect: 'read', scopes: ['a|b'], deprecated: 'since 2026', run: async () => {} },
  }),
};`;

const files = {
  'README.md': '# All\n\n<!-- packages -->\nold\n<!-- /packages -->\n',
  'packages/deezer/package.json': {
    name: '@im/deezer',
    description: 'Deezer',
    type: 'module',
    im: { integration: 'deezer' },
    exports: { '.': { '@im/source': './src/index.ts' } },
  },
  'packages/deezer/src/index.ts': source,
  'packages/deezer/README.md':
    '# D\n<!-- options -->\n<!-- /options -->\n<!-- operations -->\n<!-- /operations -->\n',
};

test('tables come from the definition, between the markers', async () => {
  using folder = temporaryFolder(files);
  const [root, own] = await generatedFiles(readWorkspace(folder.path));
  expect(root?.after).toContain('| [@im/deezer](packages/deezer) | adapt | music | 2 | Deezer |');
  expect(root?.after).not.toContain('old');
  expect(own?.after).toContain('| [`getTrack`](https://deezer.test/track) | read |  |  |');
  expect(own?.after).toContain('| `listTracks` | read, pages | `a\\|b` | deprecated since 2026 |');
});

test('a stale table is a fault until it is written, and a missing place is one', async () => {
  using folder = temporaryFolder({ ...files, 'packages/deezer/README.md': '# D\n' });
  const stale = await catalogFaults(readWorkspace(folder.path));
  expect(stale.map(({ place, says }) => `${place} ${says}`)).toEqual([
    'README.md is stale; run npm run catalog',
    'packages/deezer/README.md has no place for the table: <!-- options --> and <!-- /options -->',
    'packages/deezer/README.md has no place for the table: <!-- operations --> and <!-- /operations -->',
  ]);
  const written = await generatedFiles(readWorkspace(folder.path));
  folder.write({ ...Object.fromEntries(written.map(({ file, after }) => [file, after])) });
  const left = await catalogFaults(readWorkspace(folder.path));
  expect(left.map(({ place }) => place)).not.toContain('README.md');
});

test('a manifest that names an integration which is not exported is refused', async () => {
  using folder = temporaryFolder({ ...files, 'packages/deezer/src/index.ts': 'export const other = 1;\n' });
  await expect(generatedFiles(readWorkspace(folder.path))).rejects.toThrow(join('packages', 'deezer'));
});
