/**
 * An upload in one request: the metadata as JSON, then the bytes (RFC 2387).
 *
 * Small bodies are put together in one buffer, since a copy of a few kilobytes costs less than a stream; large ones are sent piece
 * by piece, so that they are not in memory twice. Both can be sent again.
 *
 * @see {@link https://cloud.google.com/storage/docs/uploading-objects#uploading-an-object | Cloud Storage: JSON API multipart upload}
 */
import { randomUUID } from 'node:crypto';
import type { HttpBody } from '@im/http';

/** Bodies up to so many bytes are copied. */
const mostCopied = 64 * 1024;

/** A request's body and its headers. */
export interface RelatedBody {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: HttpBody;
}

/** @param contentType of the bytes, printable ASCII */
export function relatedBody(metadata: object, contentType: string, bytes: Uint8Array): RelatedBody {
  const boundary = `im-${randomUUID()}`;
  const head = `--${boundary}\r\ncontent-type: application/json; charset=utf-8\r\n\r\n${JSON.stringify(metadata)}\r\n--${boundary}\r\ncontent-type: ${contentType}\r\n\r\n`;
  const tail = `\r\n--${boundary}--\r\n`;
  const type = { 'content-type': `multipart/related; boundary=${boundary}` };
  if (bytes.byteLength <= mostCopied) {
    const size = Buffer.byteLength(head);
    const body = Buffer.allocUnsafe(size + bytes.byteLength + tail.length);
    body.write(head);
    body.set(bytes, size);
    body.write(tail, size + bytes.byteLength, 'latin1');
    return { headers: type, body };
  }
  const pieces = [Buffer.from(head), bytes, Buffer.from(tail)];
  const length = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
  return {
    headers: { ...type, 'content-length': String(length) },
    body: {
      async *[Symbol.asyncIterator]() {
        yield* pieces;
      },
    },
  };
}
