import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createLogger, prettyLine } from './index.ts';

const line = JSON.stringify({
  level: 'warn',
  time: '2030-01-01T12:34:56.789Z',
  tenant: 'acme',
  says: 'two words',
  error: {
    name: 'TypeError',
    message: 'no',
    stack: 'TypeError: no\n    at a (b.ts:1:2)\n    at c (d.ts:3:4)',
  },
  count: 2,
  message: 'the vendor is slow',
});

describe('a line for people', () => {
  it('has the time of day, the level, the message, the fields, and stacks below', () => {
    expect(prettyLine(line, { colour: false })).toBe(
      [
        '12:34:56.789 WARN  the vendor is slow  tenant=acme  says="two words"  error={"name":"TypeError","message":"no"}  count=2',
        '    at a (b.ts:1:2)',
        '    at c (d.ts:3:4)',
        '',
      ].join('\n'),
    );
    expect(stripVTControlCharacters(prettyLine(line))).toBe(prettyLine(line, { colour: false }));
    expect(prettyLine(line)).not.toBe(prettyLine(line, { colour: false }));
  });

  it('gives back what is no line of a log', () => {
    for (const text of ['plain text\n', '{"a":1}\n', '[]\n', 'null\n']) expect(prettyLine(text)).toBe(text);
  });

  it('lets nobody move the cursor or forge a line', () => {
    const forged = {
      level: 'info',
      time: '',
      message: 'a\n12:00 INFO b\u001b[2J',
      tenant: '\u202ex',
      x: '\u0007',
    };
    const text = prettyLine(JSON.stringify(forged), { colour: false });
    expect(text.slice(0, -1)).not.toMatch(/[\p{Cc}\u202e]/u);
  });

  it('is what a logger writes for a terminal', async () => {
    const lines: string[] = [];
    const write = (text: string) => lines.push(text);
    const logger = await createLogger({ destination: { write }, pretty: true, now: () => 0 });
    logger.info('ready', { port: 8080 });
    expect(lines).toEqual(['00:00:00.000 INFO  ready  port=8080\n']);
  });
});
