import { describe, expect, it } from 'vitest';
import { anchorsOf, linksOf, sectionsOf } from './markdown.ts';

const fenced =
  '# One\n\ntext\n\n```ts\n# no heading\n[no](link)\n```\n\n## Two words!\n\n````md\n```\n````\n\n## Two words!\n';

describe('sections', () => {
  it('are headings outside of code, with their blocks', () => {
    expect(sectionsOf(fenced).map(({ line, level, slug }) => [line, level, slug])).toEqual([
      [1, 1, 'one'],
      [10, 2, 'two-words'],
      [16, 2, 'two-words-1'],
    ]);
    expect(sectionsOf(fenced)[0]?.blocks).toEqual([
      { line: 5, language: 'ts', code: '# no heading\n[no](link)' },
    ]);
    expect(sectionsOf(fenced)[1]?.blocks[0]?.code).toBe('```');
  });

  it.each([
    ['What `npm run check` checks', 'what-npm-run-check-checks'],
    ['Étape 1 : les clés', 'étape-1--les-clés'],
    ['[a link](x.md), and *more*', 'a-link-and-more'],
  ])('%s has the anchor %s', (title, slug) => {
    expect(anchorsOf(`## ${title}\n`)).toContain(slug);
  });

  it('an element with an id is an anchor', () => {
    expect(anchorsOf('<a id="here"></a>')).toContain('here');
  });
});

it('links are found in every form, but not in code', () => {
  const text =
    'see [a](one.md "title") and ![b](<two.png>), `[c](three.md)`\n[d]: four.md\n<a href="five.md">e</a>\n';
  expect(linksOf(text + fenced)).toEqual([
    { line: 1, target: 'one.md' },
    { line: 1, target: 'two.png' },
    { line: 2, target: 'four.md' },
    { line: 3, target: 'five.md' },
  ]);
});
