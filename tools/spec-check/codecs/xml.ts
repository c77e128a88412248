/**
 * XML as the value that it stands for, by a layout: the same value is a list of elements beside each other in one
 * service and inside a wrapper in the next, and only the description says which.
 *
 * What the layout has no place for keeps its name between brackets (`<Colour>`, `@colour`), which no description knows
 * as a property, so that the check of the value finds it.
 */
import type { Codec, Finding } from '../description.ts';
import { parseXml, type XmlNode } from './xml-nodes.ts';

/** How a value is written. */
export type XmlLayout =
  | { readonly kind: 'text' }
  | {
      readonly kind: 'structure';
      /** Called when a value meets it, since values may hold values of their own kind. */
      readonly members: () => readonly XmlMember[];
      /** Other elements are properties by their own names. */
      readonly rest?: XmlLayout | undefined;
    }
  | { readonly kind: 'list'; readonly item: string; readonly of: () => XmlLayout }
  | {
      readonly kind: 'map';
      readonly entry: string;
      readonly key: string;
      readonly value: string;
      readonly of: () => XmlLayout;
    };

/** One property of a structure. */
export interface XmlMember {
  readonly property: string;
  /** Of the element or attribute. */
  readonly name: string;
  readonly as: 'element' | 'attribute' | 'text';
  /** Items of a list, or entries of a map, stand beside the other members, without an element around them. */
  readonly flattened: boolean;
  /** A flattened list without an item is an empty list, not absent. */
  readonly always?: boolean;
  readonly layout: XmlLayout;
}

/** The element around a whole document. */
export interface XmlRoot {
  readonly name: string;
  /** What `xmlns` must say where it is there. */
  readonly namespace?: string | undefined;
  readonly layout: XmlLayout;
}

/** Reads documents with this root. */
export function xmlCodec(root: XmlRoot): Codec {
  return ({ bytes }) => {
    const node = parseXml(bytes);
    if (typeof node === 'string') return node;
    const reader = new Reader();
    const value = reader.read(node, root.layout, '');
    return { value, isText: true, findings: [...checkRoot(node, root), ...reader.findings] };
  };
}

function checkRoot({ name, namespace }: XmlNode, root: XmlRoot): Finding[] {
  const findings: Finding[] = [];
  if (name !== root.name)
    findings.push({ place: '', says: `is an element ${name}, but ${root.name} is described` });
  if (namespace !== undefined && root.namespace !== undefined && namespace !== root.namespace)
    findings.push({ place: '', says: `is in another namespace than ${root.namespace}` });
  return findings;
}

class Reader {
  readonly #findings = new Map<string, Finding>();

  /** Each once, however many items of a list have it. */
  get findings(): readonly Finding[] {
    return [...this.#findings.values()];
  }

  read(node: XmlNode, layout: XmlLayout, place: string): unknown {
    switch (layout.kind) {
      case 'text':
        return this.#text(node, place);
      case 'structure':
        return this.#structure(node, layout, place);
      case 'list':
        return this.#list(node, layout, place);
      case 'map':
        return this.#map(node, layout, place);
    }
  }

  #text(node: XmlNode, place: string): string {
    for (const { name } of node.children) this.#note(below(place, `<${name}>`), 'has no place here');
    this.#noAttributes(node, new Set(), place);
    return node.text;
  }

  #structure(node: XmlNode, layout: XmlLayout & { kind: 'structure' }, place: string): unknown {
    const members = layout.members();
    const value: Record<string, unknown> = {};
    for (const member of members) {
      const read = this.#member(node, member, below(place, member.property));
      if (read !== undefined) value[member.property] = read;
    }
    const known = new Set(members.filter(({ as }) => as === 'element').map(({ name }) => name));
    for (const child of node.children) {
      if (known.has(child.name)) continue;
      if (layout.rest === undefined) value[`<${child.name}>`] = child.text;
      else value[child.name] = this.read(child, layout.rest, below(place, child.name));
    }
    if (!members.some(({ as }) => as === 'text')) this.#noText(node, place);
    const attributes = members.filter(({ as }) => as === 'attribute').map(({ name }) => name);
    this.#noAttributes(node, new Set(attributes), place);
    return value;
  }

  #member(node: XmlNode, member: XmlMember, place: string): unknown {
    const { name, as, flattened, always, layout } = member;
    if (as === 'attribute') return node.attributes[name];
    if (as === 'text') return node.text === '' ? undefined : node.text;
    const found = node.children.filter((child) => child.name === name);
    const [first, ...more] = found;
    if (first === undefined) return always ? [] : undefined;
    if (flattened && layout.kind === 'list')
      return found.map((child) => this.read(child, layout.of(), `${place}[]`));
    if (flattened && layout.kind === 'map') return this.#entries(found, layout, place);
    if (more.length > 0) this.#note(place, 'is there more than once');
    return this.read(first, layout, place);
  }

  #list(node: XmlNode, { item, of }: XmlLayout & { kind: 'list' }, place: string): unknown {
    this.#onlyElements(node, item, place);
    return node.children
      .filter(({ name }) => name === item)
      .map((child) => this.read(child, of(), `${place}[]`));
  }

  #map(node: XmlNode, layout: XmlLayout & { kind: 'map' }, place: string): unknown {
    this.#onlyElements(node, layout.entry, place);
    return this.#entries(
      node.children.filter(({ name }) => name === layout.entry),
      layout,
      place,
    );
  }

  #entries(nodes: readonly XmlNode[], layout: XmlLayout & { kind: 'map' }, place: string): unknown {
    const entries = nodes.map((node): [string, unknown] => {
      const [key, value] = [layout.key, layout.value].map((name) =>
        node.children.find((child) => child.name === name),
      );
      const wrong = node.children.filter(({ name }) => name !== layout.key && name !== layout.value);
      for (const { name } of wrong) this.#note(below(place, `<${name}>`), 'has no place here');
      if (key === undefined) this.#note(place, `has an entry without ${layout.key}`);
      if (value === undefined) this.#note(place, `has an entry without ${layout.value}`);
      return [key?.text ?? '', value === undefined ? '' : this.read(value, layout.of(), `${place}{}`)];
    });
    return Object.fromEntries(entries);
  }

  #onlyElements(node: XmlNode, expected: string, place: string): void {
    for (const { name } of node.children)
      if (name !== expected) this.#note(below(place, `<${name}>`), `has no place here; ${expected} has`);
    this.#noText(node, place);
    this.#noAttributes(node, new Set(), place);
  }

  #noText(node: XmlNode, place: string): void {
    if (node.text.trim() !== '') this.#note(place, 'holds text beside elements');
  }

  #noAttributes(node: XmlNode, known: ReadonlySet<string>, place: string): void {
    for (const name of Object.keys(node.attributes))
      if (!known.has(name)) this.#note(below(place, `@${name}`), 'has no place here');
  }

  #note(place: string, says: string): void {
    this.#findings.set(`${place} ${says}`, { place, says });
  }
}

function below(place: string, name: string): string {
  return place === '' ? name : `${place}.${name}`;
}
