/** Requests as a server reads them (RFC 4511 §4). */
import { BerReader } from 'ldapts';
import type { FilterNode } from '../text/parse-filter.ts';

/** What a client asks. */
export type FakeRequest =
  | {
      readonly kind: 'bind';
      readonly dn: string;
      readonly password: string | undefined;
      readonly sasl?: FakeSasl;
    }
  | { readonly kind: 'unbind' }
  | {
      readonly kind: 'search';
      readonly base: string;
      readonly scope: number;
      readonly sizeLimit: number;
      readonly filter: FilterNode;
      readonly attributes: readonly string[];
    }
  | { readonly kind: 'compare'; readonly dn: string; readonly attribute: string; readonly value: Buffer }
  | { readonly kind: 'modify'; readonly dn: string; readonly changes: readonly FakeChange[] }
  | { readonly kind: 'extended'; readonly oid: string; readonly value: Buffer | undefined }
  | { readonly kind: 'abandon' }
  | { readonly kind: 'unknown' };

/** A bind by SASL (RFC 4511 §4.2). */
export interface FakeSasl {
  readonly mechanism: string;
  readonly credentials: string;
}

/** One change of a modify request. */
export interface FakeChange {
  readonly operation: number;
  readonly attribute: string;
  readonly values: readonly Buffer[];
}

/** A control: an extension that a request asks for. */
export interface FakeControl {
  readonly oid: string;
  readonly value: Buffer | undefined;
}

/** One message. */
export interface FakeMessage {
  readonly id: number;
  readonly request: FakeRequest;
  readonly controls: readonly FakeControl[];
}

const octetString = 0x04;
const boolean = 0x01;
const controlsTag = 0xa0;

/** @throws Error when it is none */
export function decodeMessage(bytes: Buffer): FakeMessage {
  const reader = new BerReader(bytes);
  reader.readSequence();
  const id = reader.readInt() ?? 0;
  const tag = reader.peek() ?? 0;
  const request = decodeRequest(tag, new BerReader(contentOf(reader)));
  const controls: FakeControl[] = [];
  if (reader.peek() === controlsTag) {
    const list = new BerReader(contentOf(reader));
    while (list.remain > 0) controls.push(decodeControl(new BerReader(contentOf(list))));
  }
  return { id, request, controls };
}

/** The content of the next element, whatever it is; the reader stands behind it then. */
function contentOf(reader: BerReader): Buffer {
  const tag = reader.peek();
  if (tag === null) throw new Error('an element is missing');
  return reader.readString(tag, true) ?? short();
}

function short(): never {
  throw new Error('an element is shorter than it says');
}

function textOf(reader: BerReader, tag = octetString): string {
  return reader.readString(tag) ?? short();
}

function bytesOf(reader: BerReader, tag = octetString): Buffer {
  return Buffer.from(reader.readString(tag, true) ?? short());
}

function decodeRequest(tag: number, reader: BerReader): FakeRequest {
  const decode = decoders[tag];
  return decode === undefined ? { kind: 'unknown' } : decode(reader);
}

const decoders: Readonly<Record<number, (reader: BerReader) => FakeRequest>> = {
  96: (reader) => {
    reader.readInt();
    const dn = textOf(reader);
    if (reader.peek() === 0x80) return { kind: 'bind', dn, password: textOf(reader, 0x80) };
    if (reader.peek() !== 0xa3) return { kind: 'bind', dn, password: undefined };
    const sasl = new BerReader(contentOf(reader));
    const mechanism = textOf(sasl);
    const credentials = sasl.remain > 0 ? textOf(sasl) : '';
    return { kind: 'bind', dn, password: undefined, sasl: { mechanism, credentials } };
  },
  66: () => ({ kind: 'unbind' }),
  80: () => ({ kind: 'abandon' }),
  99: (reader) => {
    const base = textOf(reader);
    const scope = reader.readEnumeration() ?? 0;
    reader.readEnumeration();
    const sizeLimit = reader.readInt() ?? 0;
    reader.readInt();
    reader.readBoolean();
    const filter = decodeFilter(reader);
    const list = new BerReader(contentOf(reader));
    const attributes: string[] = [];
    while (list.remain > 0) attributes.push(textOf(list));
    return { kind: 'search', base, scope, sizeLimit, filter, attributes };
  },
  110: (reader) => {
    const dn = textOf(reader);
    const assertion = new BerReader(contentOf(reader));
    return { kind: 'compare', dn, attribute: textOf(assertion), value: bytesOf(assertion) };
  },
  102: (reader) => {
    const dn = textOf(reader);
    const list = new BerReader(contentOf(reader));
    const changes: FakeChange[] = [];
    while (list.remain > 0) changes.push(decodeChange(new BerReader(contentOf(list))));
    return { kind: 'modify', dn, changes };
  },
  119: (reader) => ({
    kind: 'extended',
    oid: textOf(reader, 0x80),
    value: reader.peek() === 0x81 ? bytesOf(reader, 0x81) : undefined,
  }),
};

function decodeChange(reader: BerReader): FakeChange {
  const operation = reader.readEnumeration() ?? 0;
  const modification = new BerReader(contentOf(reader));
  const attribute = textOf(modification);
  const set = new BerReader(contentOf(modification));
  const values: Buffer[] = [];
  while (set.remain > 0) values.push(bytesOf(set));
  return { operation, attribute, values };
}

function decodeControl(reader: BerReader): FakeControl {
  const oid = textOf(reader);
  if (reader.peek() === boolean) reader.readBoolean();
  return { oid, value: reader.peek() === octetString ? bytesOf(reader) : undefined };
}

const assertions = { 163: 'equal', 165: 'greater', 166: 'less', 168: 'approximate' } as const;

function decodeFilter(reader: BerReader): FilterNode {
  const tag = reader.peek() ?? 0;
  const content = contentOf(reader);
  const inner = new BerReader(content);
  switch (tag) {
    case 0xa0:
    case 0xa1: {
      const of: FilterNode[] = [];
      while (inner.remain > 0) of.push(decodeFilter(inner));
      return { kind: tag === 0xa0 ? 'and' : 'or', of };
    }
    case 0xa2:
      return { kind: 'not', of: decodeFilter(inner) };
    case 0x87:
      return { kind: 'present', attribute: content.toString('utf8') };
    case 0xa4:
      return decodeSubstrings(inner);
    case 0xa9:
      return decodeExtensible(inner);
    default: {
      const kind = assertions[tag as keyof typeof assertions];
      if (kind === undefined) throw new Error('there is no such filter');
      return { kind, attribute: textOf(inner), value: bytesOf(inner) };
    }
  }
}

function decodeSubstrings(reader: BerReader): FilterNode {
  const attribute = textOf(reader);
  const list = new BerReader(contentOf(reader));
  let initial: Buffer | undefined;
  let final: Buffer | undefined;
  const any: Buffer[] = [];
  while (list.remain > 0) {
    const tag = list.peek() ?? 0;
    const piece = bytesOf(list, tag);
    if (tag === 0x80) initial = piece;
    else if (tag === 0x82) final = piece;
    else any.push(piece);
  }
  return { kind: 'substrings', attribute, initial, any, final };
}

function decodeExtensible(reader: BerReader): FilterNode {
  const parts: { rule?: string; attribute?: string; value: Buffer; dnAttributes: boolean } = {
    value: Buffer.alloc(0),
    dnAttributes: false,
  };
  while (reader.remain > 0) {
    const tag = reader.peek() ?? 0;
    const bytes = bytesOf(reader, tag);
    if (tag === 0x81) parts.rule = bytes.toString('utf8');
    else if (tag === 0x82) parts.attribute = bytes.toString('utf8');
    else if (tag === 0x83) parts.value = bytes;
    else if (tag === 0x84) parts.dnAttributes = bytes[0] !== 0;
  }
  return { kind: 'extensible', ...parts };
}

/** Content of the control for paged results: RFC 2696 §2. */
export function decodePaging(value: Buffer): { readonly size: number; readonly cookie: Buffer } {
  const reader = new BerReader(value);
  reader.readSequence();
  return { size: reader.readInt() ?? 0, cookie: bytesOf(reader) };
}

/** Content of a change of password: RFC 3062 §2. */
export function decodePasswordChange(value: Buffer): { readonly dn?: string; readonly password?: string } {
  const reader = new BerReader(value);
  reader.readSequence();
  const found: { dn?: string; password?: string } = {};
  while (reader.remain > 0) {
    const tag = reader.peek() ?? 0;
    const text = textOf(reader, tag);
    if (tag === 0x80) found.dn = text;
    if (tag === 0x82) found.password = text;
  }
  return found;
}
