/**
 * XML from a stranger, made safe to work with.
 *
 * What other parsers have been attacked with never reaches ours: document types and entities (XXE, entity bombs), comments and processing
 * instructions (text cut in two), CDATA, odd encodings, control characters, depth. A scanner of our own reads the text once, from
 * left to right, and refuses whatever is not an element, an attribute or text; only then does the parser that the signature library uses
 * see it, and it may not complain either. Ids are checked to be unique, whatever the attribute that holds them is called.
 */

import { DOMParser } from '@xmldom/xmldom';
import { Refused, refuse, require } from '../refusals.ts';
import { isElement, type XmlElement } from './dom.ts';

/** A document that was found safe, with the very text that it was read from. */
export interface SafeXml {
  readonly text: string;
  readonly root: XmlElement;
}

/** How much is read. */
const limits = {
  characters: 512 * 1024,
  depth: 40,
  attributes: 40,
} as const;

/** Longest text that is read, in characters. Metadata of a federation may be larger, and is not meant to be read whole. */
export const mostCharacters = limits.characters;

/**
 * Elements that are read. The signature library takes a time of n² for them, and anybody may send a message; metadata is only fetched from where the
 * settings say.
 */
export const mostElements = { message: 2_000, metadata: 5_000 } as const;

/**
 * Reads a document.
 *
 * @throws {@link Refused}
 */
export function parseXml(given: string, most: number = mostElements.message): SafeXml {
  require(given.length <= limits.characters, 'too_large', `${given.length} characters`);
  // Once and for all, as XML 1.0 §2.11 wants it; signatures are over the text that this gives.
  const text = given.replace(/\r\n?/g, '\n').replace(/^\uFEFF/, '');
  scan(text, most);
  const root = parse(text);
  checkTree(root);
  return { text, root };
}

/** Reads bytes as the UTF-8 that they must be. @throws {@link Refused} */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return refuse('bad_encoding', 'it is not UTF-8');
  }
}

const declaration = /^<\?xml(?:\s+[a-z]+\s*=\s*(?:"[^"<&]*"|'[^'<&]*'))*\s*\?>/;
/** A name ends where no more of it follows, and attributes begin where the last one ended: else a long text is tried in n² ways. */
const tag = /<(\/?)([\p{L}_][\p{L}\p{N}_.:-]*)(?![\p{L}\p{N}_.:-])((?:[^<>"']|"[^"<]*"|'[^'<]*')*?)(\/?)>/uy;
const attribute = /\s+[\p{L}_][\p{L}\p{N}_.:-]*(?![\p{L}\p{N}_.:-])\s*=\s*(?:"[^"<]*"|'[^'<]*')/uy;
const reference = /&(?:(lt|gt|amp|quot|apos)|#(\d{1,7})|#x([0-9a-f]{1,6}));/iy;
/** Characters that XML 1.0 §2.2 does not know. */
const forbidden = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/** Reads along without understanding: nesting, amounts, and whether there is anything that must not be. */
function scan(text: string, most: number): void {
  require(!forbidden.test(text), 'bad_encoding', 'it holds a character that XML does not know');
  const head = declaration.exec(text)?.[0] ?? '';
  const encoding = /encoding\s*=\s*["']([^"']*)/.exec(head)?.[1] ?? 'utf-8';
  require(/^utf-?8$/i.test(encoding), 'bad_encoding', 'it claims another encoding than UTF-8');
  const open: string[] = [];
  let elements = 0;
  let hasRoot = false;
  for (let at = text.indexOf('<', head.length), from = head.length; ; ) {
    checkText(text, from, at < 0 ? text.length : at, open.length === 0);
    if (at < 0) break;
    refuseMarkup(text, at);
    tag.lastIndex = at;
    const match = tag.exec(text);
    if (match === null) refuse('not_xml', `what stands at character ${at + 1} is no tag`);
    const [whole, closing, name = '', inside = '', empty] = match;
    if (closing !== '') {
      require(open.pop() === name &&
        inside.trim() === '' &&
        empty === '', 'not_xml', 'its tags do not match');
    } else {
      elements += 1;
      require(elements <= most, 'too_many_elements');
      require(open.length > 0 || !hasRoot, 'not_xml', 'it has several roots');
      hasRoot = true;
      checkAttributes(inside, at);
      if (empty === '') open.push(name);
      require(open.length <= limits.depth, 'too_deep');
    }
    from = at + whole.length;
    at = text.indexOf('<', from);
  }
  require(hasRoot && open.length === 0, 'not_xml', 'it is not complete');
}

function refuseMarkup(text: string, at: number): void {
  const next = text.slice(at, at + 9);
  if (/^<!(DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)?/i.test(next))
    refuse(/^<!(--|\[)/.test(next) ? 'comment_or_instruction' : 'dtd', `at character ${at + 1}`);
  if (next.startsWith('<?')) refuse('comment_or_instruction', `at character ${at + 1}`);
}

function checkAttributes(inside: string, at: number): void {
  attribute.lastIndex = 0;
  let read = 0;
  for (let count = 1, match = attribute.exec(inside); match !== null; count += 1) {
    require(count <= limits.attributes, 'too_many_elements', 'an element has too many attributes');
    checkText(inside, read, attribute.lastIndex, false);
    read = attribute.lastIndex;
    match = attribute.exec(inside);
  }
  const isAll = inside.slice(read).trim() === '';
  require(isAll, 'not_xml', `the tag at character ${at + 1} holds something else than attributes`);
}

/** Only the five entities that XML knows by itself, and characters by number, which must be characters. */
function checkText(whole: string, from: number, to: number, isOutside: boolean): void {
  const text = whole.slice(from, to);
  if (isOutside) require(text.trim() === '', 'not_xml', 'text stands outside of its root');
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', at + 1)) {
    reference.lastIndex = at;
    const match = reference.exec(text);
    if (match === null) refuse('bad_entity', `at character ${from + at + 1}`);
    const [, name, decimal, hex] = match;
    if (name !== undefined) continue;
    const code = Number.parseInt(decimal ?? hex ?? '', decimal === undefined ? 16 : 10);
    const isCharacter = code <= 0x10ffff && !forbidden.test(String.fromCodePoint(code));
    require(isCharacter, 'bad_entity', `at character ${from + at + 1}`);
  }
}

function parse(text: string): XmlElement {
  // What it says may quote the document.
  const complain = (): never => refuse('not_xml', 'the parser complains');
  const parser = new DOMParser({
    locator: {},
    errorHandler: { warning: complain, error: complain, fatalError: complain },
  });
  try {
    return parser.parseFromString(text, 'text/xml').documentElement ?? refuse('not_xml', 'it has no root');
  } catch (error) {
    if (error instanceof Refused) throw error;
    throw new Refused('not_xml', 'the parser refuses it', { cause: error });
  }
}

/** What may be used as an id: no quote, no space, nothing that a path expression could mistake for more. */
const idPattern = /^[\p{L}_][\p{L}\p{N}_.-]{0,255}$/u;

/**
 * A reference must lead to one element: ids are unique, under whatever name an attribute is taken for one. And every prefix stands for a
 * namespace, which the parser does not insist on.
 */
function checkTree(root: XmlElement): void {
  const seen = new Set<string>();
  for (const element of everyElement(root)) {
    const named = [element, ...Array.from(element.attributes)];
    require(named.every(
      ({ prefix, namespaceURI }) => !prefix || Boolean(namespaceURI),
    ), 'not_xml', 'a prefix stands for nothing');
    for (const { localName, name, value } of Array.from(element.attributes)) {
      if ((localName ?? name).toLowerCase() !== 'id') continue;
      require(idPattern.test(value), 'duplicate_id', 'an id holds other characters than a name');
      require(!seen.has(value), 'duplicate_id');
      seen.add(value);
    }
  }
}

/** The element and everything below it, in document order. */
export function* everyElement(root: XmlElement): Generator<XmlElement, void, undefined> {
  const left: XmlElement[] = [root];
  for (let element = left.pop(); element !== undefined; element = left.pop()) {
    yield element;
    const below = Array.from(element.childNodes).filter(isElement);
    left.push(...below.reverse());
  }
}
