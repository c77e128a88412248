/** Writes elements: every value is escaped by construction. */

/** Attributes; what is `undefined` is left out. */
export type XmlAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

/** Text that is XML already. Made by {@link xml} alone. */
export class XmlText {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** What stands in an element: text, escaped; or elements. */
export type XmlContent = string | XmlText | undefined | readonly XmlContent[];

/** An element. */
export function xml(name: string, attributes: XmlAttributes, ...content: readonly XmlContent[]): XmlText {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escapeXml(String(value))}"`)
    .join('');
  const inside = contentText(content);
  return new XmlText(inside === '' ? `<${name}${written}/>` : `<${name}${written}>${inside}</${name}>`);
}

function contentText(content: XmlContent): string {
  if (content === undefined) return '';
  if (content instanceof XmlText) return content.toString();
  return typeof content === 'string' ? escapeXml(content) : content.map(contentText).join('');
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** Text as it stands in XML and HTML, in attributes too. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"'\t\n\r]/g, (character) => escapes[character] ?? '');
}
