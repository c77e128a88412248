/**
 * XML of answers: elements and text. Written by hand, since a list of a thousand objects is read in half the time of a parser for
 * all of XML, and since what is not here cannot be misused: no document types, so no entities but the five of XML itself and
 * characters by number; attributes are skipped; nesting is bounded.
 *
 * @see {@link https://www.w3.org/TR/xml/ | XML 1.0}
 */
import { VendorError } from '@im/core';

/** Most characters of an answer that are parsed: more than the longest list. */
const maxLength = 32 * 1024 * 1024;
const maxDepth = 32;

/** An element: those below it by name, and its text. */
export class XmlElement {
  readonly name: string;
  readonly #children: XmlElement[] = [];
  #text = '';

  constructor(name: string) {
    this.name = name;
  }

  /** The first element of that name. */
  child(name: string): XmlElement | undefined {
    for (const child of this.#children) if (child.name === name) return child;
    return undefined;
  }

  children(name: string): readonly XmlElement[] {
    return this.#children.filter((child) => child.name === name);
  }

  /** Text of the first element of that name. Absent: there is none. */
  text(name: string): string | undefined {
    const child = this.child(name);
    return child && decodeText(child.#text);
  }

  /** For the parser. */
  add(child: XmlElement): void {
    this.#children.push(child);
  }

  /** For the parser: text as it stands, escapes and all. */
  addText(text: string): void {
    this.#text += text;
  }
}

/**
 * The root element of an answer.
 *
 * @param root its name
 * @throws `VendorError` `internal` when it is another, or no XML
 */
export function parseXml(content: string, root: string): XmlElement {
  const found = findRoot(content, root);
  if (found !== undefined) return found;
  throw new VendorError({
    sent: true,
    code: 'internal',
    reason: 'unexpected_body',
    says: `the answer is not the XML <${root}> that was promised`,
  });
}

/** The same, or `undefined`. */
export function findRoot(content: string, root: string): XmlElement | undefined {
  return content.length > maxLength ? undefined : parse(content)?.child(root);
}

const slash = 47;
const question = 63;
const exclamation = 33;

/** An element that holds the root; `undefined` for what is no XML, or more of it than is read here. */
function parse(content: string): XmlElement | undefined {
  const document = new XmlElement('');
  const above: XmlElement[] = [];
  let element = document;
  let at = 0;
  while (true) {
    const open = content.indexOf('<', at);
    if (open < 0) return above.length === 0 && content.slice(at).trim() === '' ? document : undefined;
    if (open > at) {
      if (element !== document) element.addText(content.slice(at, open));
      else if (content.slice(at, open).trim() !== '') return undefined;
    }
    const mark = content.charCodeAt(open + 1);
    if (mark === question || mark === exclamation) {
      const end = skipped(content, open, element);
      if (end === undefined) return undefined;
      at = end;
      continue;
    }
    const close = endOfTag(content, open);
    if (close < 0) return undefined;
    at = close + 1;
    if (mark === slash) {
      const parent = above.pop();
      if (parent === undefined || nameIn(content, open + 2, close) !== element.name) return undefined;
      element = parent;
      continue;
    }
    const child = new XmlElement(nameIn(content, open + 1, close));
    if (child.name === '' || above.length === maxDepth) return undefined;
    element.add(child);
    if (content.charCodeAt(close - 1) === slash) continue;
    above.push(element);
    element = child;
  }
}

/** Behind a declaration, a comment or literal text; `undefined` for a document type, and for what does not end. */
function skipped(content: string, open: number, element: XmlElement): number | undefined {
  for (const [start, end] of [
    ['<?', '?>'],
    ['<!--', '-->'],
    ['<![CDATA[', ']]>'],
  ] as const) {
    if (!content.startsWith(start, open)) continue;
    const from = open + start.length;
    const to = content.indexOf(end, from);
    if (to < 0) return undefined;
    if (start === '<![CDATA[') element.addText(content.slice(from, to).replaceAll('&', '&amp;'));
    return to + end.length;
  }
  return undefined;
}

const wholeTag = /<[^>"']*(?:"[^"]*"[^>"']*|'[^']*'[^>"']*)*>/y;

/** The `>` of a tag, which may have others inside quotes. */
function endOfTag(content: string, open: number): number {
  const close = content.indexOf('>', open);
  if (close < 0 || !/["']/.test(content.slice(open, close))) return close;
  wholeTag.lastIndex = open;
  return wholeTag.test(content) ? wholeTag.lastIndex - 1 : -1;
}

/** The name in a tag, without its prefix. */
function nameIn(content: string, from: number, to: number): string {
  let end = from;
  let start = from;
  for (; end < to; end += 1) {
    const code = content.charCodeAt(end);
    if (code === 58) start = end + 1;
    else if (code <= 32 || code === slash) break;
  }
  return content.slice(start, end);
}

const named: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" };

function decodeText(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(
    /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(lt|gt|amp|quot|apos));/gi,
    (whole, hex, decimal, name) => {
      if (name !== undefined) return named[String(name).toLowerCase()] ?? whole;
      const code = hex === undefined ? Number(decimal) : Number.parseInt(String(hex), 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    },
  );
}

/** Text as it stands in an element. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"'\r\n\t]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Whether XML 1.0 can say `text` at all: https://www.w3.org/TR/xml/#charsets */
export function isXmlText(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those that XML lacks are what is looked for.
  return !/[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/.test(text);
}
