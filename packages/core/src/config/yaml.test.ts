// biome-ignore-all lint/suspicious/noTemplateCurlyInString: references are written so.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as yaml from 'yaml';
import { describeVectors } from '../__tests__/vectors.ts';
import { toPlain } from './source.ts';
import { readYaml } from './yaml.ts';

function read(text: string) {
  const { documents, faults } = readYaml(yaml, text, 'f.yaml');
  const told = faults.map(({ says, place }) => `${place?.line}:${place?.column} ${says}`);
  return {
    values: documents.map((document) => (document === undefined ? null : toPlain(document))),
    told,
    faults,
  };
}

describe('reading YAML', () => {
  it.each<readonly [string, string, unknown]>([
    [
      'the core schema of YAML 1.2',
      'a: yes\nb: 0o17\nc: 2001-01-01\nd: ~\ne: .5\nf: TRUE',
      { a: 'yes', b: 15, c: '2001-01-01', d: null, e: 0.5, f: true },
    ],
    [
      'the core schema, also when the text claims YAML 1.1',
      '%YAML 1.1\n---\na: yes\nb: 017',
      { a: 'yes', b: 17 },
    ],
    ['numbers as keys, as they were written', '0x10: a\n1.0: b', { '0x10': 'a', '1.0': 'b' }],
    ['an alias', 'a: &x { b: 1 }\nc: *x', { a: { b: 1 }, c: { b: 1 } }],
    ['an anchor set again', 'a: &x 1\nb: *x\nc: &x 2\nd: *x', { a: 1, b: 1, c: 2, d: 2 }],
    [
      'a merge key, below the own keys',
      'a: &x { b: 1, c: 2 }\nd: { c: 3, <<: *x }',
      { a: { b: 1, c: 2 }, d: { c: 3, b: 1 } },
    ],
    [
      'a list of merges, the first on top',
      'a: &x { k: 1 }\nb: &y { k: 2, l: 2 }\nc: { <<: [*x, *y] }',
      { a: { k: 1 }, b: { k: 2, l: 2 }, c: { k: 1, l: 2 } },
    ],
    ['a merge key in quotes, as a plain key', "'<<': 1", { '<<': 1 }],
    ['JSON', '{"a": [1, {"b": null}]}', { a: [1, { b: null }] }],
    ['a byte order mark and Windows line ends', '\uFEFFa: 1\r\nb: 2\r\n', { a: 1, b: 2 }],
  ])('understands %s', (_what, text, expected) => {
    expect(read(text)).toMatchObject({ told: [], values: [expected] });
  });

  it.each<readonly [string, string, readonly string[]]>([
    ['a key twice', 'a: 1\nb: 2\n  \na: 3', ['4:1 is a key that is already there']],
    ['a key twice in brackets', '{ a: 1, a: 2 }', ['1:9 is a key that is already there']],
    [
      'a tag of its own',
      'a: !vault x\nb: !!binary aGk=',
      ['1:4 has a tag that is not allowed', '2:4 has a tag that is not allowed'],
    ],
    ['a tag that would run code elsewhere', '!!js/function "x"', ['1:1 has a tag that is not allowed']],
    ['an alias without its anchor', 'a: *nobody', ['1:4 is an alias that names no anchor']],
    ['an alias before its anchor', 'a: *x\nb: &x 1', ['1:4 is an alias that names no anchor']],
    ['an alias inside what it names', 'a: &x [1, *x]', ['1:11 is an alias inside of what it names']],
    ['a mapping as a key', '? { a: 1 }\n: b', ['1:3 is a key that is not a text']],
    [
      'a key that would change what an object is',
      'a:\n  __proto__: { b: 1 }',
      ['2:3 is a key that is not allowed'],
    ],
    [
      'a number that would not be exact',
      'id: 12345678901234567890',
      ['1:5 is a number too large to be exact'],
    ],
    [
      'a quote that is not closed',
      'a: "x\n',
      ['2:1 a character is missing: a closing quote or bracket, a comma, a colon, or a space'],
    ],
    ['a tab as indentation', 'a:\n\tb: 1', ['2:1 a tab is used as indentation']],
    ['a wrong indentation', 'a:\n    b: 1\n  c: 2', ['3:1 the indentation does not fit']],
    ['an unknown escape', 'a: "\\q"', ['1:5 an escape in a text in double quotes is unknown']],
    [
      'several at once',
      'a: !x 1\na: 2\nb: *no',
      [
        '1:4 has a tag that is not allowed',
        '2:1 is a key that is already there',
        '3:4 is an alias that names no anchor',
      ],
    ],
    ['a reference in braces without quotes', 'a: { b: ${env:X} }', ['1:10 something stands where it cannot']],
    ['nesting too deep', `${'['.repeat(300)}${']'.repeat(300)}`, ['1:202 is nested more than 200 deep']],
    [
      'nesting too deep for the parser',
      '['.repeat(5_000),
      [expect.stringContaining('the nesting is too deep')],
    ],
  ])('refuses %s, with line and column', (_what, text, told) => {
    expect(read(text).told).toEqual(told);
  });

  it('repeats nothing of the text in a fault', () => {
    const texts = [
      'a: "canary',
      'a: @canary',
      'canary: [',
      'a: {b: canary}} canary',
      '- a\ncanary: "\\q"',
      '&a &b canary',
      '!canary a',
      '*canary',
    ];
    for (const text of texts) {
      const { faults } = read(text);
      expect(faults.length).toBeGreaterThan(0);
      expect(JSON.stringify(faults)).not.toContain('canary');
    }
  });

  it('never throws, whatever the text', () => {
    const pieces = fc.constantFrom(
      'a',
      ':',
      ' ',
      '\n',
      '-',
      '[',
      ']',
      '{',
      '}',
      ',',
      '&a',
      '*a',
      '!t',
      '"',
      "'",
      '|',
      '>',
      '#',
      '%',
      '?',
      '---',
      '...',
      '<<',
      '\t',
      '\\',
      '\u0000',
      '💥',
      '\ud800',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 25 }), (parts) => {
        expect(Array.isArray(read(parts.join('')).told)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

describe('aliases that blow a text up', () => {
  const bomb = (open: (inner: string) => string, levels: number) =>
    Array.from({ length: levels }, (_, level) => {
      const inner = level === 0 ? Array(9).fill('x') : Array(9).fill(`*a${level - 1}`);
      return `a${level}: &a${level} ${open(inner.join(', '))}`;
    }).join('\n');

  it.each([
    ['lists', bomb((inner) => `[${inner}]`, 9)],
    [
      'mappings',
      bomb(
        (inner) =>
          `{${inner
            .split(', ')
            .map((item, index) => `k${index}: ${item}`)
            .join(', ')}}`,
        8,
      ),
    ],
    [
      'lists of lists by doubling',
      [
        'a0: &a0 [x, x]',
        ...Array.from({ length: 17 }, (_, level) => `a${level + 1}: &a${level + 1} [*a${level}, *a${level}]`),
      ].join('\n'),
    ],
    [
      'a long list of one alias',
      `a: &a [${'x,'.repeat(350)}]\nb: &b [${'*a,'.repeat(60)}]\nc: [*b,*b,*b,*b,*b,*b]`,
    ],
  ])('are refused in under 100 ms: %s', (_what, text) => {
    expect(text.length).toBeLessThan(1_024);
    read('a: 1');
    const before = performance.now();
    const { told } = read(text);
    expect(performance.now() - before).toBeLessThan(100);
    expect(told).toEqual([expect.stringContaining('grows to more than 100000 nodes by its aliases')]);
  });

  it('are told from a text that is really long', () => {
    const text = Array.from({ length: 60_000 }, (_, index) => `- ${index}`).join('\n');
    const [value] = read(`all: &all\n${text.replaceAll(/^/gm, '  ')}\nagain: *all`).values;
    expect(value).toMatchObject({ again: { length: 60_000 } });
  }, 20_000);

  it('do no harm while they stay small', () => {
    expect(read(`a: &a { k: 1 }\nb: [${'*a, '.repeat(1_000)}]`).told).toEqual([]);
  });
});

interface SuiteCase {
  readonly id: string;
  readonly name: string;
  readonly yaml: string;
  readonly fail: boolean;
  readonly json?: string | null;
  readonly events: string;
}

/** Cases where the `yaml` package differs from the suite. */
const knownDifferences: Readonly<Record<string, string>> = {
  SF5V: 'accepts a %YAML directive that stands twice',
};

describeVectors('the YAML test suite', 'yaml-test-suite', (folder) => {
  const cases = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8')) as readonly SuiteCase[];
  const ours = cases.filter(({ id }) => !(id in knownDifferences));

  it('holds the cases that are listed as different', () => {
    expect(cases.map(({ id }) => id)).toEqual(expect.arrayContaining(Object.keys(knownDifferences)));
  });

  it.each(ours.filter(({ fail }) => fail).map((one) => [one.id, one.name, one] as const))(
    '%s is refused: %s',
    (_id, _name, one) => {
      expect(read(one.yaml).told).not.toEqual([]);
    },
  );

  it.each(
    ours.filter((one) => !one.fail && hasForeignTag(one)).map((one) => [one.id, one.name, one] as const),
  )('%s is refused for its tag, a rule of ours: %s', (_id, _name, one) => {
    expect(read(one.yaml).told.join()).toContain('tag');
  });

  it.each(
    ours
      .filter((one) => !one.fail && !hasForeignTag(one) && one.json != null)
      .map((one) => [one.id, one.name, one] as const),
  )('%s is read as its JSON: %s', (_id, _name, one) => {
    expect(read(one.yaml)).toMatchObject({ told: [] });
    expect(read(one.yaml).values).toEqual(jsonValues(one.json ?? ''));
  });

  it.each(
    ours
      .filter((one) => !one.fail && !hasForeignTag(one) && one.json == null)
      .map((one) => [one.id, one.name, one] as const),
  )('%s, which JSON cannot express, is read or refused for a key: %s', (_id, _name, one) => {
    for (const told of read(one.yaml).told) expect(told).toContain('is a key');
  });
});

/** Whether an event has a tag that is not of the core schema. */
function hasForeignTag({ events }: SuiteCase): boolean {
  const tags = [...events.matchAll(/^(?:\+MAP|\+SEQ|=VAL)(?: [{[][\]}])?(?: &\S+)? <([^>]*)>/gm)].map(
    ([, tag]) => tag ?? '',
  );
  return tags.some((tag) => !/^(?:!|tag:yaml\.org,2002:(?:map|seq|str|null|bool|int|float))$/.test(tag));
}

/** The values of several JSON texts one after another. */
function jsonValues(text: string): readonly unknown[] {
  const values: unknown[] = [];
  let open = '';
  for (const line of text.split('\n')) {
    open += `${line}\n`;
    const value = jsonValue(open);
    if (value === undefined) continue;
    values.push(value);
    open = '';
  }
  expect(open.trim()).toBe('');
  return values;
}

function jsonValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // Not whole yet.
    return undefined;
  }
}
