/** Reads a filter as RFC 4515 writes it, into what is sent by RFC 4511 §4.5.1.7. */

/** One filter, values as the bytes that are meant. */
export type FilterNode =
  | { readonly kind: 'and' | 'or'; readonly of: readonly FilterNode[] }
  | { readonly kind: 'not'; readonly of: FilterNode }
  | {
      readonly kind: 'equal' | 'greater' | 'less' | 'approximate';
      readonly attribute: string;
      readonly value: Buffer;
    }
  | { readonly kind: 'present'; readonly attribute: string }
  | {
      readonly kind: 'substrings';
      readonly attribute: string;
      readonly initial?: Buffer | undefined;
      readonly any: readonly Buffer[];
      readonly final?: Buffer | undefined;
    }
  | {
      readonly kind: 'extensible';
      readonly rule?: string | undefined;
      readonly attribute?: string | undefined;
      readonly dnAttributes: boolean;
      readonly value: Buffer;
    };

/** Says where the text stops being a filter, and prints none of it. */
export class FilterSyntaxError extends Error {
  override readonly name = 'FilterSyntaxError';
}

/** Filters in filters; more is nobody's wish. */
const mostDepth = 50;
const mostLength = 65_536;

/** A name or a dotted number, with options: `userCertificate;binary`. RFC 4512 §1.4, §2.5 */
const attributePattern = /^(?:[a-z][a-z0-9-]*|\d+(?:\.\d+)+)(?:;[a-z0-9-]+)*$/i;
const rulePattern = /^(?:[a-z][a-z0-9-]*|\d+(?:\.\d+)+)$/i;

/** @throws FilterSyntaxError */
export function parseFilter(text: string): FilterNode {
  if (text.length > mostLength) throw new FilterSyntaxError(`it is longer than ${mostLength} characters`);
  const reader = new Reader(text);
  const node = reader.filter(0);
  if (reader.at < text.length) throw reader.fault('something stands behind its end');
  return node;
}

const sets = { '&': 'and', '|': 'or' } as const;

class Reader {
  readonly #text: string;
  at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  fault(says: string): FilterSyntaxError {
    return new FilterSyntaxError(`${says} (at character ${this.at + 1})`);
  }

  filter(depth: number): FilterNode {
    if (depth > mostDepth) throw this.fault(`it is nested more than ${mostDepth} deep`);
    this.#expect('(');
    const node = this.#component(depth);
    this.#expect(')');
    return node;
  }

  #component(depth: number): FilterNode {
    const sign = this.#text[this.at];
    if (sign === '&' || sign === '|') {
      this.at += 1;
      const of: FilterNode[] = [];
      while (this.#text[this.at] === '(') of.push(this.filter(depth + 1));
      // RFC 4526 knows `(&)` and `(|)`; servers rarely do, and a template rarely means them.
      if (of.length === 0) throw this.fault(`${sign} has no filter behind it`);
      return { kind: sets[sign], of };
    }
    if (sign === '!') {
      this.at += 1;
      return { kind: 'not', of: this.filter(depth + 1) };
    }
    return this.#item();
  }

  #item(): FilterNode {
    const end = this.#text.indexOf(')', this.at);
    const whole = this.#text.slice(this.at, end < 0 ? undefined : end);
    const match = /^([^=~<>:()]*)(=|~=|>=|<=|:.*?=)(.*)$/s.exec(whole);
    if (match === null) throw this.fault('here should stand attribute, operator and value');
    const [, attribute = '', operator = '', value = ''] = match;
    if (value.includes('(')) throw this.fault('a bracket in a value is not escaped');
    const node = operator.startsWith(':')
      ? this.#extensible(attribute, operator, value)
      : this.#simple(attribute, operator, value);
    this.at = end < 0 ? this.#text.length : end;
    return node;
  }

  #simple(attribute: string, operator: string, value: string): FilterNode {
    this.#check(attributePattern, attribute, 'attribute');
    if (operator !== '=') {
      const kind = operator === '~=' ? 'approximate' : operator === '>=' ? 'greater' : 'less';
      return { kind, attribute, value: this.#bytes(value) };
    }
    if (value === '*') return { kind: 'present', attribute };
    const pieces = value.split('*');
    if (pieces.length === 1) return { kind: 'equal', attribute, value: this.#bytes(value) };
    const [initial = '', ...rest] = pieces;
    const final = rest.pop() ?? '';
    const any = rest.filter((piece) => piece !== '').map((piece) => this.#bytes(piece));
    const maybe = (piece: string) => (piece === '' ? undefined : this.#bytes(piece));
    return { kind: 'substrings', attribute, initial: maybe(initial), any, final: maybe(final) };
  }

  /** `attribute:dn:rule:=value`, of which attribute or rule may be left out. */
  #extensible(attribute: string, operator: string, text: string): FilterNode {
    const parts = operator.slice(1, -1).split(':');
    if (parts.pop() !== '') throw this.fault('a matching rule ends with :=');
    const dnAttributes = parts[0]?.toLowerCase() === 'dn';
    if (dnAttributes) parts.shift();
    const [rule, ...more] = parts;
    if (more.length > 0) throw this.fault('a matching rule has one name');
    if (rule === undefined && attribute === '')
      throw this.fault('attribute and matching rule are both missing');
    if (rule !== undefined) this.#check(rulePattern, rule, 'matching rule');
    if (attribute !== '') this.#check(attributePattern, attribute, 'attribute');
    const value = this.#bytes(text);
    return {
      kind: 'extensible',
      rule,
      attribute: attribute === '' ? undefined : attribute,
      dnAttributes,
      value,
    };
  }

  #bytes(text: string): Buffer {
    const pieces = text.split(/(\\[0-9a-f]{2})/i);
    const bytes = pieces.map((piece, index) => {
      if (index % 2 === 1) return Buffer.from(piece.slice(1), 'hex');
      if (/[\\*]/.test(piece) || piece.includes('\0'))
        throw this.fault('a value holds a character that is not escaped');
      return Buffer.from(piece, 'utf8');
    });
    return Buffer.concat(bytes);
  }

  #check(pattern: RegExp, name: string, what: string): void {
    if (!pattern.test(name)) throw this.fault(`the name of the ${what} has characters that no name has`);
  }

  #expect(character: string): void {
    if (this.#text[this.at] !== character) throw this.fault(`here should stand ${character}`);
    this.at += 1;
  }
}
