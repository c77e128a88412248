/** Reads elements by namespace and name; what stands twice where it may stand once is refused. */

import { refuse, require } from '../refusals.ts';
import { isElement, type XmlElement } from './dom.ts';

/** Elements directly below. */
export function childElements(parent: XmlElement): readonly XmlElement[] {
  return Array.from(parent.childNodes).filter(isElement);
}

/** Elements of this name directly below. */
export function children(parent: XmlElement, namespace: string, name: string): readonly XmlElement[] {
  return childElements(parent).filter((element) => isNamed(element, namespace, name));
}

export function isNamed(element: XmlElement, namespace: string, name: string): boolean {
  return element.namespaceURI === namespace && element.localName === name;
}

/** The one element of this name directly below; `undefined` when there is none. @throws Refused when there are several */
export function child(parent: XmlElement, namespace: string, name: string): XmlElement | undefined {
  const found = children(parent, namespace, name);
  require(found.length <= 1, 'bad_shape', `${parent.localName} has several ${name}`);
  return found[0];
}

/** The same, where there must be one. */
export function needChild(parent: XmlElement, namespace: string, name: string): XmlElement {
  return child(parent, namespace, name) ?? refuse('bad_shape', `${parent.localName} has no ${name}`);
}

/** An attribute without a namespace; `undefined` when it is not there. */
export function attribute(element: XmlElement, name: string): string | undefined {
  return element.hasAttribute(name) ? (element.getAttribute(name) ?? '') : undefined;
}

/** Text of an element that holds nothing else, without the spaces around it. @throws Refused when it holds elements */
export function textOf(element: XmlElement): string {
  require(childElements(element).length === 0, 'bad_shape', `${element.localName} holds more than text`);
  return (element.textContent ?? '').trim();
}

/**
 * An instant, milliseconds since 1970. SAML Core §1.3.3 wants UTC; an offset is understood, a time without one is not.
 *
 * @throws Refused
 */
export function instantOf(text: string, what: string): number {
  const isInstant = /^-?\d{4,}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/.test(text);
  const at = isInstant ? Date.parse(text.replace(/(\.\d{3})\d+/, '$1')) : Number.NaN;
  require(!Number.isNaN(at), 'bad_time', what);
  return at;
}

/** An attribute that is an instant. */
export function instantAttribute(element: XmlElement, name: string): number | undefined {
  const text = attribute(element, name);
  return text === undefined ? undefined : instantOf(text, `${name} of ${element.localName}`);
}
