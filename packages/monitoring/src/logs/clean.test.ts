import { type LogFields, Secret } from '@im/core';
import { describe, expect, it } from 'vitest';
import { defineShop } from '../otel/__tests__/shop.ts';
import { createLogger, type LoggerOptions, secretNames } from './index.ts';

/** What a line with these fields says of them. */
async function written(fields: LogFields, options?: LoggerOptions) {
  const lines: string[] = [];
  const logger = await createLogger({ destination: { write: (line) => lines.push(line) }, ...options });
  logger.info('x', fields);
  const {
    time: _time,
    level: _level,
    message: _message,
    ...said
  } = JSON.parse(String(lines[0])) as LogFields;
  return said;
}

describe('fields', () => {
  it('are bounded in number, depth and length, and may be anything', async () => {
    const cycle: Record<string, unknown> = { name: 'a' };
    cycle.self = cycle;
    const throwing = Object.defineProperty({}, 'x', {
      enumerable: true,
      get: () => {
        throw new Error('no');
      },
    });
    expect(
      await written({
        cycle,
        throwing,
        deep: { a: { b: { c: { d: { e: 1 } } } } },
        long: 'a b '.repeat(1_000),
        many: Array.from({ length: 100 }, (_, index) => index),
        date: new Date(0),
        big: 12n,
        map: new Map([['a', 1]]),
        bytes: new Uint8Array(3),
        none: undefined,
        call: () => 1,
        url: new URL('https://user:pw@example.com/a?token=b&c=d'),
      }),
    ).toEqual({
      cycle: { name: 'a', self: '…' },
      throwing: { x: '[unreadable]' },
      deep: { a: { b: { c: { d: '…' } } } },
      long: `${'a b '.repeat(250)}…`,
      many: [...Array.from({ length: 32 }, (_, index) => index), '… 68 more'],
      date: '1970-01-01T00:00:00.000Z',
      big: '12',
      map: { a: 1 },
      bytes: '3 bytes',
      url: 'https://example.com/a?token=[redacted]&c=d',
    });
    const huge = Object.fromEntries(
      Array.from({ length: 1_000 }, (_, index) => [`k${index}`, Array(1_000).fill({ a: 'text' })]),
    );
    expect(JSON.stringify(await written(huge)).length).toBeLessThan(20_000);
  });

  it('of secrets do not print, by what they are, by their names, and by the definitions', async () => {
    const options = { secretNames: secretNames(defineShop(), { id: 'x', options: defineShop().options }) };
    expect(secretNames(defineShop())).toEqual(['apiKey']);
    expect(
      await written(
        {
          key: new Secret('s'),
          password: 1234,
          list: [new Secret('s')],
          deep: { apiKey: ['a'] },
          hasToken: true,
          pin: '12',
        },
        { secretNames: [...options.secretNames, 'PIN'] },
      ),
    ).toEqual({
      key: '[redacted]',
      password: '[redacted]',
      list: ['[redacted]'],
      deep: { apiKey: '[redacted]' },
      hasToken: true,
      pin: '[redacted]',
    });
  });

  it('that are names stay readable, as long as they look like one', async () => {
    const id = '3f2504e0-4f89-11d3-9a0c-0305e82c3301';
    expect(await written({ tenant: id, requestId: id, note: id, orderId: `${id} password=hunter2` })).toEqual(
      {
        tenant: id,
        requestId: id,
        note: '[redacted]',
        orderId: '[redacted] password=[redacted]',
      },
    );
  });
});
