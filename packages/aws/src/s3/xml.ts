/**
 * XML of answers, read by the parser of AWS's own SDK: what is written by hand here would be half as fast again, and ours to
 * keep. A document type is refused, so that there are no entities but those of XML itself.
 *
 * @see {@link https://www.w3.org/TR/xml/ | XML 1.0}
 */
import { parseXML } from '@aws-sdk/xml-builder';
import { VendorError } from '@im/core';

/** Most characters of an answer that are parsed: more than the longest list. */
const maxLength = 32 * 1024 * 1024;

/** What the parser makes of an element: its text, or what is below it by name. */
type Parsed = string | { readonly [name: string]: Parsed | readonly Parsed[] };

/** An element: those below it by name, and their text. */
export class XmlElement {
  readonly #value: Parsed;

  constructor(value: Parsed) {
    this.#value = value;
  }

  /** The first element of that name. */
  child(name: string): XmlElement | undefined {
    return this.children(name)[0];
  }

  children(name: string): readonly XmlElement[] {
    if (typeof this.#value === 'string' || !Object.hasOwn(this.#value, name)) return [];
    const found = this.#value[name] ?? [];
    return (Array.isArray(found) ? found : [found]).map((value: Parsed) => new XmlElement(value));
  }

  /** Text of the first element of that name. Absent: there is none. */
  text(name: string): string | undefined {
    if (typeof this.#value === 'string' || !Object.hasOwn(this.#value, name)) return undefined;
    const found = this.#value[name];
    return textOf(Array.isArray(found) ? found[0] : (found as Parsed | undefined));
  }
}

function textOf(value: Parsed | undefined): string {
  if (typeof value === 'string') return value;
  // Beside attributes, text has a name of its own.
  const text = value?.['#text'];
  return typeof text === 'string' ? text : '';
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
  if (content.length > maxLength || /<!DOCTYPE/i.test(content)) return undefined;
  try {
    return new XmlElement(parseXML(content) as Parsed).child(root);
  } catch {
    // It says where it stopped, and quotes what stands there; that it is no XML is enough.
    return undefined;
  }
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
