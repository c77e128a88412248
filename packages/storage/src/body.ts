/** Whatever bytes come from, as pieces; and pieces, as parts of one size. */
import type { StreamBody, WholeBody } from './object-store.types.ts';

/** Bytes to send. */
export interface Source {
  /** Absent: not known before the end. */
  readonly size: number | undefined;
  /** All of them, where they are in memory. */
  readonly bytes: Uint8Array | undefined;
  pieces(): AsyncIterable<Uint8Array>;
}

/** `undefined` for what no bytes can come from. */
export function toSource(body: WholeBody | StreamBody): Source | undefined {
  if (typeof body === 'string') return ofBytes(Buffer.from(body));
  if (body instanceof Uint8Array) return ofBytes(body);
  if (body instanceof Blob) return { size: body.size, bytes: undefined, pieces: () => body.stream() };
  if (typeof body === 'object' && body !== null && Symbol.asyncIterator in body)
    return { size: undefined, bytes: undefined, pieces: () => body };
  return undefined;
}

/** Whether nobody knows how many bytes it has. */
export function isStream(body: unknown): body is StreamBody {
  return (
    typeof body === 'object' && body !== null && Symbol.asyncIterator in body && !(body instanceof Uint8Array)
  );
}

function ofBytes(bytes: Uint8Array): Source {
  return {
    size: bytes.byteLength,
    bytes,
    async *pieces() {
      yield bytes;
    },
  };
}

/**
 * Cuts a source into parts of `partBytes`, the last one shorter, at least one. Memory: one part at a time is filled; a source that
 * is in memory is not copied. Leaving the loop ends the source.
 * Parts of full size that are not needed any more may be given back by `free`: a collector of garbage comes too late for them.
 */
export async function* parts(
  source: Source,
  partBytes: number,
  signal: AbortSignal,
  free: Uint8Array[] = [],
): AsyncGenerator<Uint8Array, void, undefined> {
  if (source.bytes !== undefined) {
    for (let start = 0; start === 0 || start < source.bytes.byteLength; start += partBytes)
      yield source.bytes.subarray(start, start + partBytes);
    return;
  }
  let part: Uint8Array | undefined;
  let filled = 0;
  let count = 0;
  for await (const piece of abortable(source.pieces(), signal)) {
    checkPiece(piece);
    for (let start = 0; start < piece.byteLength; ) {
      part ??= free.pop() ?? Buffer.allocUnsafeSlow(partBytes);
      const end = Math.min(piece.byteLength, start + partBytes - filled);
      part.set(piece.subarray(start, end), filled);
      filled += end - start;
      start = end;
      if (filled < partBytes) continue;
      yield part;
      count += 1;
      part = undefined;
      filled = 0;
    }
  }
  if (count === 0 || filled > 0) yield (part ?? new Uint8Array(0)).subarray(0, filled);
}

/** @throws TypeError for what a stream of bytes must not give, such as strings */
export function checkPiece(piece: unknown): asserts piece is Uint8Array {
  if (!(piece instanceof Uint8Array)) throw new TypeError('the stream gives something that is no Uint8Array');
}

/** The same pieces; an abort ends the wait for the next one at once. */
export async function* abortable(
  pieces: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const iterator = pieces[Symbol.asyncIterator]();
  let isDone = false;
  let fail: (reason: unknown) => void = () => {};
  const stop = () => fail(signal.reason);
  // Not a race with one promise for all pieces: that one would hold every piece until the end.
  const nextPiece = () =>
    new Promise<IteratorResult<Uint8Array>>((resolve, reject) => {
      fail = reject;
      iterator.next().then(resolve, reject);
    });
  signal.addEventListener('abort', stop, { once: true });
  try {
    while (true) {
      signal.throwIfAborted();
      const next = await nextPiece();
      isDone = next.done === true;
      if (next.done) return;
      yield next.value;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    // A source that is stuck in `next` would never answer `return`: it is told, and not waited for.
    if (!isDone) iterator.return?.().catch(() => undefined);
  }
}
