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
