import { describe, expect, it } from 'vitest';
import { checkRaw } from './raw.ts';

const message = (text: string) => Buffer.from(text, 'latin1');
const header = 'From: shop@example.com\r\nTo: ann@example.org\r\n';

describe('a raw e-mail', () => {
  it.each([
    ['with a body', `${header}\r\nHello`],
    ['with an empty body', `${header}\r\n`],
    ['with bare line feeds', 'From: a@example.com\n\nHello\n'],
    ['with lines of 1,000 bytes', `${header}\r\n${'x'.repeat(998)}\r\n${'y'.repeat(1_000)}`],
  ])('is taken: %s', (_, text) => {
    expect(() => checkRaw(message(text))).not.toThrow();
  });

  it.each([
    ['that is empty', ''],
    ['without a body', header],
    ['without a header', '\r\nHello'],
    ['with a line of 1,001 bytes', `${header}\r\n${'x'.repeat(999)}\r\n`],
    ['with a last line of 1,001 bytes', `${header}\r\n${'x'.repeat(1_001)}`],
    ['with a header of 1,001 bytes', `From: ${'x'.repeat(1_000)}\r\n\r\nHello`],
  ])('is refused: %s', (_, text) => {
    expect(() => checkRaw(message(text))).toThrow(/e-mail/);
  });

  it('may have 30 MiB, which are 40 in base64, and not one byte more', () => {
    const line = `${'x'.repeat(998)}\r\n`;
    const start = `${header}\r\n`;
    const size = 30 * 1024 * 1024;
    const all = message(start + line.repeat(Math.ceil(size / line.length)));
    expect(() => checkRaw(all.subarray(0, size))).not.toThrow();
    expect(() => checkRaw(all.subarray(0, size + 1))).toThrow(/41943040 bytes in base64/);
  });
});
