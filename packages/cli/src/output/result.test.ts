import { PassThrough } from 'node:stream';
import { Secret, systemClock } from '@im/core';
import { describe, expect, it } from 'vitest';
import { collector } from '../__tests__/im.ts';
import { writeResult } from './result.ts';
import { createScreen } from './screen.ts';

async function written(result: unknown, json = false): Promise<string> {
  const stdout = collector();
  const signal = new AbortController().signal;
  const io = {
    stdin: new PassThrough(),
    stdout,
    stderr: collector(),
    env: {},
    cwd: '/',
    clock: systemClock,
    signal,
  };
  await writeResult(result, stdout, createScreen(io, { json, color: false }));
  return stdout.text;
}

const bytes = Uint8Array.of(0, 255, 10);

async function* pieces(...all: readonly unknown[]) {
  yield* all;
}

describe('what an operation gave', () => {
  it('is JSON, exact and without secrets', async () => {
    const value = { big: 12345678901234567890n, at: new Date(0), key: new Secret('canary'), list: [1] };
    expect(JSON.parse(await written(value))).toEqual({
      big: '12345678901234567890',
      at: '1970-01-01T00:00:00.000Z',
      key: '[redacted]',
      list: [1],
    });
  });

  it('is bytes as they are, with --json in base64', async () => {
    expect(Buffer.from(await written(bytes), 'latin1')).toEqual(Buffer.from(bytes));
    expect(JSON.parse(await written(bytes, true))).toEqual({ base64: 'AP8K' });
  });

  it('is a stream piece by piece', async () => {
    expect(Buffer.from(await written(pieces(bytes, bytes)), 'latin1')).toHaveLength(6);
    expect(await written(pieces(bytes, { a: 1 }), true)).toBe('{"base64":"AP8K"}\n{"a":1}\n');
  });

  it('may be nothing', async () => {
    expect([await written(undefined), await written(undefined, true), await written(null)]).toEqual([
      '',
      'null\n',
      'null\n',
    ]);
  });
});
