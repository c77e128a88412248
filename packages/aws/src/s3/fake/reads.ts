/** GET and HEAD of objects. */
import type { FakeResponse } from '@im/testing';
import { refusal } from './answers.ts';
import { type S3Call, versionOf } from './call.ts';
import { checksumNames } from './integrity.ts';
import type { FakeVersion } from './state.ts';

/** GET, and HEAD, which is the same without the bytes. */
export function getObject(call: S3Call): FakeResponse {
  const version = versionOf(call);
  const condition = unmet(call, version);
  if (condition !== undefined) return condition;
  if (/^(GLACIER|DEEP_ARCHIVE)$/.test(version.storageClass) && call.request.method === 'GET')
    throw refusal('InvalidObjectState');
  const size = version.bytes.byteLength;
  const range = rangeOf(call.header('range'), size);
  const { start, end } = range ?? { start: 0, end: size };
  const isHead = call.request.method === 'HEAD';
  return {
    status: range === undefined ? 200 : 206,
    headers: {
      ...factsOf(call, version),
      ...overrides(call),
      'content-length': String(end - start),
      ...(range !== undefined && { 'content-range': `bytes ${start}-${end - 1}/${size}` }),
      ...(range === undefined && call.header('x-amz-checksum-mode') === 'ENABLED' && checksumsOf(version)),
    },
    ...(isHead ? {} : { body: version.bytes.subarray(start, end) }),
  };
}

function unmet(call: S3Call, { etag }: FakeVersion): FakeResponse | undefined {
  const ifMatch = call.header('if-match');
  if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== etag)
    throw refusal('PreconditionFailed', { members: { Condition: 'If-Match' } });
  const ifNoneMatch = call.header('if-none-match');
  if (ifNoneMatch === undefined || (ifNoneMatch !== '*' && ifNoneMatch !== etag)) return undefined;
  return { status: 304, headers: { etag } };
}

/** RFC 9110 §14.2; what is no range is ignored. */
function rangeOf(header: string | undefined, size: number): { start: number; end: number } | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size : Math.min(size, Number(last) + 1);
  if (start >= size || end <= start)
    throw refusal('InvalidRange', {
      headers: { 'content-range': `bytes */${size}` },
      members: { RangeRequested: header ?? '', ActualObjectSize: String(size) },
    });
  return { start, end };
}

function factsOf(call: S3Call, version: FakeVersion): Record<string, string> {
  const { etag, headers, storageClass, tags, lock, versionId, modifiedAt } = version;
  const { retention, legalHold } = lock ?? {};
  const tagCount = Object.keys(tags).length;
  return {
    ...headers,
    etag,
    'accept-ranges': 'bytes',
    'last-modified': new Date(modifiedAt).toUTCString(),
    ...(call.bucket().versioning !== undefined && { 'x-amz-version-id': versionId }),
    ...(storageClass !== 'STANDARD' && { 'x-amz-storage-class': storageClass }),
    ...(tagCount > 0 && call.request.method === 'GET' && { 'x-amz-tagging-count': String(tagCount) }),
    ...(retention && {
      'x-amz-object-lock-mode': retention.mode.toUpperCase(),
      'x-amz-object-lock-retain-until-date': new Date(retention.until).toISOString(),
    }),
    ...(legalHold && { 'x-amz-object-lock-legal-hold': 'ON' }),
  };
}

/** Headers of the checksums of a version. */
export function checksumsOf({ checksums, checksumType }: Pick<FakeVersion, 'checksums' | 'checksumType'>) {
  const headers: Record<string, string> = {};
  for (const name of checksumNames) {
    const value = checksums[name];
    if (value === undefined) continue;
    headers[`x-amz-checksum-${name}`] = value;
    headers['x-amz-checksum-type'] = checksumType;
  }
  return headers;
}

function overrides(call: S3Call): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of ['type', 'disposition', 'language', 'encoding']) {
    const value = call.query(`response-content-${name}`);
    if (value !== undefined) headers[`content-${name}`] = value;
  }
  return headers;
}
