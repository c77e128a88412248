import type { HttpHeaders } from './transport.ts';

/** Headers as Node and undici give them: names in lower case. */
export type RawHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Reads `raw`; a header that came several times reads as one list, joined by commas (RFC 9110 §5.3). */
export function toHeaders(raw: RawHeaders): HttpHeaders {
  return new ReceivedHeaders(raw);
}

class ReceivedHeaders implements HttpHeaders {
  readonly #raw: RawHeaders;

  constructor(raw: RawHeaders) {
    this.#raw = raw;
  }

  get(name: string): string | null {
    const value = Object.hasOwn(this.#raw, name) ? this.#raw[name] : undefined;
    if (value === undefined) return null;
    return typeof value === 'string' ? value : value.join(', ');
  }

  *[Symbol.iterator](): Iterator<readonly [name: string, value: string]> {
    for (const name of Object.keys(this.#raw)) {
      const value = this.get(name);
      if (value !== null) yield [name, value];
    }
  }
}
