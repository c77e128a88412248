/** `multipart/form-data` (RFC 7578) with a known length, since many servers refuse one without. */
import { randomUUID } from 'node:crypto';

/** A form as it is sent. */
export interface EncodedMultipart {
  readonly contentType: string;
  /** Bytes in all. */
  readonly size: number;
  /** Reads files as they are sent; a new iteration begins again. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** Encodes `form`; files are streamed, not gathered. */
export function encodeMultipart(form: FormData): EncodedMultipart {
  const boundary = `im-${randomUUID()}`;
  const parts: (Uint8Array | Blob)[] = [];
  for (const [name, value] of form) {
    const file = typeof value === 'string' ? undefined : value;
    const fileName = file === undefined ? '' : `; filename="${quoted(file.name)}"`;
    const type = file === undefined ? '' : `content-type: ${file.type || 'application/octet-stream'}\r\n`;
    parts.push(
      Buffer.from(
        `--${boundary}\r\ncontent-disposition: form-data; name="${quoted(name)}"${fileName}\r\n${type}\r\n`,
      ),
      // Line breaks of a field are sent as CR LF, as a browser does (RFC 7578 §4.2 refers to HTML for it).
      typeof value === 'string' ? Buffer.from(value.replace(/\r\n|\n|\r/g, '\r\n')) : value,
      Buffer.from('\r\n'),
    );
  }
  parts.push(Buffer.from(`--${boundary}--\r\n`));
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    size: parts.reduce((sum, part) => sum + (part instanceof Blob ? part.size : part.byteLength), 0),
    body: { [Symbol.asyncIterator]: () => bytesOf(parts) },
  };
}

async function* bytesOf(parts: readonly (Uint8Array | Blob)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    if (part instanceof Blob) yield* part.stream();
    else yield part;
  }
}

/** A name inside quotes, escaped as HTML says, so that none can begin a header of its own. */
function quoted(text: string): string {
  return text.replaceAll('\r', '%0D').replaceAll('\n', '%0A').replaceAll('"', '%22');
}
