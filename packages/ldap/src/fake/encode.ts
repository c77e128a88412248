/** Answers as a server writes them (RFC 4511 §4). */
import { BerWriter } from 'ldapts';

/** How a request ended. */
export interface FakeResult {
  readonly code: number;
  /** In words, as Active Directory has its sub-codes there. */
  readonly diagnostic?: string | undefined;
  /** Where to ask instead, for code 10. */
  readonly referrals?: readonly string[] | undefined;
}

/** Tags of answers, by the kind of request. */
export const answerTags = {
  bind: 0x61,
  search: 0x65,
  modify: 0x67,
  compare: 0x6f,
  extended: 0x78,
  unknown: 0x78,
} as const;

/** A control in an answer. */
export interface AnswerControl {
  readonly oid: string;
  readonly value: Buffer;
}

/** The last message of an answer. */
export function encodeResult(
  id: number,
  tag: number,
  { code, diagnostic = '', referrals }: FakeResult,
  controls: readonly AnswerControl[] = [],
): Buffer {
  return message(
    id,
    tag,
    (writer) => {
      writer.writeEnumeration(code);
      writer.writeString('');
      writer.writeString(diagnostic);
      if (referrals === undefined) return;
      writer.startSequence(0xa3);
      writer.writeStringArray([...referrals]);
      writer.endSequence();
    },
    controls,
  );
}

/** One entry of a search. */
export function encodeEntry(
  id: number,
  dn: string,
  attributes: readonly (readonly [name: string, values: readonly Buffer[]])[],
): Buffer {
  return message(id, 0x64, (writer) => {
    writer.writeString(dn);
    writer.startSequence();
    for (const [name, values] of attributes) {
      writer.startSequence();
      writer.writeString(name);
      writer.startSequence(0x31);
      for (const value of values) writer.writeBuffer(value, 0x04);
      writer.endSequence();
      writer.endSequence();
    }
    writer.endSequence();
  });
}

/** A reference to another server, among the entries of a search. */
export function encodeReference(id: number, url: string): Buffer {
  return message(id, 0x73, (writer) => writer.writeString(url));
}

/** Content of the control for paged results. */
export function encodePaging(cookie: Buffer): Buffer {
  const writer = new BerWriter();
  writer.startSequence();
  writer.writeInt(0);
  writer.writeBuffer(cookie, 0x04);
  writer.endSequence();
  return Buffer.from(writer.buffer);
}

function message(
  id: number,
  tag: number,
  write: (writer: BerWriter) => void,
  controls: readonly AnswerControl[] = [],
): Buffer {
  const writer = new BerWriter();
  writer.startSequence();
  writer.writeInt(id);
  writer.startSequence(tag);
  write(writer);
  writer.endSequence();
  if (controls.length > 0) {
    writer.startSequence(0xa0);
    for (const { oid, value } of controls) {
      writer.startSequence();
      writer.writeString(oid);
      writer.writeBuffer(value, 0x04);
      writer.endSequence();
    }
    writer.endSequence();
  }
  writer.endSequence();
  return Buffer.from(writer.buffer);
}
