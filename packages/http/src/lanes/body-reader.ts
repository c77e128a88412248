/** Chunks pushed by a connection, taken by a reader, with the connection paused while nobody takes them. */
import { pieceCame } from '@im/core';
import { tooLarge } from '../answer.ts';

/** What the reader may ask of the connection. */
export interface Source {
  pause(): void;
  resume(): void;
  /** Ends the transfer; the connection is given up. */
  abort(reason: Error): void;
}

/** Bytes kept for a reader that is slower than the connection. */
const highWater = 128 * 1024;

/** One body. Read it once: by `bytes` or by iteration. */
export class BodyReader implements AsyncIterableIterator<Uint8Array, undefined> {
  #source: Source | undefined;
  #chunks: Uint8Array[] = [];
  /** Bytes of the chunks. */
  #size = 0;
  #paused = false;
  #ended = false;
  #error: unknown;
  /** Set while everything is being collected: most bytes that may come. */
  #collecting: number | undefined;
  #wake: (() => void) | undefined;

  begin(source: Source): void {
    this.#source = source;
  }

  push(chunk: Uint8Array): void {
    pieceCame(chunk.byteLength);
    this.#chunks.push(chunk);
    this.#size += chunk.byteLength;
    if (this.#collecting !== undefined) {
      if (this.#size > this.#collecting) this.#stop(tooLarge(this.#collecting));
      return;
    }
    if (this.#size > highWater && !this.#paused) {
      this.#paused = true;
      this.#source?.pause();
    }
    this.#notify();
  }

  end(): void {
    this.#ended = true;
    this.#notify();
  }

  fail(error: unknown): void {
    if (this.#ended) return;
    this.#error ??= error;
    this.#ended = true;
    this.#notify();
  }

  /** The whole body. @throws VendorError `body_too_large`; what the connection failed with */
  async bytes(maxBytes: number): Promise<Uint8Array> {
    if (this.#size > maxBytes) {
      // It may all be there already, and then nothing is left to stop.
      const error = tooLarge(maxBytes);
      this.#stop(error);
      throw error;
    }
    this.#collecting = maxBytes;
    this.#resume();
    if (!this.#ended) await this.#news();
    if (this.#error !== undefined) throw this.#error;
    const chunks = this.#chunks;
    this.#chunks = [];
    return chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks, this.#size);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    while (true) {
      const chunk = this.#chunks.shift();
      if (chunk !== undefined) {
        this.#size -= chunk.byteLength;
        return { done: false, value: chunk };
      }
      if (this.#error !== undefined) throw this.#error;
      if (this.#ended) return { done: true, value: undefined };
      this.#resume();
      await this.#news();
    }
  }

  async return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.dispose();
    return { done: true, value: undefined };
  }

  /** Gives up what has not come yet. */
  dispose(): void {
    if (this.#ended) return;
    this.#stop(new Error('the body was not read to its end'));
  }

  #stop(error: Error): void {
    this.#chunks = [];
    this.fail(error);
    this.#source?.abort(error);
  }

  #resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#source?.resume();
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #notify(): void {
    if (this.#collecting !== undefined && !this.#ended) return;
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }
}
