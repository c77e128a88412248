import type { Browser, Element, Node } from './browser.ts';

/** Makes one element equal to another. */
export type Morph = (old: Element, fresh: Element) => void;

/** Makes elements equal and touches only what differs, so that focus, selection and what was typed stay. */
export function morph({ document }: Browser): Morph {
  const isElement = (node: Node): node is Element => 'tagName' in node;

  const copyAttributes = (old: Element, fresh: Element) => {
    for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
    for (const { name, value } of fresh.attributes)
      if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  };

  const copyChildren = (old: Element, fresh: Element) => {
    const byId = new Map<string, Node>();
    for (const child of old.children) if (child.id !== '') byId.set(child.id, child);
    let place = old.firstChild;
    for (const next of [...fresh.childNodes]) {
      const id = isElement(next) ? next.id : '';
      const isAlike =
        place !== null && place.nodeName === next.nodeName && !(isElement(place) && place.id !== '');
      const match = id !== '' ? byId.get(id) : isAlike ? place : undefined;
      if (match === undefined || match === null) {
        old.insertBefore(next, place);
        continue;
      }
      if (match === place) place = place.nextSibling;
      else old.insertBefore(match, place);
      if (isElement(match)) copy(match, next as Element);
      else if (match.nodeValue !== next.nodeValue) match.nodeValue = next.nodeValue;
    }
    while (place !== null) {
      const rest: Node | null = place.nextSibling;
      place.remove();
      place = rest;
    }
  };

  const copy: Morph = (old, fresh) => {
    if (old.isEqualNode(fresh)) return;
    // What somebody types or chooses right now is theirs.
    if (old === document.activeElement && old.matches('input, select')) return;
    const state = old.getAttribute('data-state');
    copyAttributes(old, fresh);
    copyChildren(old, fresh);
    if (old.tagName === 'SELECT')
      old.selectedIndex = Math.max(
        0,
        [...old.options].findIndex((option) => option.hasAttribute('selected')),
      );
    if (old.tagName === 'INPUT') old.value = old.getAttribute('value') ?? '';
    if (state !== null && state !== old.getAttribute('data-state')) old.classList.add('fresh');
  };
  return copy;
}
