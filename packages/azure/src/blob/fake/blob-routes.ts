/** Whole blobs: put, get, head, copy, delete; tags and tiers. */
import { hash } from 'node:crypto';
import type { FakeResponse } from '@im/testing';
import { storageError, xmlDocument, xmlElement } from '../../common/fake/storage-answers.ts';
import { readXml } from '../../common/xml.ts';
import { FakeContent } from './content.ts';
import { sourceOf } from './copy-source.ts';
import {
  allow,
  attributesOf,
  blobHeaders,
  checkedTags,
  type Handling,
  holdRead,
  holdWrite,
  metadataOf,
  presentOf,
  tagsOf,
  targetOf,
  tierHeaders,
  tierOf,
  writtenHeaders,
} from './handling.ts';
import type { FakeBlob } from './store.ts';

/** @see {@link https://learn.microsoft.com/rest/api/storageservices/put-blob | Azure: Put Blob} */
export function putBlob(handling: Handling): FakeResponse {
  const { request, store } = handling;
  const { container, name, present } = targetOf(handling);
  allow(handling, present === undefined ? 'cw' : 'w');
  if (request.headers['x-ms-blob-type'] !== 'BlockBlob')
    throw storageError(
      400,
      'MissingRequiredHeader',
      'An HTTP header that is mandatory for this request is not specified.',
    );
  const md5 = checkMd5(request.headers['content-md5'], request.body);
  const attributes = attributesOf(request);
  holdWrite(request, present);
  const headers = {
    'content-type': request.headers['content-type'] ?? 'application/octet-stream',
    ...attributes.headers,
    'content-md5': md5,
  };
  const content = new FakeContent([request.body]);
  const blob = store.publish(container, { ...attributes, name, headers, content, blocks: [] });
  return {
    status: 201,
    headers: { ...writtenHeaders(blob), 'content-md5': md5, 'x-ms-request-server-encrypted': 'true' },
  };
}

/** The MD5 of bytes. @throws FakeResponse when it is not the one that was sent */
export function checkMd5(sent: string | undefined, bytes: Uint8Array): string {
  const md5 = hash('md5', bytes, 'base64');
  if (sent === undefined || sent === md5) return md5;
  throw storageError(
    400,
    'Md5Mismatch',
    'The MD5 value specified in the request did not match the MD5 value calculated by the server.',
  );
}

/** Get Blob and Get Blob Properties. */
export function getBlob(handling: Handling): FakeResponse {
  allow(handling, 'r');
  const { request } = handling;
  const { present } = presentOf(handling);
  holdRead(request, present);
  const headers = { ...blobHeaders(present), ...overridden(request.query) };
  if (request.method === 'HEAD')
    return { headers: { ...headers, ...tierHeaders(present) }, body: present.content.bytes };
  if (present.tier === 'Archive')
    throw storageError(409, 'BlobArchived', 'This operation is not permitted on an archived blob.');
  const range = request.headers['x-ms-range'] ?? request.headers.range;
  return range === undefined ? { headers, body: present.content.bytes } : ranged(present, headers, range);
}

function ranged(blob: FakeBlob, headers: Record<string, string>, range: string): FakeResponse {
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(range) ?? [];
  const { size } = blob.content;
  const from = Number(first);
  if (first === undefined || from >= size)
    return {
      ...storageError(
        416,
        'InvalidRange',
        'The range specified is invalid for the current size of the resource.',
      ),
      headers: {
        'x-ms-error-code': 'InvalidRange',
        'content-range': `bytes */${size}`,
        'content-type': 'application/xml',
      },
    };
  const to = last === '' || last === undefined ? size - 1 : Math.min(Number(last), size - 1);
  // The MD5 is that of the whole blob.
  const { 'content-md5': md5, ...others } = headers;
  return {
    status: 206,
    headers: {
      ...others,
      ...(md5 !== undefined && { 'x-ms-blob-content-md5': md5 }),
      'content-range': `bytes ${from}-${to}/${size}`,
    },
    body: blob.content.slice(from, to + 1).bytes,
  };
}

/** What a SAS wants the answer to say. */
function overridden(query: URLSearchParams): Record<string, string> {
  const names = { rsct: 'content-type', rscd: 'content-disposition', rscc: 'cache-control' };
  return Object.fromEntries(
    Object.entries(names).flatMap(([parameter, header]) => {
      const value = query.get(parameter);
      return value === null ? [] : [[header, value]];
    }),
  );
}

/** @see {@link https://learn.microsoft.com/rest/api/storageservices/copy-blob-from-url | Azure: Copy Blob From URL} */
export function copyBlob(handling: Handling): FakeResponse {
  const { request, store } = handling;
  const { container, name, present } = targetOf(handling);
  allow(handling, present === undefined ? 'cw' : 'w');
  if (request.headers['x-ms-requires-sync'] !== 'true')
    throw storageError(400, 'UnsupportedHeader', 'The fake copies at once only.');
  const withTags = request.headers['x-ms-copy-source-tag-option'] === 'COPY';
  const source = sourceOf(handling, withTags ? 'rt' : 'r');
  holdWrite(request, present);
  const metadata = metadataOf(request.headers);
  const tags = request.headers['x-ms-tags'];
  const copied = store.publish(container, {
    name,
    content: source.content,
    headers: source.headers,
    blocks: source.blocks,
    metadata: Object.keys(metadata).length === 0 ? source.metadata : metadata,
    tier: tierOf(request.headers) ?? source.tier,
    tags: tags !== undefined ? tagsOf(tags) : withTags ? source.tags : {},
  });
  return {
    status: 202,
    headers: {
      ...writtenHeaders(copied),
      'x-ms-copy-id': `copy-of-${copied.etag}`,
      'x-ms-copy-status': 'success',
    },
  };
}

/** @see {@link https://learn.microsoft.com/rest/api/storageservices/delete-blob | Azure: Delete Blob} */
export function deleteBlob(handling: Handling): FakeResponse {
  allow(handling, 'd');
  const { container, name, present } = presentOf(handling);
  holdWrite(handling.request, present);
  handling.store.remove(container, name);
  return { status: 202, headers: { 'x-ms-delete-type-permanent': 'true' } };
}

/** Get Blob Tags. */
export function getTags(handling: Handling): FakeResponse {
  allow(handling, 't');
  const { present } = presentOf(handling);
  const tags = Object.entries(present.tags)
    .map(([name, value]) => `<Tag>${xmlElement('Key', name)}${xmlElement('Value', value)}</Tag>`)
    .join('');
  return {
    headers: { 'content-type': 'application/xml' },
    body: xmlDocument('Tags', `<TagSet>${tags}</TagSet>`),
  };
}

/** Set Blob Tags. */
export function setTags(handling: Handling): FakeResponse {
  allow(handling, 't');
  const { present } = presentOf(handling);
  const set = readXml(Buffer.from(handling.request.body).toString(), 'Tags').first('TagSet');
  present.tags = checkedTags(
    Object.fromEntries(
      (set?.all('Tag') ?? []).map((tag) => [tag.textOf('Key') ?? '', tag.textOf('Value') ?? '']),
    ),
  );
  return { status: 204 };
}

/** Set Blob Tier. */
export function setTier(handling: Handling): FakeResponse {
  allow(handling, 'w');
  const { present } = presentOf(handling);
  present.tier = tierOf(handling.request.headers);
  return { status: 200 };
}
