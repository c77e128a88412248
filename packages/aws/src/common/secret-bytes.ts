import { redacted } from '@im/core';

/** `util.inspect.custom`, without loading `node:util`. */
const inspectCustom = Symbol.for('nodejs.util.inspect.custom');

/** Bytes that do not print themselves, as core's `Secret` does for text. */
export class SecretBytes {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The bytes themselves; overwrite them (`fill(0)`) once they are used. */
  reveal(): Uint8Array {
    return this.#bytes;
  }

  /** The bytes as UTF-8. */
  revealText(): string {
    return new TextDecoder().decode(this.#bytes);
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }

  [inspectCustom](): string {
    return redacted;
  }
}
