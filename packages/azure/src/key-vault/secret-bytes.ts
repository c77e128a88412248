import { IntegrationError, redacted, Secret } from '@im/core';

/** `util.inspect.custom`: https://nodejs.org/api/util.html#utilinspectcustom */
const inspectCustom = Symbol.for('nodejs.util.inspect.custom');

/** Bytes that were decrypted or unwrapped. Prints as `[redacted]` everywhere; only its members give them away. */
export class SecretBytes {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get byteLength(): number {
    return this.#bytes.byteLength;
  }

  /** The bytes, as a copy. */
  bytes(): Uint8Array {
    return this.#bytes.slice();
  }

  /**
   * The text.
   *
   * @throws {@link IntegrationError} `failed_precondition` where the bytes are no UTF-8
   */
  text(): Secret {
    try {
      return new Secret(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(this.#bytes));
    } catch {
      throw new IntegrationError('the bytes are not UTF-8 text', {
        code: 'failed_precondition',
        remedy: 'take bytes()',
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
