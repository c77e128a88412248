/** Pieces of a source, gathered into parts of one size. */
import { Pieces, type Source } from './body.ts';
import type { StorageLimits } from './driver.ts';
import { type Place, storeError } from './errors.ts';

/** Buffers that are remembered. */
const mostIdle = 64;
/** Bytes of the first buffer for a source of which nobody knows how long it is. */
const firstBytes = 64 * 1024;
/** By how much such a buffer grows. */
const growth = 8;

/** Parts that are few enough for `size`, in whole mebibytes. */
export function fittingPartBytes(
  { maxParts, maxPartBytes }: StorageLimits,
  wanted: number,
  size: number | undefined,
  place: Place,
): number {
  if (size === undefined || size <= wanted * maxParts) return wanted;
  const unit = 1024 * 1024;
  const fitting = Math.ceil(size / maxParts / unit) * unit;
  if (fitting > maxPartBytes)
    throw storeError(`${size} bytes are more than ${maxParts} parts can hold`, place, {
      code: 'invalid_argument',
      remedy: 'split the object',
    });
  return fitting;
}

/**
 * Buffers to be filled again and again: memory outside the heap has the collector walk over all of the heap, every 64 MiB or sooner, and
 * fresh memory is dear in itself. Those that are idle are held weakly, so that they are let go of when nothing is sent.
 */
export class PartBuffers {
  readonly #idle: WeakRef<Uint8Array>[] = [];

  /** One that was given back, if there is one of just so many bytes. */
  take(bytes: number): Uint8Array | undefined {
    const at = this.#idle.findLastIndex((idle) => idle.deref()?.byteLength === bytes);
    return at < 0 ? undefined : this.#idle.splice(at, 1)[0]?.deref();
  }

  /** Gives one back that nobody reads any more: one that a failed call may still be reading must not come here. */
  give(buffer: Uint8Array): void {
    this.#idle.push(new WeakRef(buffer));
    if (this.#idle.length > mostIdle) this.#idle.shift();
  }
}

/** Cuts a source into parts, the last one shorter, at least one. What is in memory is not copied. Close it. */
export class PartCutter {
  #partBytes: number;
  readonly #buffers: PartBuffers;
  /** The first buffer: as large as the source is known to be, or one that grows. */
  readonly #startBytes: number;
  /** Where it comes from; or all of it, where it is in memory, and how much of that is cut. */
  readonly #from: Pieces | Uint8Array;
  #cut = 0;
  #count = 0;
  /** The next part, where it was looked at already. */
  #ready: Uint8Array | undefined;

  constructor(source: Source, partBytes: number, signal: AbortSignal, buffers: PartBuffers) {
    this.#partBytes = partBytes;
    this.#buffers = buffers;
    this.#startBytes = Math.min(partBytes, source.size ?? firstBytes);
    this.#from = source.bytes ?? new Pieces(source.pieces(), signal);
  }

  /** The next part; `undefined` when there is none. Of a source without bytes the first part is empty. */
  async next(): Promise<Uint8Array | undefined> {
    const part =
      this.#ready ??
      (this.#from instanceof Pieces ? await this.#gather(this.#from) : this.#slice(this.#from));
    this.#ready = undefined;
    if (part === undefined && this.#count > 0) return undefined;
    this.#count += 1;
    return part ?? new Uint8Array(0);
  }

  /** Whether no byte comes after the parts so far: waits for the next piece. */
  async isAtEnd(): Promise<boolean> {
    const from = this.#from;
    if (!(from instanceof Pieces)) return this.#cut >= from.byteLength;
    for (let step = await from.next(); !step.done; step = await from.next()) {
      if (step.value.byteLength === 0) continue;
      from.unread(step.value);
      return false;
    }
    return true;
  }

  /** Begins anew, with parts of so many bytes, when no more was taken than the first part. */
  restart(first: Uint8Array, partBytes: number): void {
    this.#count = 0;
    if (partBytes === this.#partBytes) this.#ready = first;
    else if (this.#from instanceof Pieces) this.#from.unread(first);
    else this.#cut = 0;
    this.#partBytes = partBytes;
  }

  /** Gives a part's memory back, when it is sent. */
  reuse({ buffer }: Uint8Array): void {
    if (!(this.#from instanceof Pieces) || buffer.byteLength !== this.#partBytes) return;
    this.#buffers.give(new Uint8Array(buffer));
  }

  /** Ends the wait for the next part, and gives no more. */
  stop(reason: unknown): void {
    if (this.#from instanceof Pieces) this.#from.stop(reason);
  }

  /** Ends the source. */
  close(): void {
    if (this.#from instanceof Pieces) this.#from.close();
  }

  #slice(whole: Uint8Array): Uint8Array | undefined {
    const part = whole.subarray(this.#cut, this.#cut + this.#partBytes);
    this.#cut += part.byteLength;
    return part.byteLength === 0 ? undefined : part;
  }

  async #gather(pieces: Pieces): Promise<Uint8Array | undefined> {
    const partBytes = this.#partBytes;
    let part: Uint8Array | undefined;
    let filled = 0;
    for (let step = await pieces.next(); !step.done; step = await pieces.next()) {
      let piece = step.value;
      if (piece.byteLength === 0) continue;
      if (filled + piece.byteLength > partBytes) {
        const fits = partBytes - filled;
        pieces.unread(piece.subarray(fits));
        piece = piece.subarray(0, fits);
      }
      const needed = filled + piece.byteLength;
      if (part === undefined || needed > part.byteLength) part = this.#roomFor(needed, part, filled);
      part.set(piece, filled);
      filled = needed;
      if (filled === partBytes) return part;
    }
    return part?.subarray(0, filled);
  }

  /** A buffer for so many bytes, with those that are there already. */
  #roomFor(needed: number, part: Uint8Array | undefined, filled: number): Uint8Array {
    const whole = this.#buffers.take(this.#partBytes);
    const least = this.#count > 0 ? this.#partBytes : this.#startBytes;
    const bytes = Math.min(this.#partBytes, Math.max(least, needed, (part?.byteLength ?? 0) * growth));
    const room = whole ?? Buffer.allocUnsafeSlow(bytes);
    if (part !== undefined) room.set(part.subarray(0, filled));
    return room;
  }
}
