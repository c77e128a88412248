/**
 * Records of a CSV file, from its bytes: where one begins and ends, and which bytes are no text in the given encoding.
 *
 * A record is one line, or several while a quote is open (RFC 4180, section 2.6). A quote that is never closed would
 * swallow the rest of the file, so a record that stays open is given up when a later line is a whole record by itself:
 * only its first line is broken then, and reading goes on with the second.
 */

import { CsvError, parse } from 'csv-parse/sync';

/** One record, still as text. */
export interface RawRecord {
  /** Line of the file on which it begins, from 1. */
  readonly line: number;
  readonly text: string;
  /** Why it cannot be read. Absent: it can be tried. */
  readonly fault?: string | undefined;
}

/** Most bytes of one line; a longer one is broken, and only its beginning is kept. */
const longestLine = 1_000_000;

/** Most lines of one record: a field with more line breaks than that is a quote that was not closed. */
const mostLines = 50;

/**
 * Splits a stream of bytes into records.
 *
 * @param isWhole whether a line is a good record by itself
 * @throws RangeError for an encoding that nobody knows
 */
export async function* readRecords(
  bytes: AsyncIterable<Uint8Array>,
  encoding: string,
  isWhole: (text: string) => boolean,
): AsyncGenerator<RawRecord> {
  let open: RawRecord[] = [];
  let isOpen = false;
  for await (const line of readLines(bytes, encoding)) {
    open.push(line);
    isOpen = isOpen === hasEvenQuotes(line.text);
    if (!isOpen) {
      yield* record(open);
      open = [];
    } else if (open.length > mostLines || (open.length > 1 && isWhole(withoutReturn(line.text)))) {
      open = yield* giveUpFirst(open);
      isOpen = open.length > 0;
    }
  }
  while (open.length > 0) open = yield* giveUpFirst(open);
}

/** Reports the first line of an open record and reads the lines behind it anew. @returns what is still open */
function* giveUpFirst([first, ...rest]: readonly RawRecord[]): Generator<RawRecord, RawRecord[]> {
  if (first)
    yield {
      ...first,
      text: withoutReturn(first.text),
      fault: first.fault ?? 'a quote is opened and not closed',
    };
  let open: RawRecord[] = [];
  let isOpen = false;
  for (const line of rest) {
    open.push(line);
    isOpen = isOpen === hasEvenQuotes(line.text);
    if (isOpen) continue;
    yield* record(open);
    open = [];
  }
  return open;
}

/** The record of these lines; empty lines are none. A line break inside quotes stays as it is in the file. */
function* record(lines: readonly RawRecord[]): Generator<RawRecord> {
  const [first] = lines;
  const text = withoutReturn(lines.map((line) => line.text).join('\n'));
  const fault = lines.find((line) => line.fault !== undefined)?.fault;
  if (first !== undefined && (text !== '' || fault !== undefined)) yield { line: first.line, text, fault };
}

const withoutReturn = (text: string) => (text.endsWith('\r') ? text.slice(0, -1) : text);

function hasEvenQuotes(text: string): boolean {
  let even = true;
  for (let at = text.indexOf('"'); at >= 0; at = text.indexOf('"', at + 1)) even = !even;
  return even;
}

/**
 * Lines, decoded one by one, so that bytes which are no text spoil only their own line. In every encoding but UTF-16 a
 * line feed is the byte 0x0A and nothing else is (https://encoding.spec.whatwg.org/); UTF-16 is recoded first.
 */
async function* readLines(bytes: AsyncIterable<Uint8Array>, encoding: string): AsyncGenerator<RawRecord> {
  const wide = new TextDecoder(encoding).encoding.startsWith('utf-16');
  const strict = new TextDecoder(wide ? 'utf-8' : encoding, { fatal: true });
  const lenient = new TextDecoder(wide ? 'utf-8' : encoding);
  let line = 0;
  for await (const chunk of splitLines(wide ? recode(bytes, encoding) : bytes)) {
    line += 1;
    if (chunk.length > longestLine) {
      yield { line, text: quoteless(lenient.decode(chunk.subarray(0, 500))), fault: 'a line of over 1 MB' };
      continue;
    }
    try {
      yield { line, text: strict.decode(chunk) };
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      yield { line, text: lenient.decode(chunk), fault: `bytes that are no ${encoding} text` };
    }
  }
}

/** So that what is only the beginning of a line opens no quote. */
const quoteless = (text: string) => text.replaceAll('"', "'");

async function* recode(bytes: AsyncIterable<Uint8Array>, encoding: string): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder(encoding);
  for await (const chunk of bytes) yield Buffer.from(decoder.decode(chunk, { stream: true }));
  yield Buffer.from(decoder.decode());
}

/** Bytes between line feeds, a carriage return at the end included. Of a line that is too long no more is held than shows that it is. */
async function* splitLines(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = [];
  let held = 0;
  for await (const chunk of bytes) {
    let from = 0;
    for (let at = chunk.indexOf(0x0a); at >= 0; at = chunk.indexOf(0x0a, from)) {
      const end = chunk.subarray(from, at);
      yield parts.length === 0 ? end : Buffer.concat([...parts, end]);
      parts = [];
      held = 0;
      from = at + 1;
    }
    if (from < chunk.length && held <= longestLine) {
      parts.push(chunk.subarray(from));
      held += chunk.length - from;
    }
  }
  if (parts.length > 0) yield Buffer.concat(parts);
}

/** The fields of one record; `undefined` when its quotes are not those of a CSV file. */
export function fieldsOf(text: string): readonly string[] | undefined {
  // Most lines hold no quote at all, and need no parser.
  if (!text.includes('"')) return text.split(',');
  try {
    const [fields, ...more] = parse(text, { relax_column_count: true, bom: false, record_delimiter: ['\0'] });
    return more.length === 0 ? fields : undefined;
  } catch (error) {
    if (error instanceof CsvError) return undefined;
    throw error;
  }
}
