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
  expect(root?.after).toContain('| [@im/deezer](packages/deezer) | adapt | music | 2 |  | Deezer |');
  expect(root?.after).not.toContain('old');
  expect(own?.after).toContain('| [`getTrack`](https://deezer.test/track) | read |  |  |');
  expect(own?.after).toContain('| `listTracks` | read, pages | `a\\|b` | deprecated since 2026 |');
});

/** A definition with a port, whose traits are data too. */
const payer = `
export const deezer = {
  id: 'deezer', title: 'Payer', category: 'payments', contract: 1, docs: 'https://payer.test/', egress: [],
  options: { _zod: { def: { type: 'object', shape: {} } } }, errors: { docs: 'https://payer.test/', rows: [] },
  connect: () => ({ pay: { kind: 'call', effect: 'keyed', run: async () => {} } }),
  provides: [{ port: { id: 'paymentGateway' }, toDriver: () => { throw new Error('a driver was made'); }, traits: {
    abilities: { partialRefund: true },
    facts: {
      methods: ['card', 'pix'], currencies: ['JPY', 'EUR'], maxMinor: { JPY: 5n, other: 9n }, stepMinor: { KWD: 10n }, maxReferenceBytes: 50,
      keyTtlMs: 21600000, references: false, lookup: 'none', settleMs: 90000, declines: { docs: 'https://payer.test/declines', rows: { a: {} } },
    },
  } }],
};`;

test('processors stand side by side, by the traits of their definitions and without a driver', async () => {
  using folder = temporaryFolder({
    ...files,
    'packages/deezer/src/index.ts': payer,
    'docs/payments.md': '# P\n<!-- processors -->\n<!-- /processors -->\n',
  });
  const written = await generatedFiles(readWorkspace(folder.path));
  const rows = written.find(({ file }) => file === 'docs/payments.md')?.after.split('\n') ?? [];
  const cell = (start: string) =>
    rows
      .find((row) => row.startsWith(`| ${start} |`))
      ?.split(' | ')
      .at(-1);
  expect(rows).toContain('|  | embedded | Payer |');
  expect(cell('`partialRefund`')).toBe('yes |');
  expect(cell('`manualCapture`')).toBe(' |');
  expect(cell('payment methods')).toBe('`card` `pix` |');
  expect(cell('currencies')).toBe('EUR JPY |');
  expect(cell('in steps of minor units')).toBe('KWD 10 |');
  expect(cell('largest amount in minor units')).toBe('JPY 5, else 9 |');
  expect(cell('remembers a key')).toBe('6 h |');
  expect(cell('can be asked by')).toBe('nothing: answers and webhooks tell |');
  expect(cell('a call has settled after')).toBe('90 s |');
  expect(cell('decline codes')).toBe('[1](https://payer.test/declines) |');
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
