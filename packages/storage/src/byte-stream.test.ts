import { getEventListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { abortableStream, type ByteSource, sourceOfStream, streamOfSource } from './byte-stream.ts';

/** Gives the letters one by one, and tells what was done with it. */
function letters(text: string, failure?: Error) {
  const done = { cancelled: [] as unknown[], asked: 0, atOnce: 0 };
  let under = 0;
  const left = [...text];
  const source: ByteSource = {
    async next() {
      done.asked += 1;
      under += 1;
      done.atOnce = Math.max(done.atOnce, under);
      await turn();
      under -= 1;
      const letter = left.shift();
      if (letter === undefined && failure !== undefined) throw failure;
      return letter === undefined ? undefined : Buffer.from(letter);
    },
    async cancel(reason) {
      done.cancelled.push(reason);
    },
  };
  return { source, done };
}

async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  let text = '';
  for await (const piece of stream) text += Buffer.from(piece).toString();
  return text;
}

describe('a stream over a source', () => {
  it('is read by everything that reads streams', async () => {
    const make = () => streamOfSource(letters('abc').source);
    expect(await textOf(make())).toBe('abc');
    expect(await textOf(make().values())).toBe('abc');
    expect(await textOf(make().values({ preventCancel: true }))).toBe('abc');
    expect(await new Response(make()).text()).toBe('abc');
    expect(await textOf(make().pipeThrough(new TransformStream()))).toBe('abc');
    const [left, right] = make().tee();
    expect(await Promise.all([textOf(left), textOf(right)])).toEqual(['abc', 'abc']);
    const reader = make().getReader();
    expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('a');
    expect(await textOf(piecesOf(sourceOfStream(make())))).toBe('abc');
  });

  it('asks for nothing before it is read, and for one piece at a time, however many are wanted', async () => {
    const { source, done } = letters('abcd');
    const stream = streamOfSource(source);
    await turn();
    expect(done.asked).toBe(0);
    const iterator = stream.values();
    const steps = await Promise.all([iterator.next(), iterator.next(), iterator.next()]);
    expect(steps.map(({ value }) => value && Buffer.from(value).toString())).toEqual(['a', 'b', 'c']);
    expect(done).toMatchObject({ asked: 3, atOnce: 1 });
  });

  it('is locked while it is iterated, and no more afterwards', async () => {
    const stream = streamOfSource(letters('ab').source);
    const iterator = stream.values();
    expect(stream.locked).toBe(true);
    expect(() => stream.getReader()).toThrow(TypeError);
    expect(() => sourceOfStream(stream)).toThrow(TypeError);
    expect(await textOf(iterator)).toBe('ab');
    expect(stream.locked).toBe(false);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    expect((await stream.getReader().read()).done).toBe(true);
  });

  it('lets go of its source once when the loop is left, and at once when it was never read', async () => {
    const { source, done } = letters('abc');
    const stream = streamOfSource(source);
    for await (const _ of stream) break;
    await stream.cancel('again');
    expect(done.cancelled).toEqual([undefined]);
    expect(stream.locked).toBe(false);

    const unread = letters('abc');
    await streamOfSource(unread.source).cancel('why');
    expect(unread.done).toMatchObject({ cancelled: ['why'], asked: 0 });
  });

  it('gives what came before a failure, and then the failure, by the loop and by a reader', async () => {
    const failure = new Error('broken');
    for (const read of [
      (stream: ReadableStream<Uint8Array>) => stream.values(),
      (stream: ReadableStream<Uint8Array>) => stream.pipeThrough(new TransformStream()).values(),
    ]) {
      const { source, done } = letters('a', failure);
      const iterator = read(streamOfSource(source));
      expect((await iterator.next()).done).toBe(false);
      await expect(iterator.next()).rejects.toBe(failure);
      expect(done.cancelled).toEqual([]);
    }
  });

  it('loses nothing when it changes hands after a piece was read', async () => {
    for (const rest of [
      (stream: ReadableStream<Uint8Array>) => textOf(stream),
      (stream: ReadableStream<Uint8Array>) => textOf(piecesOf(sourceOfStream(stream))),
    ]) {
      const stream = streamOfSource(letters('abc').source);
      const reader = stream.getReader();
      expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('a');
      reader.releaseLock();
      expect(await rest(stream)).toBe('bc');
    }
  });
});

describe('the source of a stream', () => {
  it('is the very one that an untouched stream was made of', () => {
    const { source } = letters('abc');
    const stream = streamOfSource(source);
    expect(sourceOfStream(stream)).toBe(source);
    expect(stream.locked).toBe(true);
  });

  it('reads any other stream, and cancels it', async () => {
    const other = new Blob(['abc']).stream();
    expect(await textOf(piecesOf(sourceOfStream(other)))).toBe('abc');
    const reasons: unknown[] = [];
    const cancelled = new ReadableStream<Uint8Array>({ cancel: (reason) => void reasons.push(reason) });
    await sourceOfStream(cancelled).cancel('enough');
    expect(reasons).toEqual(['enough']);
  });
});

describe('a stream under a signal', () => {
  it('is errored by an abort at once: before it is read, and while a piece is awaited', async () => {
    const reason = new Error('stop');
    for (const isWaiting of [false, true]) {
      const aborting = new AbortController();
      let cancelled: unknown;
      const stream = abortableStream(
        {
          next: () => new Promise(() => {}),
          async cancel(why) {
            cancelled = why;
          },
        },
        aborting.signal,
      );
      const waiting = isWaiting ? stream.values().next() : undefined;
      aborting.abort(reason);
      await expect(waiting ?? stream.values().next()).rejects.toBe(reason);
      expect(cancelled).toBe(reason);
      expect(getEventListeners(aborting.signal, 'abort')).toEqual([]);
    }
  });

  it('leaves nothing at the signal when it has ended, failed or been cancelled', async () => {
    const { signal } = new AbortController();
    const listeners = () => getEventListeners(signal, 'abort').length;
    await textOf(abortableStream(letters('ab').source, signal));
    expect(listeners()).toBe(0);
    const broken = abortableStream(letters('', new Error('broken')).source, signal);
    await expect(textOf(broken)).rejects.toThrow('broken');
    expect(listeners()).toBe(0);
    await abortableStream(letters('ab').source, signal).cancel();
    expect(listeners()).toBe(0);
  });

  it('does not give its source away, since nobody would watch the signal then', () => {
    const { source } = letters('ab');
    expect(sourceOfStream(abortableStream(source, new AbortController().signal))).not.toBe(source);
  });
});

/** All pieces of a source. */
async function* piecesOf(source: ByteSource): AsyncGenerator<Uint8Array> {
  for (let next = await source.next(); next !== undefined; next = await source.next()) yield next;
}
