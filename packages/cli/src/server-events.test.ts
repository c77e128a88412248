import { describe, expect, it } from 'vitest';
import { eventsOf } from './server-events.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

async function read(...pieces: readonly Uint8Array[]) {
  async function* body() {
    yield* pieces;
  }
  const events = [];
  for await (const event of eventsOf(body())) events.push(event);
  return events;
}

describe('server-sent events', () => {
  it('are read by the rules of the HTML standard', async () => {
    const text =
      ': hello\nretry: 100\n\nevent: change\nid: 1\ndata: {"a":1}\n\ndata:one\ndata:  two\ndata\n\nid\ndata: x\n\nevent: empty\n\n';
    expect(await read(bytes(text))).toEqual([
      { type: 'change', data: '{"a":1}', id: '1' },
      { type: 'message', data: 'one\n two\n', id: '1' },
      { type: 'message', data: 'x', id: '' },
    ]);
  });

  it('end their lines with CR, LF or both, however the bytes are cut', async () => {
    const whole = bytes('data: ä\r\ndata: b\rdata: c\n\r\ndata: d\r\r');
    const expected = [
      { type: 'message', data: 'ä\nb\nc', id: undefined },
      { type: 'message', data: 'd', id: undefined },
    ];
    expect(await read(whole)).toEqual(expected);
    expect(await read(...Array.from(whole, (byte) => Uint8Array.of(byte)))).toEqual(expected);
  });

  it('are dropped when the stream ends in the middle', async () => {
    expect(await read(bytes('data: a\n\ndata: b\n'))).toHaveLength(1);
  });

  it('may not fill the memory', async () => {
    await expect(read(bytes('data: '), bytes('x'.repeat(1_100_000)))).rejects.toThrow('too long');
  });
});
