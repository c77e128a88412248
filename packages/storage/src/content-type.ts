/** What kind of bytes these are: by how they begin, then by the key's extension. */

/** Signature at an offset → type. After the WHATWG MIME Sniffing Standard, §6 and §7 (https://mimesniff.spec.whatwg.org/). */
const signatures: readonly { readonly at?: number; readonly starts: string; readonly type: string }[] = [
  { starts: '\x89PNG\r\n\x1a\n', type: 'image/png' },
  { starts: '\xff\xd8\xff', type: 'image/jpeg' },
  { starts: 'GIF87a', type: 'image/gif' },
  { starts: 'GIF89a', type: 'image/gif' },
  { at: 8, starts: 'WEBP', type: 'image/webp' },
  { at: 8, starts: 'WAVE', type: 'audio/wave' },
  { at: 4, starts: 'ftypavif', type: 'image/avif' },
  { at: 4, starts: 'ftyp', type: 'video/mp4' },
  { starts: 'BM', type: 'image/bmp' },
  { starts: '%PDF-', type: 'application/pdf' },
  { starts: 'PK\x03\x04', type: 'application/zip' },
  { starts: '\x1f\x8b\x08', type: 'application/gzip' },
  { starts: '\x28\xb5\x2f\xfd', type: 'application/zstd' },
  { starts: 'OggS\0', type: 'application/ogg' },
  { starts: 'ID3', type: 'audio/mpeg' },
  { starts: 'fLaC', type: 'audio/flac' },
  { starts: '\x1a\x45\xdf\xa3', type: 'video/webm' },
  { starts: 'wOFF', type: 'font/woff' },
  { starts: 'wOF2', type: 'font/woff2' },
  { starts: '\0asm', type: 'application/wasm' },
  { starts: 'PAR1', type: 'application/vnd.apache.parquet' },
  { starts: '<!DOCTYPE html', type: 'text/html; charset=utf-8' },
  { starts: '<!doctype html', type: 'text/html; charset=utf-8' },
  { starts: '<?xml', type: 'text/xml; charset=utf-8' },
];

const extensions: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  json: 'application/json',
  md: 'text/markdown; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  mp3: 'audio/mpeg',
  ndjson: 'application/x-ndjson',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  svg: 'image/svg+xml',
  tar: 'application/x-tar',
  ts: 'text/plain; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  xml: 'text/xml; charset=utf-8',
  yaml: 'application/yaml',
  yml: 'application/yaml',
};
/** Zip files in disguise: here the extension knows more than the first bytes. */
const containers = new Set(['application/zip', 'text/xml; charset=utf-8']);

/** The type of an object that begins with `head`. */
export function sniffContentType(key: string, head: Uint8Array): string {
  const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.byteLength, 64)).toString('latin1');
  const byBytes = signatures.find(({ at = 0, starts }) => text.startsWith(starts, at))?.type;
  const extension = /\.([a-z0-9]{1,8})$/i.exec(key)?.[1]?.toLowerCase() ?? '';
  const byName = Object.hasOwn(extensions, extension) ? extensions[extension] : undefined;
  if (byBytes !== undefined && !containers.has(byBytes)) return byBytes;
  return byName ?? byBytes ?? 'application/octet-stream';
}
