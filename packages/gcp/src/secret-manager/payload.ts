import { IntegrationError, redacted, Secret } from '@im/core';

/** `util.inspect.custom`: https://nodejs.org/api/util.html#utilinspectcustom */
const inspectCustom = Symbol.for('nodejs.util.inspect.custom');

/** What a version of a secret holds. Prints as `[redacted]` everywhere; only its members give it away. */
export class SecretPayload {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** How long it is, in bytes; 65,536 at most. */
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
      throw new IntegrationError('the payload of the secret is not UTF-8 text', {
        code: 'failed_precondition',
        remedy: 'take its bytes()',
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
