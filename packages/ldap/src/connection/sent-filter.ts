/** A filter as bytes (RFC 4511 §4.5.1.7). The library's own parser of filter text takes escaped bytes for characters, so ours is used. */
import { type BerWriter, Filter as LibraryFilter, SearchFilter, type SearchFilterValues } from 'ldapts';
import { Filter } from '../text/filter.ts';
import type { FilterNode } from '../text/parse-filter.ts';

const tags: Readonly<Record<FilterNode['kind'], SearchFilterValues>> = {
  and: SearchFilter.and,
  or: SearchFilter.or,
  not: SearchFilter.not,
  equal: SearchFilter.equalityMatch,
  substrings: SearchFilter.substrings,
  greater: SearchFilter.greaterOrEqual,
  less: SearchFilter.lessOrEqual,
  present: SearchFilter.present,
  approximate: SearchFilter.approxMatch,
  extensible: SearchFilter.extensibleMatch,
};

const octetString = 0x04;

class SentFilter extends LibraryFilter {
  override readonly type: SearchFilterValues;
  readonly #node: FilterNode;

  constructor(node: FilterNode) {
    super();
    this.#node = node;
    this.type = tags[node.kind];
  }

  protected override writeFilter(writer: BerWriter): void {
    const node = this.#node;
    switch (node.kind) {
      case 'and':
      case 'or':
        for (const one of node.of) new SentFilter(one).write(writer);
        break;
      case 'not':
        new SentFilter(node.of).write(writer);
        break;
      case 'present':
        for (const byte of Buffer.from(node.attribute)) writer.writeByte(byte);
        break;
      case 'substrings':
        writer.writeString(node.attribute);
        writer.startSequence();
        if (node.initial !== undefined) writer.writeBuffer(node.initial, 0x80);
        for (const piece of node.any) writer.writeBuffer(piece, 0x81);
        if (node.final !== undefined) writer.writeBuffer(node.final, 0x82);
        writer.endSequence();
        break;
      case 'extensible':
        if (node.rule !== undefined) writer.writeString(node.rule, 0x81);
        if (node.attribute !== undefined) writer.writeString(node.attribute, 0x82);
        writer.writeBuffer(node.value, 0x83);
        if (node.dnAttributes) writer.writeBoolean(true, 0x84);
        break;
      default:
        writer.writeString(node.attribute);
        writer.writeBuffer(node.value, octetString);
    }
  }

  override toString(): string {
    return `a filter (${this.#node.kind})`;
  }
}

/** The library's form of a filter. */
export function sentFilter(filter: Filter): LibraryFilter {
  return new SentFilter(Filter.nodeOf(filter));
}
