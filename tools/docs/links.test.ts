import { expect, it } from 'vitest';
import { temporaryFolder } from '../lib/temporary.ts';
import { checkIndex, checkLinks } from './links.ts';

it('finds files and headings that are not there, by file and line', () => {
  using folder = temporaryFolder({
    'docs/a.md':
      '# A\n\n[b](../b.md#two) [a](#a) [web](https://example.com/#x) [mail](mailto:a@example.com)\n[folder](.)\n',
    'b.md': '# B\n\n## Two\n\n[gone](docs/gone.md)\n[heading](docs/a.md#b)\n[out](../x.md)\n[none](#three)\n',
  });
  expect(checkLinks(folder.path, ['docs/a.md'])).toEqual([]);
  expect(checkLinks(folder.path, ['b.md'])).toEqual([
    { place: 'b.md:5', says: 'docs/gone.md: there is no docs/gone.md' },
    { place: 'b.md:6', says: 'docs/a.md#b: docs/a.md has no heading of that name' },
    { place: 'b.md:7', says: '../x.md leads out of the repository' },
    { place: 'b.md:8', says: '#three: b.md has no heading of that name' },
  ]);
});

it('finds pages that the index does not link to', () => {
  using folder = temporaryFolder({
    'docs/README.md': '[a](a.md#x)\n',
    'docs/a.md': '',
    'docs/guides/b.md': '',
  });
  const files = ['README.md', 'docs/README.md', 'docs/a.md', 'docs/guides/b.md'];
  expect(checkIndex(folder.path, 'docs/README.md', files)).toEqual([
    { place: 'docs/guides/b.md', says: 'docs/README.md does not link to it' },
  ]);
});
