/**
 * Search filters in which a value can never become syntax.
 *
 * A filter is written as a template: `` filter`(&(objectClass=person)(uid=${name}))` ``. What stands in the template itself is the
 * programmer's; what is put in is escaped by RFC 4515 §3, so that `*` or `)(uid=*` are letters and nothing else. Operations take a
 * {@link Filter} alone, and only this file makes one: a string that was put together by hand does not compile.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc4515 | RFC 4515: String Representation of Search Filters}
 */
import { IntegrationError } from '@im/core';
import type { Dn } from './dn.ts';
import { type FilterNode, FilterSyntaxError, parseFilter } from './parse-filter.ts';

/** A checked search filter. Made by {@link filter}, {@link and}, {@link or}, {@link not} and {@link rawFilter}. */
export class Filter {
  readonly #node: FilterNode;
  /** As RFC 4515 writes it. */
  readonly text: string;

  /** @internal Use {@link filter}. */
  constructor(text: string, node: FilterNode) {
    this.text = text;
    this.#node = node;
  }

  /**
   * @internal What is sent.
   * @throws {@link IntegrationError} `invalid_argument` for what no compiler would have let through
   */
  static nodeOf(one: Filter): FilterNode {
    if (typeof one === 'object' && one !== null && #node in one) return one.#node;
    throw new IntegrationError('a search filter is wanted', {
      code: 'invalid_argument',
      reason: 'bad_filter',
      remedy: 'write it with filter`…`',
    });
  }

  toString(): string {
    return this.text;
  }

  toJSON(): string {
    return this.text;
  }
}

/** What may be put into a filter: a value, escaped; or another filter, as it is. */
export type FilterPart = string | number | boolean | Uint8Array | Dn | Filter;

/**
 * Writes a filter: `` filter`(uid=${name})` ``, `` filter`(cn=${start}*)` ``, `` filter`(|${one}${other})` ``.
 *
 * @throws {@link IntegrationError} `invalid_argument` when the template is no filter; its values are not printed
 */
export function filter(template: TemplateStringsArray, ...parts: readonly FilterPart[]): Filter {
  return parsed(template.reduce((text, literal, index) => text + partText(parts[index - 1]) + literal));
}

/**
 * A filter from text, without any escaping: for text that you wrote yourself, such as a configuration. Never for text that came from
 * outside, in whole or in part.
 *
 * @throws {@link IntegrationError} `invalid_argument` when it is no filter
 */
export function rawFilter(text: string): Filter {
  return parsed(text);
}

/** All of these hold. */
export function and(...filters: readonly [Filter, ...Filter[]]): Filter {
  return combined('&', filters);
}

/** At least one of these holds. */
export function or(...filters: readonly [Filter, ...Filter[]]): Filter {
  return combined('|', filters);
}

/** This does not hold. */
export function not(one: Filter): Filter {
  return combined('!', [one]);
}

function combined(sign: string, filters: readonly Filter[]): Filter {
  for (const one of filters) Filter.nodeOf(one);
  return parsed(`(${sign}${filters.map(({ text }) => text).join('')})`);
}

function parsed(text: string): Filter {
  try {
    return new Filter(text, parseFilter(text));
  } catch (error) {
    if (!(error instanceof FilterSyntaxError)) throw error;
    throw new IntegrationError(`this is no search filter: ${error.message}`, {
      code: 'invalid_argument',
      reason: 'bad_filter',
      remedy: 'write it as RFC 4515 has it, and put values in through filter`…`',
    });
  }
}

function partText(part: FilterPart | undefined): string {
  if (part === undefined) return '';
  if (part instanceof Filter) return part.text;
  if (part instanceof Uint8Array) return [...part].map(escaped).join('');
  return escapeFilterValue(String(part));
}

/** Characters that mean something in a filter. */
const special = /[*()\\]/g;

/** A value as it stands in a filter. RFC 4515 §3, `valueencoding` */
export function escapeFilterValue(value: string): string {
  const safe = value.toWellFormed().replace(special, (character) => escaped(character.charCodeAt(0)));
  return safe.replaceAll('\0', escaped(0));
}

function escaped(byte: number): string {
  return `\\${byte.toString(16).padStart(2, '0')}`;
}
