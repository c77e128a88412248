/**
 * The lean lane: one request each over `@im/http`, signed by `node:crypto`. The SDK spends four to five times the CPU on the same work.
 */
import { hash } from 'node:crypto';
import { none, rawPath, text } from '@im/http';
import type { StorageClient } from '../../common/storage-client.ts';
import { toListPage } from '../list-page.ts';
import {
  attributeHeaders,
  beyond,
  blobPath,
  conditionHeaders,
  copyHeaders,
  extentOf,
  isBeyond,
  quoted,
  toProperties,
  toWritten,
} from '../wire.ts';
import {
  type BlobLane,
  deleted,
  SmallDownload,
  type SourceAccess,
  smallBytes,
  writeKeyed,
  writeKeyHeader,
} from './lane.ts';

/** What the lane needs to know of the options. */
export interface LaneOptions {
  readonly container: string;
  readonly contentMd5: boolean;
}

/** Most bytes of a page of 5,000 entries. */
const maxListBytes = 64 * 1024 * 1024;

/** Makes the lane. */
export function leanLane({ http, sasQuery }: StorageClient, options: LaneOptions): BlobLane {
  const { container } = options;
  const md5Of = (bytes: Uint8Array) => (options.contentMd5 ? hash('md5', bytes, 'base64') : undefined);

  const getBlobProperties: BlobLane['getBlobProperties'] = async (name, conditions, call) => {
    const headers = {
      ...conditionHeaders(conditions),
      [writeKeyHeader]: undefined,
      'x-ms-client-request-id': call.idempotencyKey,
    };
    const answer = await http.request('HEAD', blobPath(container, name), none, call, {
      headers,
      query: sasQuery,
    });
    return toProperties(answer.headers, extentOf((header) => answer.headers.get(header)).size);
  };

  return {
    getBlobProperties,

    putBlob(name, bytes, put, call) {
      const path = blobPath(container, name);
      const headers = {
        ...attributeHeaders(put),
        ...conditionHeaders(put),
        'x-ms-blob-type': 'BlockBlob',
        'content-md5': md5Of(bytes),
      };
      const write = async () => {
        const answer = await http.request('PUT', path, none, call, { headers, body: bytes, query: sasQuery });
        return toWritten((header) => answer.headers.get(header));
      };
      return writeKeyed(call.idempotencyKey, write, () => getBlobProperties(name, {}, call));
    },

    async getBlob(name, get, call) {
      const { range } = get;
      const headers = {
        ...conditionHeaders(get),
        accept: '*/*',
        range: range === undefined ? undefined : rangeHeader(range),
      };
      const answer = await http.download(blobPath(container, name), call, {
        headers,
        query: sasQuery,
        lane: 'undici',
        decode: false,
      });
      const extent = extentOf((header) => answer.headers.get(header));
      if (isBeyond(range, extent)) {
        await answer[Symbol.asyncDispose]();
        throw beyond(extent);
      }
      const properties = toProperties(answer.headers, extent.size);
      if (extent.length <= smallBytes)
        return new SmallDownload(properties, extent.offset, await answer.bytes(smallBytes));
      return {
        properties,
        offset: extent.offset,
        length: extent.length,
        body: answer.body,
        [Symbol.asyncDispose]: () => answer[Symbol.asyncDispose](),
      };
    },

    async listBlobs({ prefix, delimiter, metadata }, call) {
      const query = {
        restype: 'container',
        comp: 'list',
        prefix: prefix || undefined,
        delimiter,
        marker: call.cursor,
        maxresults: call.pageSize,
        include: metadata === true ? 'metadata' : undefined,
        ...sasQuery,
      };
      return toListPage(await http.get(rawPath(container), text, call, { query, maxBytes: maxListBytes }));
    },

    deleteBlob(name, conditions, call) {
      const headers = conditionHeaders(conditions);
      return deleted(http.delete(blobPath(container, name), none, call, { headers, query: sasQuery }));
    },

    async putBlock(name, blockId, bytes, call) {
      await http.put(blobPath(container, name), none, call, {
        headers: { 'content-md5': md5Of(bytes) },
        body: bytes,
        query: { comp: 'block', blockid: blockId, ...sasQuery },
      });
    },

    async putBlockFromUrl(name, blockId, access, { offset, count, ifMatch }, call) {
      await http.put(blobPath(container, name), none, call, {
        headers: { ...sourceHeaders(access, ifMatch), 'x-ms-source-range': rangeHeader({ offset, count }) },
        query: { comp: 'block', blockid: blockId, ...sasQuery },
      });
    },

    putBlockList(name, blockIds, put, call) {
      const path = blobPath(container, name);
      const headers = {
        ...attributeHeaders(put),
        ...conditionHeaders(put),
        'content-type': 'application/xml',
      };
      const body = blockListXml(blockIds);
      const query = { comp: 'blocklist', ...sasQuery };
      const write = async () => {
        const answer = await http.request('PUT', path, none, call, { headers, body, query });
        return toWritten((header) => answer.headers.get(header));
      };
      return writeKeyed(call.idempotencyKey, write, () => getBlobProperties(name, {}, call));
    },

    async copyBlob(access, name, copy, call) {
      const headers = {
        ...sourceHeaders(access, copy.sourceIfMatch),
        'x-ms-requires-sync': 'true',
        ...copyHeaders(copy),
        ...conditionHeaders(copy),
      };
      const path = blobPath(container, name);
      const answer = await http.request('PUT', path, none, call, { headers, query: sasQuery });
      return toWritten((header) => answer.headers.get(header));
    },
  };
}

/** The ids of a blob's blocks, which are base64 and need no escaping. */
function blockListXml(blockIds: readonly string[]): string {
  const latest = blockIds.map((id) => `<Latest>${id}</Latest>`).join('');
  return `<?xml version="1.0" encoding="utf-8"?><BlockList>${latest}</BlockList>`;
}

function sourceHeaders(
  { url, sourceAuthorization }: SourceAccess,
  ifMatch: string | undefined,
): Record<string, string | undefined> {
  return {
    'x-ms-copy-source': url,
    'x-ms-source-if-match': quoted(ifMatch),
    'x-ms-copy-source-authorization':
      sourceAuthorization && `${sourceAuthorization.scheme} ${sourceAuthorization.value}`,
  };
}

function rangeHeader({
  offset,
  count,
}: {
  readonly offset: number;
  readonly count?: number | undefined;
}): string {
  return `bytes=${offset}-${count === undefined ? '' : offset + count - 1}`;
}
