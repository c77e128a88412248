/** Whatever bytes come from, as pieces. */
import { pieceCame } from '@im/core';
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

/** @throws TypeError for what a stream of bytes must not give, such as strings */
function checkPiece(piece: unknown): asserts piece is Uint8Array {
  if (!(piece instanceof Uint8Array)) throw new TypeError('the stream gives something that is no Uint8Array');
}

/** The pieces of a source, one after the other; an abort ends the wait for the next one at once. Close it. */
export class Pieces {
  readonly #iterator: AsyncIterator<Uint8Array>;
  readonly #signal: AbortSignal;
  readonly #back: Uint8Array[] = [];
  #isOver = false;
  /** Why nothing more is given, if that is so. */
  #stopped: { readonly reason: unknown } | undefined;
  #fail: (reason: unknown) => void = () => {};

  constructor(pieces: AsyncIterable<Uint8Array>, signal: AbortSignal) {
    this.#iterator = pieces[Symbol.asyncIterator]();
    this.#signal = signal;
    if (signal.aborted) this.handleEvent();
    else signal.addEventListener('abort', this, { once: true });
  }

  /** The signal's abort. */
  handleEvent(): void {
    this.stop(this.#signal.reason);
  }

  /** Ends the wait for the next piece, and gives no more. */
  stop(reason: unknown): void {
    this.#stopped ??= { reason };
    this.#fail(reason);
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const back = this.#back.pop();
    if (back !== undefined) return Promise.resolve({ done: false, value: back });
    // Not a race with one promise for all pieces: that one would hold every piece until the end.
    return new Promise((resolve, reject) => {
      if (this.#stopped !== undefined) return reject(this.#stopped.reason);
      if (this.#isOver) return resolve({ done: true, value: undefined });
      this.#fail = reject;
      this.#iterator.next().then(
        (step) => {
          if (step.done) {
            this.#end();
            return resolve({ done: true, value: undefined });
          }
          try {
            checkPiece(step.value);
            pieceCame(step.value.byteLength);
            resolve(step);
          } catch (error) {
            reject(error);
          }
        },
        (error: unknown) => {
          this.#end();
          reject(error);
        },
      );
    });
  }

  /** Gives a piece back, to be the next one. */
  unread(piece: Uint8Array): void {
    this.#back.push(piece);
  }

  /** Ends the source. */
  close(): void {
    if (this.#isOver) return;
    this.#end();
    // A source that is stuck in `next` would never answer `return`: it is told, and not waited for.
    this.#iterator.return?.().catch(() => undefined);
  }

  #end(): void {
    this.#isOver = true;
    this.#signal.removeEventListener('abort', this);
  }
}
