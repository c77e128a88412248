/**
 * Reading XML: elements by name, texts as they were written. No DTD is let in, so there are no entities but XML's own five and
 * characters by number, and nothing can expand.
 */
import { VendorError } from '@im/core';
import { XMLParser } from 'fast-xml-parser';

const attributePrefix = '@';
const textName = '#text';

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: attributePrefix,
  textNodeName: textName,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  processEntities: false,
  // Paths as text would be made for every element.
  jPath: false,
  isArray: (_name, _path, _isLeaf, isAttribute) => !isAttribute,
});

type Raw = string | { readonly [name: string]: unknown };

/** One element. */
export class XmlElement {
  readonly #raw: Raw;

  constructor(raw: Raw) {
    this.#raw = raw;
  }

  /** Its own text, entities decoded; empty where it has none. */
  get text(): string {
    const text = typeof this.#raw === 'string' ? this.#raw : this.#raw[textName];
    return typeof text === 'string' ? decodeEntities(text) : '';
  }

  /** Elements of this name directly inside, in order. */
  all(name: string): XmlElement[] {
    return rawAll(this.#raw, name).map((raw) => new XmlElement(raw));
  }

  /** The first of them. */
  first(name: string): XmlElement | undefined {
    const [raw] = rawAll(this.#raw, name);
    return raw === undefined ? undefined : new XmlElement(raw);
  }

  /** Text of the first element of this name; `undefined` where there is none, or where it is empty. */
  textOf(name: string): string | undefined {
    const text = this.first(name)?.text;
    return text === '' ? undefined : text;
  }

  attribute(name: string): string | undefined {
    if (typeof this.#raw === 'string') return undefined;
    const value = this.#raw[`${attributePrefix}${name}`];
    return typeof value === 'string' ? decodeEntities(value) : undefined;
  }

  /** Names of the elements directly inside. */
  get names(): string[] {
    if (typeof this.#raw === 'string') return [];
    return Object.keys(this.#raw).filter((name) => name !== textName && !name.startsWith(attributePrefix));
  }
}

function rawAll(raw: Raw, name: string): readonly Raw[] {
  if (typeof raw === 'string' || !Object.hasOwn(raw, name)) return [];
  return raw[name] as readonly Raw[];
}

/**
 * Reads a document.
 *
 * @param root name that the outermost element must have
 * @throws `VendorError` `internal` when it is not XML or another document
 */
export function readXml(text: string, root: string): XmlElement {
  let raw: Raw | undefined;
  try {
    // What does not end with its outermost element was cut; the parser's own check costs as much as the parsing.
    if (!/<!(DOCTYPE|ENTITY)/i.test(text) && isComplete(text, root)) {
      // A mark of the byte order is no text.
      const document = parser.parse(text.replace(/^\ufeff/, '')) as Raw;
      raw = rawAll(document, root)[0];
    }
  } catch {
    // Said below: the parser's own message may quote the body.
  }
  if (raw !== undefined) return new XmlElement(raw);
  throw new VendorError({
    sent: true,
    code: 'internal',
    reason: 'unexpected_body',
    says: `the answer is not the XML <${root}> that was promised`,
  });
}

function isComplete(text: string, root: string): boolean {
  const end = text.trimEnd();
  return end.endsWith(`</${root}>`) || end.endsWith('/>');
}

const named: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** A text as it was before it was put into XML. */
export function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(
    /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi,
    (whole, hex, decimal, name) => {
      if (name !== undefined) return named[String(name).toLowerCase()] ?? whole;
      const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return point <= 0x10ffff ? String.fromCodePoint(point) : whole;
    },
  );
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text for the inside of an element or an attribute. Characters that XML cannot hold are the caller's to avoid. */
export function escapeXml(text: string): string {
  return text.replace(
    /[&<>"'\r\n\t]/g,
    (character) => entities[character] ?? `&#${character.charCodeAt(0)};`,
  );
}
