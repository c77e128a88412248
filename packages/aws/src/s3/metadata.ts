/**
 * Metadata of objects travels in headers, which hold printable ASCII. Anything else is written in the form of RFC 8187 §3.2.1,
 * `UTF-8''Zo%C3%AB`: plain ASCII, so that no service decodes it on the way, and told from a value that merely looks like it.
 * Values that other programs wrote outside ASCII come from S3 as encoded words of RFC 2047, and are read too.
 *
 * @see {@link https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html | S3: user-defined object metadata}
 */
import { escapeUri } from '../common/query.ts';

/** In front of every name. */
export const metadataPrefix = 'x-amz-meta-';

const extended = /^UTF-8''((?:[\w.~-]|%[0-9A-F]{2})*)$/i;
const words = /^=\?[^?]+\?[bq]\?[^?]*\?=(?:\s+=\?[^?]+\?[bq]\?[^?]*\?=)*$/i;
const asItIs = /^(?!\s|=\?|utf-8'')[\x20-\x7e]*(?<!\s)$/i;

/** A value as it is sent. */
export function encodeMetadata(value: string): string {
  return asItIs.test(value) ? value : `UTF-8''${escapeUri(value)}`;
}

/** A value as it was meant. What cannot be decoded stays as it came. */
export function decodeMetadata(value: string): string {
  const [, escaped] = extended.exec(value) ?? [];
  if (escaped !== undefined) return decodeOr(value, () => decodeURIComponent(escaped));
  return words.test(value) ? decodeOr(value, () => decodeWords(value)) : value;
}

function decodeOr(value: string, decode: () => string): string {
  try {
    return decode();
  } catch {
    // Somebody else's value, which only looks like one of these forms.
    return value;
  }
}

/** RFC 2047 §4; the whitespace between two words does not count. */
function decodeWords(value: string): string {
  const parts = [...value.matchAll(/=\?([^?*]+)[^?]*\?([bq])\?([^?]*)\?=/gi)];
  const charset = parts[0]?.[1] ?? 'utf-8';
  const bytes = parts.map(([, , encoding = '', text = '']) =>
    encoding.toLowerCase() === 'b' ? Buffer.from(text, 'base64') : quotedBytes(text),
  );
  return new TextDecoder(charset, { fatal: true }).decode(Buffer.concat(bytes));
}

function quotedBytes(text: string): Buffer {
  const latin = text
    .replaceAll('_', ' ')
    .replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(latin, 'latin1');
}
