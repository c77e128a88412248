import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { isNode } from '../documents.ts';

/** An element. */
export interface XmlNode {
  readonly name: string;
  /** Without declarations of namespaces. */
  readonly attributes: Readonly<Record<string, string>>;
  /** What `xmlns` says on this element itself. */
  readonly namespace: string | undefined;
  readonly children: readonly XmlNode[];
  /** All text directly inside it. */
  readonly text: string;
}

const textKey = '#text';
const attributesKey = ':@';

/** Values are left as the text that they are; a list of a thousand keys may hold any number of `&quot;`. */
const parser = new XMLParser({
  preserveOrder: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  ignoreDeclaration: true,
  ignorePiTags: true,
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  processEntities: {
    enabled: true,
    maxTotalExpansions: Number.POSITIVE_INFINITY,
    maxExpandedLength: Number.POSITIVE_INFINITY,
  },
});

/** The root element of a document; a sentence where it is no XML. */
export function parseXml(bytes: Uint8Array): XmlNode | string {
  const text = Buffer.from(bytes)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
  const valid = XMLValidator.validate(text);
  if (valid !== true) return `is not XML: ${valid.err.code}`;
  let roots: readonly XmlNode[];
  try {
    roots = toNodes(parser.parse(text));
  } catch {
    // Names such as `constructor`, or deeper than the parser goes.
    return 'is not XML that can be read';
  }
  const [root, ...more] = roots;
  return root === undefined || more.length > 0 ? 'is not XML with one root' : root;
}

function toNodes(parsed: unknown): XmlNode[] {
  return (Array.isArray(parsed) ? parsed : []).flatMap((one: unknown) => {
    if (!isNode(one)) return [];
    const name = Object.keys(one).find((key) => key !== attributesKey && key !== textKey);
    return name === undefined ? [] : [toNode(name, one[name], one[attributesKey])];
  });
}

function toNode(name: string, inner: unknown, attributes: unknown): XmlNode {
  const all = Object.entries(isNode(attributes) ? attributes : {}).map(([key, value]): [string, string] => [
    key,
    String(value),
  ]);
  const texts = (Array.isArray(inner) ? inner : []).flatMap((one: unknown) =>
    isNode(one) && textKey in one ? [String(one[textKey])] : [],
  );
  return {
    name,
    attributes: Object.fromEntries(all.filter(([key]) => !/^xmlns(:|$)/.test(key))),
    namespace: all.find(([key]) => key === 'xmlns')?.[1],
    children: toNodes(inner),
    text: texts.join(''),
  };
}
