import { expect, it } from 'vitest';
import { compare, stamped } from './translations.ts';

const english = `# Title

Text.

## Use

\`\`\`ts
start(); // now
\`\`\`

<!-- packages -->
| a |
<!-- /packages -->

## More
`;
const french = stamped(
  english,
  `# Titre
<!-- of title -->

Texte.

## Usage
<!-- of use -->

\`\`\`ts
start(); // maintenant
\`\`\`

## Suite
<!-- of more -->
`,
);
const faults = (original: string, translation: string) =>
  compare('README.md', original, 'README.fr.md', translation).map(({ place, says }) => `${place} ${says}`);

it('a translation in step has no faults; comments are translated, generated parts are not copied', () => {
  expect(faults(english, french)).toEqual([]);
  expect(faults(english.replace('| a |', '| a |\n| b |'), french)).toEqual([]);
});

it.each([
  [
    'a changed text',
    english.replace('Text.', 'Other text.'),
    french,
    ['README.fr.md:1 "Title" (README.md:1) has changed; translate it, then stamp'],
  ],
  ['a new section', `${english}\n## New\n`, french, ['README.fr.md:1 "New" (README.md:17) is missing']],
  [
    'a section that is gone',
    english.replace('## More\n', ''),
    french,
    ['README.fr.md:13 README.md has no section more any more'],
  ],
  [
    'code that differs',
    english,
    french.replace('start();', 'stop();'),
    ['README.fr.md:9 the code differs from the one at line 7 in more than comments'],
  ],
  [
    'code that is missing',
    english,
    french.replace(/```ts[\s\S]*```/, ''),
    ['README.fr.md:6 0 blocks of code instead of 1'],
  ],
  [
    'another level',
    english,
    french.replace('## Suite', '### Suite'),
    ['README.fr.md:13 the heading is of level 3, in README.md of 2'],
  ],
  [
    'no stamp',
    english,
    french.replace(/<!-- of more .*-->/, ''),
    [
      'README.fr.md:13 "Suite" does not say what it renders: <!-- of … -->',
      'README.fr.md:1 "More" (README.md:15) is missing',
    ],
  ],
])('%s is reported', (_what, original, translation, expected) => {
  expect(faults(original, translation)).toEqual(expected);
});

it('another order is reported', () => {
  const [title, use, more] = french.split(/^(?=#)/m);
  expect(faults(english, [title, more, use].join(''))).toEqual([
    'README.fr.md:1 sections stand in another order than in README.md',
  ]);
});
