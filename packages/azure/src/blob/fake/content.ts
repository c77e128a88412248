/** Bytes of blobs and blocks. */

/** Bytes that are put together when they are first looked at, so that what is written and copied and never read costs no copying. */
export class FakeContent {
  readonly size: number;
  #pieces: readonly Uint8Array[];

  constructor(pieces: readonly Uint8Array[]) {
    this.#pieces = pieces;
    this.size = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
  }

  /** One after the other. */
  static join(contents: readonly FakeContent[]): FakeContent {
    return new FakeContent(contents.flatMap((content) => content.#pieces));
  }

  get bytes(): Uint8Array {
    const [first, ...others] = this.#pieces;
    if (first !== undefined && others.length === 0) return first;
    const bytes = Buffer.concat(this.#pieces, this.size);
    this.#pieces = [bytes];
    return bytes;
  }

  /** Bytes from `start` up to `end`, which is not among them. */
  slice(start: number, end: number): FakeContent {
    const pieces: Uint8Array[] = [];
    let at = 0;
    for (const piece of this.#pieces) {
      const [from, to] = [Math.max(start - at, 0), Math.min(end - at, piece.byteLength)];
      if (from < to) pieces.push(piece.subarray(from, to));
      at += piece.byteLength;
    }
    return new FakeContent(pieces);
  }
}
