import type { Codec, SentBody } from '../description.ts';

/** One part of a body of parts. */
export interface Part {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
}

/** The parts of a body of type `multipart/…`; a sentence where it has none. RFC 2046 §5.1 */
export function readParts({ bytes, contentType }: SentBody): readonly Part[] | string {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]+)"|([^;\s]+))/i.exec(contentType ?? '') ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) return 'has no boundary in its content-type';
  // As Latin-1 every byte is a character.
  const text = `\r\n${Buffer.from(bytes).toString('latin1')}`;
  const [, ...pieces] = text.split(`\r\n--${boundary}`);
  const last = pieces.pop();
  if (pieces.length === 0 || last === undefined || !last.startsWith('--'))
    return 'does not end with its boundary';
  return pieces.map(toPart);
}

function toPart(piece: string): Part {
  // Behind the boundary may stand white space, then the headers, then an empty line.
  const inner = piece.replace(/^[ \t]*\r\n/, '');
  const at = inner.startsWith('\r\n') ? 0 : inner.indexOf('\r\n\r\n');
  const [head, body] = at === 0 ? ['', inner.slice(2)] : [inner.slice(0, at), inner.slice(at + 4)];
  const headers = head.split('\r\n').flatMap((line): [string, string][] => {
    const colon = line.indexOf(':');
    return colon > 0 ? [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]] : [];
  });
  return { headers: Object.fromEntries(headers), bytes: Buffer.from(body, 'latin1') };
}

/** Reads the first of exactly two parts by `metadata`; the second is whatever it is. RFC 2387 */
export function relatedCodec(metadata: Codec): Codec {
  return async (body) => {
    const parts = readParts(body);
    if (typeof parts === 'string') return parts;
    const [first] = parts;
    if (first === undefined || parts.length !== 2) return `has ${parts.length} parts, but two are described`;
    const contentType = first.headers['content-type'];
    const decoded = await metadata({ bytes: first.bytes, contentType });
    if (typeof decoded === 'string') return `${decoded} in its first part`;
    if (/^application\/json\b/i.test(contentType ?? '')) return decoded;
    const finding = { place: '', says: 'has a first part that is not labelled application/json' };
    return { ...decoded, findings: [...(decoded.findings ?? []), finding] };
  };
}
