/** PUT, copies and deletes of objects. */
import type { FakeResponse } from '@im/testing';
import type { XmlValue } from '../../common/fake/xml.ts';
import { isoTime, isRefusal, refusal, xmlResponse } from './answers.ts';
import { attributesOf, holdConditions, type S3Call, versionOf, xmlBody } from './call.ts';
import { checksum, checksumNames, etagOf, receive } from './integrity.ts';
import { checksumsOf } from './reads.ts';
import { deletion, type FakeBucket, type FakeVersion } from './state.ts';

const versionHeader = (bucket: FakeBucket, versionId: string): Record<string, string> =>
  bucket.versioning === undefined ? {} : { 'x-amz-version-id': versionId };

export function putObject(call: S3Call): FakeResponse {
  const bucket = call.bucket();
  const { bytes, checksums } = receive(call.request);
  const attributes = attributesOf(call);
  holdConditions(call, bucket.present(call.key));
  const etag = etagOf(bytes);
  const kept = bucket.add(call.key, { ...attributes, bytes, etag, checksums, checksumType: 'FULL_OBJECT' });
  return { headers: { etag, ...versionHeader(bucket, kept.versionId), ...checksumsOf(kept) } };
}

/** The object that `x-amz-copy-source` names. @throws the error of S3 */
export function copySource(call: S3Call): FakeVersion {
  const [path = '', version] = (call.header('x-amz-copy-source') ?? '')
    .replace(/^\//, '')
    .split('?versionId=');
  const [bucketName = '', ...key] = path.split('/').map(decodeURIComponent);
  if (bucketName !== call.bucketName) throw refusal('AccessDenied');
  const source = versionOf({
    ...call,
    key: key.join('/'),
    query: (name) => (name === 'versionId' ? version : undefined),
  });
  const ifMatch = call.header('x-amz-copy-source-if-match');
  if (ifMatch !== undefined && ifMatch !== source.etag)
    throw refusal('PreconditionFailed', { members: { Condition: 'x-amz-copy-source-If-Match' } });
  return source;
}

export function copyObject(call: S3Call): FakeResponse {
  const bucket = call.bucket();
  const source = copySource(call);
  holdConditions(call, bucket.present(call.key));
  const given = attributesOf(call);
  const replaces = (header: string) => call.header(header) === 'REPLACE';
  const { bytes } = source;
  // A copy has a checksum over the whole, by the algorithm of its source.
  const names = checksumNames.filter((name) => source.checksums[name] !== undefined);
  const kept = bucket.add(call.key, {
    bytes,
    etag: etagOf(bytes),
    headers: replaces('x-amz-metadata-directive') ? given.headers : source.headers,
    storageClass: call.header('x-amz-storage-class') ?? 'STANDARD',
    tags: replaces('x-amz-tagging-directive') ? given.tags : source.tags,
    lock: given.lock,
    checksums: Object.fromEntries(names.map((name) => [name, checksum(name, bytes)])),
    checksumType: 'FULL_OBJECT',
  });
  const sums = names.map((name) => [`Checksum${name.toUpperCase()}`, kept.checksums[name]] as const);
  return xmlResponse(
    'CopyObjectResult',
    { ETag: kept.etag, LastModified: isoTime(kept.modifiedAt), ...Object.fromEntries(sums) },
    versionHeader(bucket, kept.versionId),
  );
}

/** What becomes of a key: a version removed, or a mark of its deletion. */
function remove(
  call: S3Call,
  key: string,
  versionId: string | undefined,
): { versionId?: string; isMark: boolean } {
  const bucket = call.bucket();
  const bypass = call.header('x-amz-bypass-governance-retention') === 'true';
  if (versionId !== undefined) {
    const found = bucket.find(key, versionId);
    if (found !== undefined && bucket.isLocked(found, bypass))
      throw refusal('AccessDenied', { message: 'Access Denied because object protected by object lock.' });
    bucket.remove(key, versionId);
    return { versionId, isMark: found?.isDeletion === true };
  }
  if (bucket.versioning === undefined) {
    bucket.remove(key, 'null');
    return { isMark: false };
  }
  return { versionId: bucket.add(key, deletion, true).versionId, isMark: true };
}

export function deleteObject(call: S3Call): FakeResponse {
  const ifMatch = call.header('if-match');
  const present = call.bucket().present(call.key);
  if (ifMatch !== undefined && present !== undefined && ifMatch !== '*' && ifMatch !== present.etag)
    throw refusal('PreconditionFailed', { members: { Condition: 'If-Match' } });
  if (ifMatch !== undefined && present === undefined) return { status: 204 };
  const { versionId, isMark } = remove(call, call.key, call.query('versionId'));
  return {
    status: 204,
    headers: {
      ...(versionId !== undefined && { 'x-amz-version-id': versionId }),
      ...(isMark && { 'x-amz-delete-marker': 'true' }),
    },
  };
}

export function deleteObjects(call: S3Call): FakeResponse {
  const { bytes, checksums } = receive(call.request);
  if (call.header('content-md5') === undefined && Object.keys(checksums).length === 0)
    throw refusal('InvalidRequest', { message: 'Missing required header for this request: Content-MD5' });
  const wanted = xmlBody(bytes, 'Delete');
  const objects = wanted.children('Object');
  if (objects.length === 0 || objects.length > 1000) throw refusal('MalformedXML');
  const deleted: XmlValue[] = [];
  const errors: XmlValue[] = [];
  for (const object of objects) {
    const Key = object.text('Key') ?? '';
    const VersionId = object.text('VersionId');
    try {
      const done = remove(call, Key, VersionId);
      deleted.push({
        Key,
        VersionId,
        ...(done.isMark && { DeleteMarker: true, DeleteMarkerVersionId: done.versionId }),
      });
    } catch (thrown) {
      if (!isRefusal(thrown)) throw thrown;
      errors.push({ Key, VersionId, Code: thrown.code, Message: thrown.message ?? thrown.code });
    }
  }
  const isQuiet = wanted.text('Quiet') === 'true';
  return xmlResponse('DeleteResult', { ...(isQuiet ? {} : { Deleted: deleted }), Error: errors });
}
