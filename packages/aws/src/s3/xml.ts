/** XML of answers: elements and text only. No document type, so no entities but the five of XML itself and characters by number. */
import { VendorError } from '@im/core';
import { XMLParser } from 'fast-xml-parser';

/** Most characters of an answer that are parsed: more than the longest list. */
const maxLength = 32 * 1024 * 1024;

const parser = new XMLParser({
  ignoreAttributes: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  parseTagValue: false,
  processEntities: false,
  trimValues: false,
  removeNSPrefix: true,
  textNodeName: '#text',
  alwaysCreateTextNode: true,
  isArray: () => true,
});

/** An element: elements below it by name, and its text. */
export interface XmlElement {
  /** The first element of that name. */
  child(name: string): XmlElement | undefined;
  children(name: string): readonly XmlElement[];
  /** Text of the first element of that name. Absent: there is none. */
  text(name: string): string | undefined;
}

type Node = Readonly<Record<string, unknown>>;

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
  if (content.length > maxLength || content.includes('<!DOCTYPE')) return undefined;
  try {
    return new ParsedElement(parser.parse(content, true) as Node).child(root);
  } catch {
    // No XML: the caller says what was expected instead.
    return undefined;
  }
}

class ParsedElement implements XmlElement {
  readonly #node: Node;

  constructor(node: Node) {
    this.#node = node;
  }

  child(name: string): XmlElement | undefined {
    const [first] = this.#below(name);
    return first === undefined ? undefined : new ParsedElement(first);
  }

  children(name: string): readonly XmlElement[] {
    return this.#below(name).map((node) => new ParsedElement(node));
  }

  text(name: string): string | undefined {
    const [first] = this.#below(name);
    if (first === undefined) return undefined;
    const text = first['#text'];
    return typeof text === 'string' ? decodeText(text) : '';
  }

  #below(name: string): readonly Node[] {
    const found = Object.hasOwn(this.#node, name) ? this.#node[name] : undefined;
    return Array.isArray(found) ? (found as Node[]) : [];
  }
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
