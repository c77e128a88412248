import { describe, expect, it } from 'vitest';
import { table } from './table.ts';
import { displayWidth, harmless, oneLine, truncated } from './width.ts';

describe('the width of text', () => {
  it.each([
    ['abc', 3],
    ['日本語', 6],
    ['ｶﾅ', 2],
    ['Ａ', 2],
    ['한글', 4],
    ['é', 1],
    ['e\u0301', 1],
    ['👍', 2],
    ['👩‍👩‍👧', 2],
    ['🇸🇪', 2],
    ['\x1b[31mred\x1b[39m', 3],
    ['', 0],
  ])('%j takes %i columns', (text, columns) => {
    expect(displayWidth(text)).toBe(columns);
  });

  it('is kept when text is cut', () => {
    expect(truncated('abcdef', 4)).toBe('abc…');
    expect(truncated('日本語', 4)).toBe('日…');
    expect(truncated('日本語', 6)).toBe('日本語');
    expect(truncated('abc', 0)).toBe('');
  });
});

describe('text of others', () => {
  it('cannot command the terminal', () => {
    expect(oneLine('\x1b[2J\x1b]0;title\x07a\x08b\nc\u202Ed')).toBe('a�b c�d');
    expect(harmless('a\r\n\tb\x9b1m')).toBe('a\n  b');
  });
});

describe('a table', () => {
  const rows = [
    ['日本', 'x', 'first'],
    ['a', ['yes', (text: string) => `<${text}>`] as const, 'second one, which is long'],
  ];

  it('is aligned, whatever the letters, and colours take no room', () => {
    expect(table(['name', 'ok', 'what'], rows)).toEqual([
      'name  ok   what',
      '日本  x    first',
      'a     <yes>  second one, which is long',
    ]);
  });

  it('keeps to the width of the terminal, and takes from the widest column', () => {
    const lines = table(['name', 'ok', 'what'], rows, 24);
    expect(lines).toEqual(['name  ok   what', '日本  x    first', 'a     <yes>  second one, …']);
    for (const width of [1, 8, 12, 20]) {
      const widest = Math.max(
        ...table(['name', 'ok', 'what'], rows, width).map((line) => displayWidth(line.replace(/[<>]/g, ''))),
      );
      expect(widest).toBeLessThanOrEqual(Math.max(width, 3 + 2 * 2));
    }
  });
});
