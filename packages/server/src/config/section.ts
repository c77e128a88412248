/**
 * The `hub:` section of a configuration file, apart from the rest, which is core's.
 *
 * Both parts keep their places: in the rest the section is blank, and of the section each key and each value is written on a line of
 * its own, whose number says where it stands in the file. So core's own loader checks both, and every fault names its line and column.
 */
import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';

/** A place in the file; both count from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A file in its two parts. */
export interface SplitFile {
  /** The file with blanks in place of the section. */
  readonly rest: string;
  /** The section as it was written; empty: there is none. */
  readonly written: string;
  /** The section as JSON, one key or value a line. */
  readonly json: string;
  /** Where what stands in a line of `json` is in the file; lines count from 1, and before the first one stands the section's name. */
  placeOf(line: number): Place | undefined;
}

/** Takes the section out. A text that is no YAML of one mapping is given back whole, for core to say why. */
export function splitFile(text: string): SplitFile {
  const whole: SplitFile = { rest: text, written: '', json: '{}', placeOf: () => undefined };
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter });
  if (document.errors.length > 0 || !isMap(document.contents)) return whole;
  const root = document.contents;
  const pair = root.items.find(({ key }) => isScalar(key) && key.value === 'hub');
  if (pair === undefined) return whole;
  const key = pair.key as Node;
  const value = pair.value as Node | null;
  const begin = key.range?.[0] ?? 0;
  const end = value?.range?.[2] ?? key.range?.[2] ?? begin;
  const [from, to] = root.flow ? withComma(text, begin, value?.range?.[1] ?? end) : [begin, end];
  const lines: string[] = [];
  const places: (Place | undefined)[] = [];
  const placed = (node: Node | undefined): Place | undefined => {
    const at = node?.range?.[0];
    if (at === undefined) return undefined;
    const { line, col } = counter.linePos(at);
    return { line, column: col };
  };
  const write: Write = (line, node) => {
    places.push(placed(node));
    lines.push(line);
  };
  writeNode(value ?? undefined, document, write);
  return {
    rest: text.slice(0, from) + text.slice(from, to).replace(/[^\n\r]/g, ' ') + text.slice(to),
    written: text.slice(begin, end),
    json: lines.join('\n'),
    placeOf: (line) => places[line - 1] ?? placed(key),
  };
}

type Write = (line: string, node?: Node) => void;

function writeNode(given: Node | undefined, document: Document, write: Write): void {
  const node = isAlias(given) ? given.resolve(document) : given;
  if (isMap(node)) {
    write('{', node);
    for (const [index, { key, value }] of node.items.entries()) {
      const name = isScalar(key) ? String(key.value) : String(key);
      write(`${index === 0 ? '' : ','}${JSON.stringify(name)}:`, key as Node);
      writeNode((value as Node | null) ?? undefined, document, write);
    }
    write('}');
  } else if (isSeq(node)) {
    write('[', node);
    for (const [index, item] of node.items.entries()) {
      if (index > 0) write(',');
      writeNode(item as Node, document, write);
    }
    write(']');
  } else write(isScalar(node) ? (JSON.stringify(node.value) ?? 'null') : 'null', node as Node | undefined);
}

/** The range with the comma that parts it from its neighbour, in a mapping between braces. */
function withComma(text: string, begin: number, end: number): readonly [number, number] {
  const behind = /^\s*,/.exec(text.slice(end));
  if (behind !== null) return [begin, end + behind[0].length];
  const before = /,\s*$/.exec(text.slice(0, begin));
  return [begin - (before?.[0].length ?? 0), end];
}
