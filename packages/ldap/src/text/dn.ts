/**
 * Names of entries in which a value can never become syntax: `` dn`uid=${name},${base}` `` escapes by RFC 4514 §2.4.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc4514 | RFC 4514: String Representation of Distinguished Names}
 */
import { IntegrationError } from '@im/core';

/** One `type=value` of a name. */
export interface DnPart {
  /** As written: `uid`. */
  readonly type: string;
  /** Unescaped. Of a value in hexadecimal (`#04…`), that text. */
  readonly value: string;
}

/** The name of an entry, checked. Made by {@link dn}, by {@link rawDn}, and by operations that find entries. */
export class Dn {
  readonly #rdns: readonly (readonly DnPart[])[];
  /** As RFC 4514 writes it. */
  readonly text: string;

  /** @internal Use {@link dn}. */
  constructor(text: string, rdns: readonly (readonly DnPart[])[]) {
    this.text = text;
    this.#rdns = rdns;
  }

  /**
   * @internal The name itself.
   * @throws {@link IntegrationError} `invalid_argument` for what no compiler would have let through
   */
  static check(one: Dn): Dn {
    if (typeof one === 'object' && one !== null && #rdns in one) return one;
    throw new IntegrationError('a distinguished name is wanted', {
      code: 'invalid_argument',
      reason: 'bad_dn',
      remedy: 'write it with dn`…`',
    });
  }

  /** From the entry itself up to the root; several parts where a relative name has several values. */
  get rdns(): readonly (readonly DnPart[])[] {
    return this.#rdns;
  }

  /** The first value: `Ada Lovelace` of `cn=Ada Lovelace,ou=people`. Empty for the root. */
  get name(): string {
    return this.#rdns[0]?.[0]?.value ?? '';
  }

  /**
   * The same text for names that mean the same entry by the usual rules: case and runs of spaces do not count. For comparing and as a key
   * of maps; only the directory knows the rules of each attribute for sure.
   */
  get key(): string {
    const rdns = this.#rdns.map((parts) =>
      parts
        .map(({ type, value }) => `${type.toLowerCase()}=${escapeDnValue(folded(value))}`)
        .sort()
        .join('+'),
    );
    return rdns.join(',');
  }

  /** Whether it is `other` or stands below it. */
  isWithin(other: Dn): boolean {
    return other.key === '' || this.key === other.key || this.key.endsWith(`,${other.key}`);
  }

  toString(): string {
    return this.text;
  }

  toJSON(): string {
    return this.text;
  }
}

function folded(value: string): string {
  return value.normalize('NFKC').toLowerCase().trim().replace(/ +/g, ' ');
}

/**
 * Writes a name: `` dn`cn=${name},ou=people,${base}` ``. Texts are escaped, names are put in as they are.
 *
 * @throws {@link IntegrationError} `invalid_argument` when the template is no name; its values are not printed
 */
export function dn(template: TemplateStringsArray, ...parts: readonly (string | Dn)[]): Dn {
  const text = template.reduce((text, literal, index) => {
    const part = parts[index - 1] ?? '';
    if (!(part instanceof Dn)) return text + escapeDnValue(part) + literal;
    // Nothing stands above the root, not even a comma.
    return (part.text === '' ? text.replace(/,\s*$/, '') : text + part.text) + literal;
  });
  return rawDn(text);
}

/**
 * A name from text, without any escaping: from a configuration, or as a directory gave it. Text that was put together from what came from
 * outside belongs into {@link dn}.
 *
 * @throws {@link IntegrationError} `invalid_argument` when it is no name
 */
export function rawDn(text: string): Dn {
  const rdns = parseDn(text);
  if (rdns !== undefined) return new Dn(text, rdns);
  throw new IntegrationError('this is no distinguished name', {
    code: 'invalid_argument',
    reason: 'bad_dn',
    remedy: 'write it as RFC 4514 has it, and put values in through dn`…`',
  });
}

/** A value as it stands in a name: RFC 4514 §2.4, and control characters as hexadecimal pairs. */
export function escapeDnValue(value: string): string {
  return value.toWellFormed().replace(/\p{Cc}|["+,;<>\\=]|^[ #]|(?<!^) $/gu, (character) => {
    if (!/\p{Cc}/u.test(character)) return `\\${character}`;
    return [...Buffer.from(character)].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('');
  });
}

const typePattern = /^(?:[a-z][a-z0-9-]*|(?:oid\.)?\d+(?:\.\d+)+)$/i;

/** Relative names from first to last; `undefined` when it is no name. */
function parseDn(text: string): readonly (readonly DnPart[])[] | undefined {
  if (text.length > 16_384) return undefined;
  if (text.trim() === '') return [];
  const rdns: DnPart[][] = [];
  for (const relative of splitAt(text, /[,;]/)) {
    const parts: DnPart[] = [];
    for (const pair of splitAt(relative, /\+/)) {
      const middle = pair.indexOf('=');
      const type = pair.slice(0, Math.max(middle, 0)).trim();
      const value = unescaped(pair.slice(middle + 1));
      if (!typePattern.test(type) || value === undefined) return undefined;
      parts.push({ type, value });
    }
    rdns.push(parts);
  }
  return rdns;
}

/** Splits at separators that are neither escaped nor in quotes (RFC 2253 names). */
function splitAt(text: string, separator: RegExp): readonly string[] {
  const pieces = [''];
  let quoted = false;
  for (const [token] of text.matchAll(/\\[\s\S]|[\s\S]/g)) {
    if (token === '"') quoted = !quoted;
    if (!quoted && separator.test(token) && token.length === 1) pieces.push('');
    else pieces[pieces.length - 1] += token;
  }
  return pieces;
}

/** Without the spaces around it; one that is escaped belongs to it. */
function trimmed(raw: string): string {
  const text = raw.trimStart();
  let end = text.length;
  while (text[end - 1] === ' ' && text[end - 2] !== '\\') end -= 1;
  return text.slice(0, end);
}

/** `undefined` when a character stands there that must be escaped. */
function unescaped(raw: string): string | undefined {
  const bare = trimmed(raw);
  const quoted = /^"((?:\\.|[^"\\])*)"$/s.exec(bare)?.[1];
  const inner = quoted ?? bare;
  if (/^#(?:[0-9a-f]{2})+$/i.test(inner) && quoted === undefined) return inner.toLowerCase();
  const bytes: Buffer[] = [];
  for (const [token] of inner.matchAll(/\\[0-9a-f]{2}|\\[\s\S]|[\s\S]/giu)) {
    if (/^\\[0-9a-f]{2}$/i.test(token)) bytes.push(Buffer.from(token.slice(1), 'hex'));
    else if (/^\\[ "#+,;<=>\\]$/.test(token)) bytes.push(Buffer.from(token.slice(1)));
    else if (token === '\\' || token.length > 2 || (token.startsWith('\\') && token.length === 2))
      return undefined;
    else if (token === '\0' || (quoted === undefined && /["+,;<>]/.test(token))) return undefined;
    else bytes.push(Buffer.from(token));
  }
  return Buffer.concat(bytes).toString('utf8');
}
