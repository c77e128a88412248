/** Hot operations by `@im/http` alone: one request, its headers, and no more work than that. */
import { createHash, hash } from 'node:crypto';
import type { Page } from '@im/core';
import { type HttpDownload, none, rawPath, text } from '@im/http';
import type { S3Connection } from '../connection.ts';
import {
  attributeHeaders,
  checksumHeader,
  conditionHeaders,
  quoted,
  rangeHeader,
  readChecksums,
  readContentRange,
  readHead,
} from '../facts.ts';
import { keyPath } from '../keys.ts';
import type { HotLane, ListedObject, S3Body, S3Checksum, S3ReadCondition } from '../model.ts';
import { parseXml } from '../xml.ts';
import { smallBytes, streamOf } from './body.ts';
import { readListedObjects } from './listed.ts';

/** Makes the lane. */
export function leanLane(connection: S3Connection): HotLane {
  const { http, dialect, isSecure } = connection;

  /** Headers by which what arrives is verified; nothing is hashed that was hashed already. */
  const integrityHeaders = (body: Uint8Array | string, given: S3Checksum | undefined) => {
    const headers: Record<string, string> = {};
    const checksum = given ?? { algorithm: 'sha256', value: hash('sha256', body, 'hex') };
    if (dialect.checksums) {
      const [name, value] = checksumHeader(checksum);
      headers[name] = value;
    }
    if (checksum.algorithm === 'sha256') headers['x-amz-content-sha256'] = checksum.value;
    else if (isSecure && dialect.checksums) headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD';
    return headers;
  };

  return {
    async putObject(key, body, input, call) {
      const headers = {
        ...attributeHeaders(input),
        ...integrityHeaders(body, input.checksum),
        ...conditionHeaders(input, dialect),
        // S3 wants a proof of the bytes that it is to keep; where it knows no other, this one.
        ...(input.lock !== undefined && !dialect.checksums && { 'content-md5': md5(body) }),
      };
      const answer = await http.request('PUT', rawPath(keyPath(key)), none, call, { headers, body });
      return {
        etag: quoted(answer.headers.get('etag') ?? ''),
        versionId: answer.headers.get('x-amz-version-id') ?? undefined,
        modifiedAt: Date.parse(answer.headers.get('date') ?? '') || connection.now(),
      };
    },

    async getObject(key, input, call) {
      const { range, versionId } = input;
      const answer = await http.download(rawPath(keyPath(key)), call, {
        headers: {
          ...readHeaders(input),
          ...(dialect.checksums && range === undefined && { 'x-amz-checksum-mode': 'ENABLED' }),
          // Named even where there is none: whoever reads goes on after a cut, through the policies.
          range: range === undefined ? undefined : rangeHeader(range),
        },
        query: versionId === undefined ? undefined : { versionId },
        decode: false,
      });
      const head = readHead(key, answer.headers);
      const offset = readContentRange(answer.headers.get('content-range'))?.offset ?? 0;
      const length = answer.totalBytes ?? head.size - offset;
      return { head, offset, length, body: await bodyOf(answer, length) };
    },

    async headObject(key, input, call) {
      const { versionId } = input;
      const answer = await http.request('HEAD', rawPath(keyPath(key)), none, call, {
        headers: {
          ...readHeaders(input),
          ...(dialect.checksums && { 'x-amz-checksum-mode': 'ENABLED' }),
        },
        query: versionId === undefined ? undefined : { versionId },
        decode: false,
      });
      return readHead(key, answer.headers);
    },

    async listObjects({ prefix, delimiter }, call): Promise<Page<ListedObject>> {
      const content = await http.get(rawPath(''), text, call, {
        query: {
          'list-type': 2,
          'encoding-type': 'url',
          prefix: prefix === '' ? undefined : prefix,
          delimiter,
          'max-keys': call.pageSize,
          'continuation-token': call.cursor,
        },
      });
      return readListedObjects(parseXml(content, 'ListBucketResult'));
    },

    async uploadPart(key, uploadId, { number, bytes, checksum }, call) {
      const answer = await http.request('PUT', rawPath(keyPath(key)), none, call, {
        headers: integrityHeaders(bytes, checksum),
        query: { partNumber: number, uploadId },
        body: bytes,
      });
      const etag = quoted(answer.headers.get('etag') ?? '');
      return { number, size: bytes.byteLength, etag, checksums: readChecksums(answer.headers) };
    },
  };
}

function readHeaders({ ifMatch, ifNoneMatch }: S3ReadCondition): Record<string, string> {
  return {
    ...(ifMatch !== undefined && { 'if-match': quoted(ifMatch) }),
    ...(ifNoneMatch !== undefined && { 'if-none-match': quoted(ifNoneMatch) }),
  };
}

async function bodyOf(answer: HttpDownload, length: number): Promise<S3Body> {
  if (length <= smallBytes) return { bytes: await answer.bytes(smallBytes) };
  return { stream: streamOf(answer.body, async () => answer[Symbol.asyncDispose]()) };
}

function md5(body: Uint8Array | string): string {
  return createHash('md5').update(body).digest('base64');
}
