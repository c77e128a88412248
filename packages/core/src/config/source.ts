/** A configuration as it was written: values that remember where they stand. Layers are merged in this form. */

/** A place in the text; both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A text, number, boolean or null. */
export interface SourceScalar {
  readonly kind: 'scalar';
  readonly value: string | number | boolean | null;
  readonly place: Place;
  /** The text as written, quotes included, to find a part of it. */
  readonly written: string;
}

/** A list. */
export interface SourceList {
  readonly kind: 'list';
  readonly items: readonly SourceNode[];
  readonly place: Place;
}

/** A mapping; keys in the order they were written. */
export interface SourceMap {
  readonly kind: 'map';
  readonly entries: ReadonlyMap<string, SourceEntry>;
  readonly place: Place;
}

/** One key of a mapping with its value. */
export interface SourceEntry {
  readonly keyPlace: Place;
  readonly node: SourceNode;
}

/** Any value. The same object may stand in several places of the tree, where the text has an alias. */
export type SourceNode = SourceScalar | SourceList | SourceMap;

/** Where a tree that was not written begins. */
export const start: Place = { line: 1, column: 1 };

/** A mapping without keys. */
export function emptyMap(place: Place = start): SourceMap {
  return { kind: 'map', entries: new Map(), place };
}

/** The value under `keys`; `undefined` where there is none, or where a value on the way is no mapping. */
export function childOf(node: SourceNode | undefined, ...keys: readonly string[]): SourceNode | undefined {
  return keys.reduce((at, key) => (at?.kind === 'map' ? at.entries.get(key)?.node : undefined), node);
}

/** The keys and values of a mapping; none for everything else. */
export function entriesOf(node: SourceNode | undefined): readonly (readonly [string, SourceEntry])[] {
  return node?.kind === 'map' ? [...node.entries] : [];
}

/** A mapping of the given keys; those without a value are left out. */
export function mapOf(
  values: Readonly<Record<string, SourceEntry | undefined>>,
  place: Place = start,
): SourceMap {
  const present = Object.entries(values).filter(
    (entry): entry is [string, SourceEntry] => entry[1] !== undefined,
  );
  return { kind: 'map', entries: new Map(present), place };
}

/**
 * Lays `over` on `base`. Mappings are merged key by key, at every depth; everything else, lists too, replaces what was
 * below. Only an empty value on a mapping does nothing, since that is a heading left without lines. Neither is changed.
 */
export function merge(base: SourceNode | undefined, over: SourceNode | undefined): SourceNode | undefined {
  if (base === undefined || over === undefined) return over ?? base;
  if (base === over || base.kind !== 'map') return over;
  if (over.kind !== 'map') return over.kind === 'scalar' && over.value === null ? base : over;
  const entries = new Map(base.entries);
  for (const [key, entry] of over.entries) {
    const node = merge(entries.get(key)?.node, entry.node) ?? entry.node;
    entries.set(key, { keyPlace: entry.keyPlace, node });
  }
  return { kind: 'map', entries, place: over.place };
}

/** Where `path` stands, or the innermost thing around it that was written: the value, or the key itself. */
export function placeOf(
  root: SourceNode | undefined,
  path: readonly PropertyKey[],
  at: 'key' | 'value',
): Place {
  let [node, place] = [root, root?.place ?? start];
  for (const [index, part] of path.entries()) {
    const last = index === path.length - 1;
    if (node?.kind === 'list') {
      node = node.items[Number(part)];
      place = node?.place ?? place;
      continue;
    }
    const entry = node?.kind === 'map' ? node.entries.get(String(part)) : undefined;
    if (entry === undefined) return place;
    node = entry.node;
    // A scalar is its own place; a collection is best found by its key.
    place = node.kind === 'scalar' && !(last && at === 'key') ? node.place : entry.keyPlace;
  }
  return place;
}

/** How {@link toPlain} treats texts. */
export type ScalarReader = (scalar: SourceScalar, path: readonly PropertyKey[]) => unknown;

/** Left out of the result by {@link toPlain}. */
export const absent: unique symbol = Symbol('absent');

/** The value without its places. `read` gives the value of each scalar; {@link absent} leaves it out of a mapping. */
export function toPlain(
  node: SourceNode,
  read: ScalarReader = (scalar) => scalar.value,
  path: readonly PropertyKey[] = [],
): unknown {
  if (node.kind === 'scalar') return read(node, path);
  if (node.kind === 'list') {
    return node.items.map((item, index) => {
      const value = toPlain(item, read, [...path, index]);
      return value === absent ? undefined : value;
    });
  }
  const entries = [...node.entries].map(
    ([key, entry]) => [key, toPlain(entry.node, read, [...path, key])] as const,
  );
  return Object.fromEntries(entries.filter(([, value]) => value !== absent));
}
