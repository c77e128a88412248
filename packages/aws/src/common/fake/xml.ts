/** Writes the XML of AWS's older protocols. */

/** A value as it is written: a text, members by name, or members of one name several times. */
export type XmlValue =
  | string
  | number
  | boolean
  | undefined
  | { readonly [name: string]: XmlValue }
  | readonly XmlValue[];

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

/** Text for the inside of an element. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"\r]/g, (letter) => escapes[letter] ?? letter);
}

/** `<name>…</name>`; nothing for what is undefined, an element each for the items of a list. */
export function element(name: string, value: XmlValue, attributes = ''): string {
  if (value === undefined) return '';
  if (isList(value)) return value.map((item) => element(name, item)).join('');
  if (typeof value !== 'object') return `<${name}${attributes}>${escapeXml(String(value))}</${name}>`;
  const inside = Object.entries(value).map(([member, inner]) => element(member, inner));
  return `<${name}${attributes}>${inside.join('')}</${name}>`;
}

/** A list as the query protocol writes it: `<Topics><member>…</member></Topics>`. */
export function memberList(items: readonly XmlValue[]): XmlValue {
  return { member: items };
}

/** A map as the query protocol writes it: `<entry><key>…</key><value>…</value></entry>`. */
export function entryMap(map: Readonly<Record<string, string>>): XmlValue {
  return { entry: Object.entries(map).map(([key, value]) => ({ key, value })) };
}

function isList(value: XmlValue): value is readonly XmlValue[] {
  return Array.isArray(value);
}
