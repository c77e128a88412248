/**
 * Structured field values for HTTP, RFC 9651 (https://www.rfc-editor.org/rfc/rfc9651.html#section-4.2): the syntax of
 * `RateLimit`, `RateLimit-Policy`, `Content-Digest`, `Signature-Input` and other newer headers.
 *
 * A header is an item, a list or a dictionary; which, its definition says. Lists and dictionaries may hold inner lists.
 * Items and inner lists carry parameters. The parser is strict: a value that breaks the grammar anywhere is refused as
 * a whole, as the RFC demands, so that sender and receiver never read different halves of it.
 */

/** A word without quotes, `gzip`; told apart from a string, which has quotes. */
export class Token {
  readonly value: string;
  constructor(value: string) {
    this.value = value;
  }
}

/** A string of any characters, `%"f%c3%bc"`. */
export class DisplayString {
  readonly value: string;
  constructor(value: string) {
    this.value = value;
  }
}

/** An instant in whole seconds since 1970, `@1659578233`. */
export class FieldDate {
  readonly seconds: number;
  constructor(seconds: number) {
    this.seconds = seconds;
  }
}

/** A bare value: integer and decimal are numbers, a string is a string, a byte sequence an array of bytes. */
export type BareItem = number | string | boolean | Uint8Array | Token | DisplayString | FieldDate;

/** Parameters in the order of the header. */
export type Parameters = ReadonlyMap<string, BareItem>;

/** A value with its parameters. */
export interface Item {
  readonly value: BareItem;
  readonly parameters: Parameters;
}

/** `(a b);q=1`: items in brackets, with parameters of the whole. */
export interface InnerList {
  readonly value: readonly Item[];
  readonly parameters: Parameters;
}

/** What a header of each kind holds. */
export interface StructuredField {
  readonly item: Item;
  readonly list: readonly (Item | InnerList)[];
  readonly dictionary: ReadonlyMap<string, Item | InnerList>;
}

/**
 * Parses a header. Several lines of the same header are given as an array, or joined by commas.
 *
 * @returns `undefined` when the value breaks the grammar; such a header is to be ignored
 */
export function parseStructuredField<Kind extends keyof StructuredField>(
  kind: Kind,
  value: string | readonly string[],
): StructuredField[Kind] | undefined {
  const parser = new Parser(typeof value === 'string' ? value : value.join(', '));
  const parse: { [Name in keyof StructuredField]: () => StructuredField[Name] } = {
    item: () => parser.item(),
    list: () => parser.list(),
    dictionary: () => parser.dictionary(),
  };
  try {
    return parser.whole(parse[kind]);
  } catch (error) {
    if (error === broken) return undefined;
    throw error;
  }
}

/** Thrown within the parser, caught by {@link parseStructuredField}; one object, since broken headers may be many. */
const broken = new Error('not a structured field');

const patterns = {
  spaces: / */y,
  whitespace: /[ \t]*/y,
  key: /[a-z*][a-z0-9_.*-]*/y,
  number: /-?(?:\d{1,12}\.\d{1,3}|\d{1,15})(?![\d.])/y,
  string: /"((?:[ !#-[\]-~]|\\["\\])*)"/y,
  token: /[A-Za-z*][\w!#$%&'*+.^`|~:/-]*/y,
  binary: /:([A-Za-z0-9+/]*={0,2}):/y,
  boolean: /\?([01])/y,
  date: /@(-?\d{1,15})(?![\d.])/y,
  display: /%"((?:[ !#$&-~]|%[0-9a-f]{2})*)"/y,
};

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text, all of it, with spaces around. */
  whole<Value>(parse: () => Value): Value {
    this.#match(patterns.spaces);
    const value = parse();
    this.#match(patterns.spaces);
    if (this.#at < this.#text.length) throw broken;
    return value;
  }

  item(): Item {
    return { value: this.#bare(), parameters: this.#parameters() };
  }

  list(): (Item | InnerList)[] {
    const members: (Item | InnerList)[] = [];
    this.#members(() => members.push(this.#itemOrInnerList()));
    return members;
  }

  dictionary(): Map<string, Item | InnerList> {
    const members = new Map<string, Item | InnerList>();
    this.#members(() => {
      const key = this.#match(patterns.key)[0];
      members.set(
        key,
        this.#take('=') ? this.#itemOrInnerList() : { value: true, parameters: this.#parameters() },
      );
    });
    return members;
  }

  /** Members with commas between; none after the last. */
  #members(member: () => void): void {
    if (this.#at === this.#text.length) return;
    for (;;) {
      member();
      this.#match(patterns.whitespace);
      if (this.#at === this.#text.length) return;
      if (!this.#take(',')) throw broken;
      this.#match(patterns.whitespace);
    }
  }

  #itemOrInnerList(): Item | InnerList {
    if (!this.#take('(')) return this.item();
    const value: Item[] = [];
    for (;;) {
      this.#match(patterns.spaces);
      if (this.#take(')')) return { value, parameters: this.#parameters() };
      value.push(this.item());
      if (this.#peek() !== ' ' && this.#peek() !== ')') throw broken;
    }
  }

  #parameters(): Map<string, BareItem> {
    const parameters = new Map<string, BareItem>();
    while (this.#take(';')) {
      this.#match(patterns.spaces);
      const key = this.#match(patterns.key)[0];
      parameters.set(key, this.#take('=') ? this.#bare() : true);
    }
    return parameters;
  }

  #bare(): BareItem {
    const first = this.#peek();
    switch (first) {
      case '"':
        return this.#inside(patterns.string).replace(/\\(.)/g, '$1');
      case ':':
        return Uint8Array.from(Buffer.from(this.#inside(patterns.binary), 'base64'));
      case '?':
        return this.#match(patterns.boolean)[1] === '1';
      case '@':
        return new FieldDate(Number(this.#match(patterns.date)[1]));
      case '%':
        return this.#displayString();
      default:
        return /[-\d]/.test(first)
          ? Number(this.#match(patterns.number)[0])
          : new Token(this.#match(patterns.token)[0]);
    }
  }

  #displayString(): DisplayString {
    const escaped = this.#inside(patterns.display);
    const binary = escaped.replace(/%(..)/g, (_, hex: string) =>
      String.fromCharCode(Number.parseInt(hex, 16)),
    );
    try {
      return new DisplayString(utf8.decode(Buffer.from(binary, 'latin1')));
    } catch (error) {
      if (error instanceof TypeError) throw broken;
      throw error;
    }
  }

  #match(pattern: RegExp): RegExpExecArray {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match === null) throw broken;
    this.#at = pattern.lastIndex;
    return match;
  }

  /** What stands inside the delimiters of a match. */
  #inside(pattern: RegExp): string {
    return this.#match(pattern)[1] ?? '';
  }

  #peek(): string {
    return this.#text[this.#at] ?? '';
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at += 1;
    return true;
  }
}
