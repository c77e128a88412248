/**
 * As much of the DOM as is used here. The parser's own types are those of a browser, which would come along into every program that uses this
 * package.
 */

/** Anything in a document. */
export interface XmlNode {
  /** 1 for an element. */
  readonly nodeType: number;
  readonly parentNode: XmlNode | null;
  readonly childNodes: ArrayLike<XmlNode>;
  readonly textContent: string | null;
  /** As text again. */
  toString(): string;
}

/** An attribute. */
export interface XmlAttribute {
  readonly name: string;
  readonly localName: string | null;
  readonly prefix: string | null;
  readonly namespaceURI: string | null;
  readonly value: string;
}

/** An element. */
export interface XmlElement extends XmlNode {
  readonly localName: string;
  readonly prefix: string | null;
  readonly namespaceURI: string | null;
  readonly attributes: ArrayLike<XmlAttribute>;
  hasAttribute(name: string): boolean;
  getAttribute(name: string): string | null;
}

/** Whether a node is an element. */
export function isElement(node: XmlNode | null): node is XmlElement {
  return node?.nodeType === 1;
}
