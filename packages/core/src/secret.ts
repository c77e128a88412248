import { IntegrationError } from './errors.ts';

/** What a secret prints as, wherever it is printed. */
export const redacted = '[redacted]';

/** `util.inspect.custom`, without loading `node:util`: https://nodejs.org/api/util.html#utilinspectcustom */
const inspectCustom = Symbol.for('nodejs.util.inspect.custom');

/**
 * A string that does not print itself: `String`, template literals, JSON, `util.inspect` and error messages all show
 * `[redacted]`. Only {@link Secret.reveal} gives the value, so a search for `reveal` finds every place that uses one.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. Hand it to the vendor's client at the last moment and keep no copy. */
  reveal(): string {
    return this.#value;
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

/** Bytes that do not print themselves, as {@link Secret} does for text: a key, or what was decrypted. */
export class SecretBytes {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get byteLength(): number {
    return this.#bytes.byteLength;
  }

  /** The bytes themselves; overwrite them (`fill(0)`) once they are used. */
  reveal(): Uint8Array {
    return this.#bytes;
  }

  /**
   * The bytes as text.
   *
   * @throws {@link IntegrationError} `failed_precondition` where they are no UTF-8
   */
  text(): Secret {
    try {
      return new Secret(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.#bytes));
    } catch {
      throw new IntegrationError('the bytes are not UTF-8 text', {
        code: 'failed_precondition',
        remedy: 'take the bytes by reveal()',
      });
    }
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
