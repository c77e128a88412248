/** Reads a catalogue: a CSV file with a header, one row for each item of a playlist. What is broken is told, not lost. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { BadInput } from './bad-input.ts';
import { fieldsOf, type RawRecord, readRecords } from './lines.ts';

/** One row of the file that can be used. */
export interface CatalogueRow {
  readonly playlist: string;
  readonly track: string;
  readonly artist: string;
  readonly album: string;
  readonly durationMs: number;
}

/** One row that cannot. */
export interface Reject {
  /** Line of the file on which it begins, from 1. */
  readonly line: number;
  readonly reason: string;
  /** The row as it stands in the file, at most 500 characters of it. */
  readonly text: string;
}

/** A whole file. */
export interface Catalogue {
  readonly rows: readonly CatalogueRow[];
  readonly rejects: readonly Reject[];
  /** Digest of its bytes and of the encoding they were read by. */
  readonly fingerprint: string;
}

/** Names under which a column may stand in the header. */
const columns: Readonly<Record<keyof CatalogueRow, readonly string[]>> = {
  playlist: ['playlist_name', 'playlist'],
  track: ['track_name', 'track'],
  artist: ['track_artist', 'artist'],
  album: ['track_album_name', 'album'],
  durationMs: ['duration_ms', 'durationMs'],
};

/** Longest track that a catalogue may hold, milliseconds: a day. */
const longestMs = 86_400_000;

/**
 * Reads the file in one pass.
 *
 * @throws {@link BadInput} when there is no such file, the encoding is unknown, or the header lacks a column
 */
export async function readCatalogue(file: string, encoding: string): Promise<Catalogue> {
  checkEncoding(encoding);
  const digest = createHash('sha256').update(`${encoding}\n`);
  const rows: CatalogueRow[] = [];
  const rejects: Reject[] = [];
  const reject = ({ line, text }: RawRecord, reason: string) =>
    rejects.push({ line, reason, text: text.slice(0, 500) });

  let header: readonly string[] | undefined;
  let places: Readonly<Record<keyof CatalogueRow, number>> | undefined;
  const isWhole = (text: string) => {
    const fields = fieldsOf(text);
    return (
      fields !== undefined &&
      fields.length === header?.length &&
      places !== undefined &&
      typeof toRow(fields, places) === 'object'
    );
  };
  try {
    for await (const record of readRecords(digested(file, digest), encoding, isWhole)) {
      const fields = record.fault === undefined ? fieldsOf(record.text) : undefined;
      if (header === undefined || places === undefined) {
        header = fields ?? [];
        places = findColumns(file, header, record.fault);
      } else if (record.fault !== undefined) reject(record, record.fault);
      else if (fields === undefined) reject(record, 'quotes that do not fit together');
      else if (fields.length !== header.length) {
        reject(record, `${fields.length} fields, the header has ${header.length}`);
      } else {
        const row = toRow(fields, places);
        if (typeof row === 'string') reject(record, row);
        else rows.push(row);
      }
    }
  } catch (error) {
    throw asBadInput(error, file);
  }
  if (header === undefined) throw new BadInput(`${file} is empty; a header and rows were expected`);
  return { rows, rejects, fingerprint: digest.digest('hex') };
}

async function* digested(
  file: string,
  digest: { update(chunk: Uint8Array): unknown },
): AsyncGenerator<Uint8Array> {
  for await (const chunk of createReadStream(file) as AsyncIterable<Uint8Array>) {
    digest.update(chunk);
    yield chunk;
  }
}

function findColumns(
  file: string,
  header: readonly string[],
  fault?: string,
): Record<keyof CatalogueRow, number> {
  if (fault !== undefined) throw new BadInput(`the header of ${file} cannot be read: ${fault}`);
  const names = header.map((name) => name.trim());
  const missing: string[] = [];
  const find = (column: keyof CatalogueRow) => {
    const place = columns[column].map((name) => names.indexOf(name)).find((index) => index >= 0);
    if (place === undefined) missing.push(columns[column].join(' or '));
    return place ?? -1;
  };
  const places = {
    playlist: find('playlist'),
    track: find('track'),
    artist: find('artist'),
    album: find('album'),
    durationMs: find('durationMs'),
  };
  if (missing.length === 0) return places;
  throw new BadInput(
    `the header of ${file} lacks ${missing.join(', ')}; is it a CSV file with commas, and is the encoding right?`,
  );
}

/** The row, or why it is none. */
function toRow(
  fields: readonly string[],
  places: Readonly<Record<keyof CatalogueRow, number>>,
): CatalogueRow | string {
  const field = (column: keyof CatalogueRow) => fields[places[column]] ?? '';
  for (const column of ['playlist', 'track', 'artist', 'album'] as const) {
    if (field(column).trim() === '') return `no ${column}`;
  }
  const duration = field('durationMs').trim();
  if (duration === '') return 'no duration';
  // Numbers such as 2e+05 do occur in real files.
  const durationMs = /^\d+(\.\d+)?(e[+-]?\d+)?$/i.test(duration) ? Number(duration) : Number.NaN;
  if (!Number.isInteger(durationMs) || durationMs < 1 || durationMs > longestMs) {
    return `the duration ${JSON.stringify(duration.slice(0, 40))} is not a whole number of milliseconds up to a day`;
  }
  return {
    playlist: field('playlist'),
    track: field('track'),
    artist: field('artist'),
    album: field('album'),
    durationMs,
  };
}

function checkEncoding(encoding: string): void {
  try {
    new TextDecoder(encoding);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const known = 'utf-8, windows-1252, iso-8859-15, utf-16le, shift_jis, …';
    throw new BadInput(`unknown encoding ${JSON.stringify(encoding)}; known are ${known}`, { cause: error });
  }
}

const fileFaults: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EISDIR: 'it is a folder',
  EACCES: 'this user may not read it',
};

function asBadInput(error: unknown, file: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const why = fileFaults[code];
  return why === undefined
    ? error
    : new BadInput(`cannot read the catalogue ${file}: ${why}`, { cause: error });
}
