/** How the body of a message stands in the queue. */
import { invalid } from './checks.ts';
import type { PeekedMessage } from './model.ts';
import type { CheckedQueueOptions } from './options.ts';

export type Encoding = CheckedQueueOptions['encoding'];

/** The vendor's limit for a message as it stands in the queue, in bytes: 64 KiB. */
const mostBytes = 65_536;

/** What XML 1.0 can hold: https://www.w3.org/TR/xml/#charsets */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const notInXml = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/**
 * A body as it is stored.
 *
 * @throws `VendorError` `invalid_argument` where it is too large, or cannot be stored as text
 */
export function toStored(body: Uint8Array | string, encoding: Encoding): string {
  const stored = encoding === 'base64' ? asBase64(body) : asText(body);
  const size = Buffer.byteLength(stored);
  if (size <= mostBytes) return stored;
  const how = encoding === 'base64' ? `${size} bytes in base64` : `${size} bytes`;
  throw invalid(
    `the message has ${how}; ${mostBytes} are taken. Store it elsewhere, and put its name in the queue`,
  );
}

function asBase64(body: Uint8Array | string): string {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

function asText(body: Uint8Array | string): string {
  if (typeof body !== 'string')
    throw invalid("the message is bytes; the option `encoding: 'base64'` takes them");
  if (body.isWellFormed() && !notInXml.test(body)) return body;
  throw invalid(
    "the message has characters that XML cannot hold; the option `encoding: 'base64'` takes them",
  );
}

/** A stored message, read. */
export function fromStored(
  stored: string,
  encoding: Encoding,
): Pick<PeekedMessage, 'body' | 'text' | 'decoded'> {
  const isBase64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(stored);
  if (encoding === 'text' || !isBase64)
    return { body: new Uint8Array(Buffer.from(stored)), text: stored, decoded: encoding === 'text' };
  const bytes = Buffer.from(stored, 'base64');
  return { body: new Uint8Array(bytes), text: bytes.toString(), decoded: true };
}
