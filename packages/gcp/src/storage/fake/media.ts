/** An object's bytes as an answer, whole or in part: https://cloud.google.com/storage/docs/xml-api/reference-headers */
import { gunzipSync } from 'node:zlib';
import type { FakeRequest, FakeResponse } from '@im/testing';
import { refuse } from './refuse.ts';
import { etagOf, sumOf } from './resource.ts';
import type { FakeObject } from './store.ts';

export function mediaAnswer(object: FakeObject, { headers }: Pick<FakeRequest, 'headers'>): FakeResponse {
  const { bytes, attributes, md5, generation, metageneration } = object;
  const { contentType = 'application/octet-stream', contentEncoding, storageClass = 'STANDARD' } = attributes;
  const facts = {
    'content-type': contentType,
    'x-goog-generation': generation,
    'x-goog-metageneration': String(metageneration),
    'x-goog-hash': [`crc32c=${sumOf(object)}`, ...(md5 ? [`md5=${md5}`] : [])].join(','),
    'x-goog-storage-class': storageClass,
    'x-goog-stored-content-encoding': contentEncoding ?? 'identity',
    'x-goog-stored-content-length': String(bytes.byteLength),
    etag: etagOf(object),
    'last-modified': new Date(object.createdAt).toUTCString(),
  };
  // https://cloud.google.com/storage/docs/transcoding#decompressive_transcoding
  const isTranscoded = contentEncoding === 'gzip' && !/\bgzip\b/.test(headers['accept-encoding'] ?? '');
  if (isTranscoded)
    return { headers: { ...facts, warning: '214 UploadServer gunzipped' }, body: gunzipSync(bytes) };
  const whole = {
    ...facts,
    'accept-ranges': 'bytes',
    ...(contentEncoding && { 'content-encoding': contentEncoding }),
  };
  const range = rangeOf(headers.range, bytes.byteLength);
  if (range === undefined) return { headers: whole, body: bytes };
  return {
    status: 206,
    headers: { ...whole, 'content-range': `bytes ${range.start}-${range.end - 1}/${bytes.byteLength}` },
    body: bytes.subarray(range.start, range.end),
  };
}

function rangeOf(
  header: string | undefined,
  size: number,
): { readonly start: number; readonly end: number } | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || first + last === '') return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size : Math.min(size, Number(last) + 1);
  if (start >= size) refuse(416, `The requested range cannot be satisfied.`, 'requestedRangeNotSatisfiable');
  return { start, end };
}
