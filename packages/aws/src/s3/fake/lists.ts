/** Lists of objects, versions and uploads. */

import { compareKeys } from '@im/storage';
import type { FakeResponse } from '@im/testing';
import type { XmlValue } from '../../common/fake/xml.ts';
import { escapeUri } from '../../common/query.ts';
import { isoTime, refusal, xmlResponse } from './answers.ts';
import { type S3Call, startOf } from './call.ts';
import { checksumNames } from './integrity.ts';

const mostItems = 1000;

interface ListRequest {
  readonly prefix: string;
  readonly delimiter: string | undefined;
  readonly most: number;
  /** How names are written: as they are, or escaped. */
  readonly write: (name: string) => string;
  readonly encoding: string | undefined;
}

function listRequest(call: S3Call, mostName: string): ListRequest {
  const encoding = call.query('encoding-type');
  if (encoding !== undefined && encoding !== 'url') throw refusal('InvalidArgument');
  const most = Number(call.query(mostName) ?? mostItems);
  if (!Number.isInteger(most) || most < 0) throw refusal('InvalidArgument');
  return {
    prefix: call.query('prefix') ?? '',
    delimiter: call.query('delimiter') || undefined,
    most: Math.min(most, mostItems),
    // As the service does it: a space is a plus, a slash stays.
    write: encoding === undefined ? (name) => name : escapeListed,
    encoding,
  };
}

function escapeListed(name: string): string {
  return escapeUri(name).replaceAll('%2F', '/').replaceAll('%20', '+');
}

/** `ListObjectsV2` */
export function listObjects(call: S3Call): FakeResponse {
  if (call.query('list-type') !== '2')
    throw refusal('NotImplemented', { message: 'This fake lists by version 2.' });
  const bucket = call.bucket();
  const { prefix, delimiter, most, write, encoding } = listRequest(call, 'max-keys');
  const token = readToken(call.query('continuation-token'));
  const keys = bucket.keys();
  const contents: XmlValue[] = [];
  const prefixes: XmlValue[] = [];
  let group = token?.isPrefix ? token.after : undefined;
  let next: string | undefined;
  let last = { after: '', isPrefix: false };
  const start = startOf(keys, prefix, token?.after ?? call.query('start-after'));
  for (let index = start; keys[index]?.startsWith(prefix); index += 1) {
    const key = keys[index] ?? '';
    const version = bucket.present(key);
    if (version === undefined || (group !== undefined && key.startsWith(group))) continue;
    if (contents.length + prefixes.length === most) {
      next = writeToken(last);
      break;
    }
    const end = delimiter === undefined ? -1 : key.indexOf(delimiter, prefix.length);
    group = end < 0 || delimiter === undefined ? undefined : key.slice(0, end + delimiter.length);
    if (group !== undefined) prefixes.push({ Prefix: write(group) });
    else
      contents.push({
        Key: write(key),
        LastModified: isoTime(version.modifiedAt),
        ETag: version.etag,
        Size: version.bytes.byteLength,
        StorageClass: version.storageClass,
      });
    last = { after: group ?? key, isPrefix: group !== undefined };
  }
  return xmlResponse('ListBucketResult', {
    Name: bucket.name,
    Prefix: write(prefix),
    Delimiter: delimiter === undefined ? undefined : write(delimiter),
    MaxKeys: most,
    KeyCount: contents.length + prefixes.length,
    EncodingType: encoding,
    IsTruncated: next !== undefined,
    ContinuationToken: call.query('continuation-token'),
    NextContinuationToken: next,
    Contents: contents,
    CommonPrefixes: prefixes,
  });
}

interface Place {
  readonly after: string;
  readonly isPrefix: boolean;
}

function writeToken({ after, isPrefix }: Place): string {
  return Buffer.from(JSON.stringify([after, isPrefix])).toString('base64');
}

function readToken(token: string | undefined): Place | undefined {
  if (token === undefined) return undefined;
  try {
    const [after, isPrefix] = JSON.parse(Buffer.from(token, 'base64').toString()) as unknown[];
    if (typeof after === 'string' && typeof isPrefix === 'boolean') return { after, isPrefix };
  } catch {
    // Not one of ours.
  }
  throw refusal('InvalidArgument', { message: 'The continuation token provided is incorrect' });
}

export function listVersions(call: S3Call): FakeResponse {
  const bucket = call.bucket();
  const { prefix, most, write, encoding } = listRequest(call, 'max-keys');
  const keyMarker = call.query('key-marker');
  const versionMarker = call.query('version-id-marker');
  const keys = bucket.keys();
  const all = function* () {
    for (let index = startOf(keys, prefix, undefined); keys[index]?.startsWith(prefix); index += 1) {
      const key = keys[index] ?? '';
      const order = keyMarker === undefined ? 1 : compareKeys(key, keyMarker);
      if (order < 0 || (order === 0 && versionMarker === undefined)) continue;
      const newestFirst = [...bucket.versions(key)].reverse();
      const told =
        order === 0 ? newestFirst.findIndex(({ versionId }) => versionId === versionMarker) + 1 : 0;
      for (const version of newestFirst.slice(told))
        yield { key, version, isLatest: version === bucket.latest(key) };
    }
  };
  const page = [...take(all(), most + 1)];
  const told = page.slice(0, most);
  const last = page.length > most ? told.at(-1) : undefined;
  const row = ({ key, version, isLatest }: (typeof told)[number]): XmlValue => ({
    Key: write(key),
    VersionId: version.versionId,
    IsLatest: isLatest,
    LastModified: isoTime(version.modifiedAt),
    ...(version.isDeletion
      ? {}
      : { ETag: version.etag, Size: version.bytes.byteLength, StorageClass: version.storageClass }),
  });
  return xmlResponse('ListVersionsResult', {
    Name: bucket.name,
    Prefix: write(prefix),
    KeyMarker: write(keyMarker ?? ''),
    MaxKeys: most,
    EncodingType: encoding,
    IsTruncated: last !== undefined,
    NextKeyMarker: last && write(last.key),
    NextVersionIdMarker: last?.version.versionId,
    Version: told.filter(({ version }) => !version.isDeletion).map(row),
    DeleteMarker: told.filter(({ version }) => version.isDeletion).map(row),
  });
}

export function listUploads(call: S3Call): FakeResponse {
  const bucket = call.bucket();
  const { prefix, most, write, encoding } = listRequest(call, 'max-uploads');
  const keyMarker = call.query('key-marker');
  const idMarker = call.query('upload-id-marker') ?? '';
  const isAfter = (upload: { readonly key: string; readonly id: string }) => {
    const order = keyMarker === undefined ? 1 : compareKeys(upload.key, keyMarker);
    return order > 0 || (order === 0 && idMarker !== '' && upload.id > idMarker);
  };
  const all = [...bucket.uploads.values()]
    .filter((upload) => upload.key.startsWith(prefix) && isAfter(upload))
    .sort((one, other) => compareKeys(one.key, other.key) || (one.id < other.id ? -1 : 1));
  const told = all.slice(0, most);
  const last = all.length > most ? told.at(-1) : undefined;
  return xmlResponse('ListMultipartUploadsResult', {
    Bucket: bucket.name,
    Prefix: write(prefix),
    MaxUploads: most,
    EncodingType: encoding,
    IsTruncated: last !== undefined,
    NextKeyMarker: last && write(last.key),
    NextUploadIdMarker: last?.id,
    Upload: told.map(({ key, id, startedAt, object }) => ({
      Key: write(key),
      UploadId: id,
      Initiated: isoTime(startedAt),
      StorageClass: object.storageClass,
    })),
  });
}

export function listParts(call: S3Call): FakeResponse {
  const bucket = call.bucket();
  const upload = bucket.uploads.get(call.query('uploadId') ?? '');
  if (upload?.key !== call.key) throw refusal('NoSuchUpload');
  const most = Math.min(Number(call.query('max-parts') ?? mostItems), mostItems);
  const after = Number(call.query('part-number-marker') ?? 0);
  const all = [...upload.parts.values()]
    .filter(({ number }) => number > after)
    .sort((one, other) => one.number - other.number);
  const told = all.slice(0, most);
  return xmlResponse('ListPartsResult', {
    Bucket: bucket.name,
    Key: call.key,
    UploadId: upload.id,
    MaxParts: most,
    IsTruncated: all.length > most,
    NextPartNumberMarker: told.at(-1)?.number ?? 0,
    StorageClass: upload.object.storageClass,
    Part: told.map(({ number, etag, bytes, checksums, modifiedAt }) => ({
      PartNumber: number,
      ETag: etag,
      Size: bytes.byteLength,
      LastModified: isoTime(modifiedAt),
      ...Object.fromEntries(checksumNames.map((name) => [`Checksum${name.toUpperCase()}`, checksums[name]])),
    })),
  });
}

function* take<Item>(items: Iterable<Item>, most: number): Generator<Item> {
  let count = 0;
  for (const item of items) {
    if (count === most) return;
    count += 1;
    yield item;
  }
}
