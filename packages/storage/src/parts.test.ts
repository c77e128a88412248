import { getEventListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toSource } from './body.ts';
import { PartBuffers, PartCutter } from './parts.ts';

const never = new AbortController().signal;

/** Gives pieces as some streams do: one buffer, filled again for each. */
async function* fromOneBuffer(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(Math.max(1, ...pieces.map(({ byteLength }) => byteLength)));
  for (const piece of pieces) {
    buffer.set(piece);
    yield buffer.subarray(0, piece.byteLength);
    buffer.fill(0);
  }
}

function cutterOf(pieces: readonly Uint8Array[], partBytes: number, buffers = new PartBuffers()) {
  const source = toSource(fromOneBuffer(pieces));
  if (source === undefined) throw new Error('an iterable is a source');
  return new PartCutter(source, partBytes, never, buffers);
}

async function restOf(cutter: PartCutter): Promise<Uint8Array[]> {
  const parts: Uint8Array[] = [];
  for (let part = await cutter.next(); part !== undefined; part = await cutter.next())
    parts.push(Buffer.from(part));
  return parts;
}

const pieces = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 20 });

describe('parts of a stream', () => {
  it('are its bytes, of one size but the last, however the stream is cut, and whoever looked first', async () => {
    const buffers = new PartBuffers();
    await fc.assert(
      fc.asyncProperty(
        pieces,
        fc.integer({ min: 1, max: 64 }),
        fc.integer({ min: 1, max: 64 }),
        async (given, look, size) => {
          const all = Buffer.concat(given);
          const cutter = cutterOf(given, look, buffers);
          const first = (await cutter.next()) ?? new Uint8Array(0);
          expect(Buffer.from(first)).toEqual(all.subarray(0, look));
          if (first.byteLength === look) expect(await cutter.isAtEnd()).toBe(all.byteLength === look);
          cutter.restart(first, size);
          const parts = await restOf(cutter);
          expect(Buffer.concat(parts)).toEqual(all);
          expect(parts).toHaveLength(Math.max(1, Math.ceil(all.byteLength / size)));
          for (const part of parts.slice(0, -1)) expect(part.byteLength).toBe(size);
        },
      ),
    );
  });

  it('of bytes in memory are views of them', async () => {
    const bytes = Buffer.from('0123456789');
    const source = toSource(bytes);
    if (source === undefined) throw new Error('bytes are a source');
    const cutter = new PartCutter(source, 4, never, new PartBuffers());
    const parts = [await cutter.next(), await cutter.next(), await cutter.next(), await cutter.next()];
    expect(parts.map((part) => part && Buffer.from(part).toString())).toEqual([
      '0123',
      '4567',
      '89',
      undefined,
    ]);
    for (const part of parts) if (part !== undefined) expect(part.buffer).toBe(bytes.buffer);
  });

  it('take memory again that was given back, and no other', async () => {
    const buffers = new PartBuffers();
    const cutter = cutterOf([Buffer.from('aaaabbbbccccdd')], 4, buffers);
    const [a, b] = [await cutter.next(), await cutter.next()];
    if (a === undefined || b === undefined) throw new Error('there are parts');
    cutter.reuse(a);
    const c = await cutter.next();
    expect(c?.buffer).toBe(a.buffer);
    expect(Buffer.from(b).toString()).toBe('bbbb');
    const last = await cutter.next();
    expect(last?.buffer).not.toBe(b.buffer);
    expect(Buffer.from(last ?? []).toString()).toBe('dd');
  });

  it('of a short stream cost no more memory than it needs', async () => {
    const cutter = cutterOf([Buffer.from('short')], 8 * 1024 * 1024);
    expect((await cutter.next())?.buffer.byteLength).toBe(64 * 1024);
  });

  it('come no more once it is said so, also to who waits for one; the source is ended', async () => {
    const source = toSource(
      (async function* () {
        yield Buffer.from('a');
        await new Promise(() => {});
      })(),
    );
    if (source === undefined) throw new Error('an iterable is a source');
    const cutter = new PartCutter(source, 1, never, new PartBuffers());
    await cutter.next();
    const waiting = cutter.next();
    const why = new Error('enough');
    cutter.stop(why);
    await expect(waiting).rejects.toBe(why);
    await expect(cutter.next()).rejects.toBe(why);

    const other = cutterOf([Buffer.from('ab'), Buffer.from('cd')], 2);
    await other.next();
    other.close();
    await turn();
    expect(await other.next()).toBeUndefined();
  });

  it('leave nothing behind at a signal that outlives them', async () => {
    const { signal } = new AbortController();
    for (const ends of [true, false]) {
      const source = toSource(fromOneBuffer([Buffer.from('abc')]));
      if (source === undefined) throw new Error('an iterable is a source');
      const cutter = new PartCutter(source, 2, signal, new PartBuffers());
      if (ends) await restOf(cutter);
      else await cutter.next();
      cutter.close();
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    }
  });
});
