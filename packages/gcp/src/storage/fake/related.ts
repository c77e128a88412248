/** Takes a body of `multipart/related` apart (RFC 2387): metadata as JSON, then the bytes. */
import { refuse } from './refuse.ts';

/** What such a body holds. */
export interface RelatedParts {
  readonly body: Readonly<Record<string, unknown>>;
  readonly contentType: string | undefined;
  readonly bytes: Uint8Array;
}

export function relatedParts(type: string, whole: Uint8Array): RelatedParts {
  const [, quoted, plain] = /^multipart\/related;.*\bboundary=(?:"([^"]+)"|([^;\s]+))/i.exec(type) ?? [];
  const boundary = quoted ?? plain;
  if (boundary === undefined) return refuse(400, 'Missing multipart boundary', 'badRequest');
  const buffer = Buffer.from(whole.buffer, whole.byteOffset, whole.byteLength);
  const mark = `--${boundary}`;
  const first = buffer.indexOf(mark);
  const second = buffer.indexOf(`\r\n${mark}`, first + mark.length);
  const last = buffer.lastIndexOf(`\r\n${mark}--`);
  if (first < 0 || second < 0 || last <= second)
    return refuse(400, 'Malformed multipart body.', 'badRequest');
  const metadata = partOf(buffer.subarray(first + mark.length, second));
  const media = partOf(buffer.subarray(second + mark.length + 2, last));
  let body: unknown;
  try {
    body = JSON.parse(metadata.content.toString());
  } catch {
    return refuse(400, 'Parse Error', 'parseError');
  }
  if (typeof body !== 'object' || body === null) return refuse(400, 'Parse Error', 'parseError');
  return { body: { ...body }, contentType: media.type, bytes: media.content };
}

function partOf(part: Buffer): { readonly type: string | undefined; readonly content: Buffer } {
  const end = part.indexOf('\r\n\r\n');
  if (end < 0) return refuse(400, 'Malformed multipart body.', 'badRequest');
  const [, type] = /^content-type:[ \t]*(.*)$/im.exec(part.subarray(0, end).toString('latin1')) ?? [];
  return { type: type?.trim(), content: part.subarray(end + 4) };
}
