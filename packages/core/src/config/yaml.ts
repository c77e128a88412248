/**
 * YAML 1.2 (core schema) to {@link SourceNode}, through the `yaml` package, which is loaded on first need.
 *
 * What is refused beside wrong syntax, each with line and column:
 * 1. a key twice in one mapping, and keys that are not plain text;
 * 2. tags other than those of the core schema;
 * 3. an alias that names no anchor, or that stands inside what it names;
 * 4. aliases that blow a small text up: more than 100 000 nodes, and more than ten times what was written.
 *    They are counted, not expanded: an alias is the same object as its anchor;
 * 5. whole numbers too large to be exact.
 */
import type * as Yaml from 'yaml';
import type { ConfigurationFault } from '../configuration-error.ts';
import { loadOptional } from '../load-optional.ts';
import { type Place, type SourceEntry, type SourceNode, start } from './source.ts';
import { syntaxFault } from './yaml-faults.ts';

/** Most nodes of a document, aliases counted in full. More are let in only when they were really written. */
const mostNodes = 100_000;
/** How many times larger than what was written a big document may get by aliases. */
const mostGrowth = 10;
/** Deepest nesting. */
const mostDepth = 200;

/** Syntax faults told of one document: what comes after so many is mostly their echo. */
const mostSyntaxFaults = 50;

/** A text that was read: its documents, or everything that is wrong with it. */
export interface ReadYaml {
  /** One for each document of the text; `undefined` for an empty one. */
  readonly documents: readonly (SourceNode | undefined)[];
  readonly faults: readonly ConfigurationFault[];
}

/** Loads the `yaml` package. @throws {@link IntegrationError} `failed_precondition` with the command that installs it */
export function loadYaml(): Promise<typeof Yaml> {
  return loadOptional('yaml', 'reading YAML', () => import('yaml'));
}

/** Reads YAML. Faults name `file`. */
export function readYaml(yaml: typeof Yaml, text: string, file: string): ReadYaml {
  const lines = new yaml.LineCounter();
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return line === 0 ? start : { line, column: col };
  };
  const faults: ConfigurationFault[] = [];
  const report = (place: Place, says: string, remedy: string) =>
    faults.push({ path: '', says, remedy, place: { file, ...place } });
  const parsed = yaml.parseAllDocuments(text, {
    version: '1.2',
    schema: 'core',
    merge: false,
    resolveKnownTags: false,
    uniqueKeys: false,
    stringKeys: false,
    prettyErrors: false,
    logLevel: 'silent',
    lineCounter: lines,
  });
  const documents: (SourceNode | undefined)[] = [];
  for (const document of 'empty' in parsed ? [] : parsed) {
    for (const error of withoutEcho(document.errors)) {
      const { says, remedy } = syntaxFault(error.code);
      report(placeAt(error.pos[0]), says, remedy);
    }
    for (const { code, pos } of document.warnings) {
      if (code === 'TAG_RESOLVE_FAILED')
        report(placeAt(pos[0]), 'has a tag that is not allowed', 'remove the tag');
    }
    if (document.errors.length === 0 && isDocument(document))
      documents.push(new Reader(yaml, text, placeAt, report).read(document.contents));
  }
  return { documents, faults: faults.sort(byPlace) };
}

/**
 * The errors up to the first that leaves the parser lost, and of those after it the ones of another kind; one a place.
 */
function withoutEcho(errors: readonly Yaml.YAMLError[]): readonly Yaml.YAMLError[] {
  const lost = errors.findIndex(({ code }) => code === 'UNEXPECTED_TOKEN');
  const tooDeep = errors.find(({ code }) => code === 'RESOURCE_EXHAUSTION');
  if (tooDeep !== undefined) return [tooDeep];
  return errors
    .filter(({ code }, index) => index <= lost || code !== 'UNEXPECTED_TOKEN')
    .filter((error, index, kept) => kept[index - 1]?.pos[0] !== error.pos[0])
    .slice(0, mostSyntaxFaults);
}

function byPlace({ place: one }: ConfigurationFault, { place: other }: ConfigurationFault): number {
  return (one?.line ?? 0) - (other?.line ?? 0) || (one?.column ?? 0) - (other?.column ?? 0);
}

/** Whether something was written: a value, or the line that begins a document. */
function isDocument({ contents, directives }: Yaml.Document.Parsed | Yaml.Document): boolean {
  return directives?.docStart === true || (contents?.range != null && contents.range[0] < contents.range[1]);
}

/** Thrown to give up a document that cannot be walked to its end; the fault has been reported. */
const giveUp = Symbol('give up');

class Reader {
  readonly #yaml: typeof Yaml;
  readonly #text: string;
  readonly #placeAt: (offset: number) => Place;
  readonly #report: (place: Place, says: string, remedy: string) => void;
  /** What each anchor names, by the latest that was read; `open` while inside it. */
  readonly #anchors = new Map<string, { readonly node: SourceNode; readonly size: number } | 'open'>();
  #written = 0;

  constructor(
    yaml: typeof Yaml,
    text: string,
    placeAt: (offset: number) => Place,
    report: (place: Place, says: string, remedy: string) => void,
  ) {
    this.#yaml = yaml;
    this.#text = text;
    this.#placeAt = placeAt;
    this.#report = report;
  }

  read(contents: unknown): SourceNode | undefined {
    if (contents === null || contents === undefined) return undefined;
    try {
      return this.#node(contents, start, 0).node;
    } catch (error) {
      if (error === giveUp) return undefined;
      throw error;
    }
  }

  /** @returns the value and how many nodes it is with its aliases in full */
  #node(value: unknown, around: Place, depth: number): { readonly node: SourceNode; readonly size: number } {
    this.#written += 1;
    if (!this.#yaml.isNode(value)) return { node: nothing(around), size: 1 };
    const place = value.range == null ? around : this.#placeAt(value.range[0]);
    if (depth > mostDepth) return this.#stop(place, `is nested more than ${mostDepth} deep`, 'flatten it');
    if (this.#yaml.isAlias(value)) return this.#alias(value.source, place);
    if (value.anchor !== undefined) this.#anchors.set(value.anchor, 'open');
    const read = this.#untagged(value, place, depth);
    if (value.anchor !== undefined) this.#anchors.set(value.anchor, read);
    return read;
  }

  #untagged(
    value: Yaml.ParsedNode | Yaml.Node,
    place: Place,
    depth: number,
  ): { node: SourceNode; size: number } {
    if (this.#yaml.isMap(value)) return this.#map(value, place, depth);
    if (this.#yaml.isSeq(value)) {
      const items = value.items.map((item) => this.#node(item, place, depth + 1));
      const size = this.#counted(1 + items.reduce((sum, item) => sum + item.size, 0), place);
      return { node: { kind: 'list', items: items.map((item) => item.node), place }, size };
    }
    return { node: this.#scalar(value as Yaml.Scalar, place), size: 1 };
  }

  #alias(source: string, place: Place): { node: SourceNode; size: number } {
    const target = this.#anchors.get(source);
    if (target !== undefined && target !== 'open') return target;
    const says =
      target === 'open' ? 'is an alias inside of what it names' : 'is an alias that names no anchor';
    this.#report(place, says, target === 'open' ? 'remove the alias' : 'set the anchor before it');
    return { node: nothing(place), size: 1 };
  }

  #map(map: Yaml.YAMLMap, place: Place, depth: number): { node: SourceNode; size: number } {
    const entries = new Map<string, SourceEntry>();
    const merged: SourceNode[] = [];
    let size = 1;
    for (const { key, value } of map.items) {
      const isMerge = this.#yaml.isScalar(key) && key.value === '<<' && key.type === 'PLAIN';
      const { name, keyPlace } = this.#key(key, place, depth);
      const read = this.#node(value, keyPlace, depth + 1);
      size = this.#counted(size + 1 + read.size, keyPlace);
      const sources = read.node.kind === 'list' ? read.node.items : [read.node];
      if (isMerge && sources.every((source) => source.kind === 'map')) merged.push(...sources);
      else if (name === '__proto__')
        this.#report(keyPlace, 'is a key that is not allowed', 'use another name');
      else if (entries.has(name))
        this.#report(keyPlace, 'is a key that is already there', 'remove one of the two');
      else entries.set(name, { keyPlace, node: read.node });
    }
    // The map's own keys first, then those of the first merged map that has them.
    for (const source of merged) {
      if (source.kind !== 'map') continue;
      for (const [name, entry] of source.entries) if (!entries.has(name)) entries.set(name, entry);
    }
    return { node: { kind: 'map', entries, place }, size };
  }

  #key(key: unknown, around: Place, depth: number): { readonly name: string; readonly keyPlace: Place } {
    const place = this.#yaml.isNode(key) && key.range != null ? this.#placeAt(key.range[0]) : around;
    const { node } = this.#node(key, around, depth + 1);
    if (node.kind !== 'scalar') {
      this.#report(place, 'is a key that is not a text', 'use a text as the key');
      return { name: `<${place.line}:${place.column}>`, keyPlace: place };
    }
    return {
      name: typeof node.value === 'string' || node.value === null ? (node.value ?? '') : node.written,
      keyPlace: place,
    };
  }

  #scalar(scalar: Yaml.Scalar, place: Place): SourceNode {
    const written = this.#text.slice(scalar.range?.[0] ?? 0, scalar.range?.[1] ?? 0);
    const value = scalar.value;
    if (
      typeof value === 'number' &&
      Number.isInteger(value) &&
      !Number.isSafeInteger(value) &&
      /^[-+]?\w+$/.test(written)
    ) {
      this.#report(place, 'is a number too large to be exact', 'put it in quotes, so that it is text');
    }
    const known = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
    return { kind: 'scalar', value: known ? value : null, place, written };
  }

  #counted(size: number, place: Place): number {
    if (size <= mostNodes || size <= mostGrowth * this.#written) return size;
    return this.#stop(
      place,
      `grows to more than ${mostNodes} nodes by its aliases`,
      'write it with fewer aliases',
    );
  }

  #stop(place: Place, says: string, remedy: string): never {
    this.#report(place, says, remedy);
    throw giveUp;
  }
}

function nothing(place: Place): SourceNode {
  return { kind: 'scalar', value: null, place, written: '' };
}
