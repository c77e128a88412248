/** The other lane: the vendor's SDK, over the same transport, with its retries off. */
import { createHash } from 'node:crypto';
import type {
  BlobItem,
  ContainerListBlobFlatSegmentResponse,
  ContainerListBlobHierarchySegmentResponse,
} from '@azure/storage-blob';
import { VendorError } from '@im/core';
import { metadataHeaders } from '../../common/metadata.ts';
import type { BlobEntry, BlobProperties } from '../model.ts';
import { pageSettings, type RunSdk, sdkAttributes, sdkConditions } from '../sdk.ts';
import { beyond, checkBlobName, extentOf, isBeyond, quoted, toProperties, toWritten } from '../wire.ts';
import { type BlobLane, deleted, SmallDownload, smallBytes, writeKeyed } from './lane.ts';
import type { LaneOptions } from './lean.ts';

/** Makes the lane. */
export function sdkLane(run: RunSdk, options: LaneOptions): BlobLane {
  const md5Of = (bytes: Uint8Array) =>
    options.contentMd5 ? { transactionalContentMD5: createHash('md5').update(bytes).digest() } : {};

  const getBlobProperties: BlobLane['getBlobProperties'] = (name, conditions, call) =>
    run(call, async ({ container }, abortSignal) => {
      const blob = container.getBlobClient(checkBlobName(name));
      const { _response: raw } = await blob.getProperties({
        abortSignal,
        conditions: sdkConditions(conditions),
      });
      return propertiesOf(raw.headers);
    });

  return {
    getBlobProperties,

    putBlob(name, bytes, put, call) {
      const write = () =>
        run(call, async ({ container }, abortSignal) => {
          const blob = container.getBlockBlobClient(checkBlobName(name));
          const { _response: raw } = await blob.upload(bytes, bytes.byteLength, {
            abortSignal,
            conditions: sdkConditions(put),
            ...md5Of(bytes),
            ...sdkAttributes(put),
          });
          return toWritten((header) => raw.headers.get(header));
        });
      return writeKeyed(call.idempotencyKey, write, () => getBlobProperties(name, {}, call));
    },

    getBlob: (name, get, call) =>
      run(call, async ({ container }, abortSignal) => {
        const blob = container.getBlobClient(checkBlobName(name));
        const answer = await blob.download(get.range?.offset, get.range?.count, {
          abortSignal,
          conditions: sdkConditions(get),
          maxRetryRequests: 0,
        });
        const { headers } = answer._response;
        const extent = extentOf((header) => headers.get(header));
        const properties = propertiesOf(headers, extent.size);
        const stream = answer.readableStreamBody;
        if (stream === undefined)
          throw new VendorError({ sent: true, code: 'internal', says: 'the SDK gave no body' });
        const close = async () => {
          (stream as { destroy?(): void }).destroy?.();
        };
        if (isBeyond(get.range, extent)) {
          await close();
          throw beyond(extent);
        }
        const body = readAll(stream as AsyncIterable<Uint8Array>);
        if (extent.length <= smallBytes) {
          const chunks: Uint8Array[] = [];
          for await (const chunk of body) chunks.push(chunk);
          return new SmallDownload(properties, extent.offset, Buffer.concat(chunks));
        }
        return {
          properties,
          offset: extent.offset,
          length: extent.length,
          body,
          [Symbol.asyncDispose]: close,
        };
      }),

    listBlobs: ({ prefix, delimiter, metadata }, call) =>
      run(call, async ({ container }, abortSignal) => {
        const list = { abortSignal, includeMetadata: metadata === true, ...(prefix && { prefix }) };
        const pages =
          delimiter === undefined
            ? container.listBlobsFlat(list).byPage(pageSettings(call))
            : container.listBlobsByHierarchy(delimiter, list).byPage(pageSettings(call));
        const page: IteratorResult<
          ContainerListBlobFlatSegmentResponse | ContainerListBlobHierarchySegmentResponse
        > = await pages.next();
        if (page.done === true) return { items: [] };
        const { segment, continuationToken } = page.value;
        const prefixes = 'blobPrefixes' in segment ? (segment.blobPrefixes ?? []) : [];
        return {
          items: [
            ...segment.blobItems.map(toEntry),
            ...prefixes.map((one): BlobEntry => ({ kind: 'prefix', name: one.name })),
          ],
          next: continuationToken || undefined,
        };
      }),

    deleteBlob: (name, conditions, call) =>
      deleted(
        run(call, ({ container }, abortSignal) =>
          container
            .getBlobClient(checkBlobName(name))
            .delete({ abortSignal, conditions: sdkConditions(conditions) }),
        ),
      ),

    putBlock: (name, blockId, bytes, call) =>
      run(call, async ({ container }, abortSignal) => {
        const blob = container.getBlockBlobClient(checkBlobName(name));
        await blob.stageBlock(blockId, bytes, bytes.byteLength, { abortSignal, ...md5Of(bytes) });
      }),

    putBlockFromUrl: (name, blockId, { url, sourceAuthorization }, { offset, count, ifMatch }, call) =>
      run(call, async ({ container }, abortSignal) => {
        const match = quoted(ifMatch);
        await container
          .getBlockBlobClient(checkBlobName(name))
          .stageBlockFromURL(blockId, url, offset, count, {
            abortSignal,
            ...(match !== undefined && { sourceConditions: { ifMatch: match } }),
            ...(sourceAuthorization !== undefined && { sourceAuthorization }),
          });
      }),

    putBlockList(name, blockIds, put, call) {
      const write = () =>
        run(call, async ({ container }, abortSignal) => {
          const blob = container.getBlockBlobClient(checkBlobName(name));
          const { _response: raw } = await blob.commitBlockList([...blockIds], {
            abortSignal,
            conditions: sdkConditions(put),
            ...sdkAttributes(put),
          });
          return toWritten((header) => raw.headers.get(header));
        });
      return writeKeyed(call.idempotencyKey, write, () => getBlobProperties(name, {}, call));
    },

    copyBlob: ({ url, sourceAuthorization }, name, copy, call) =>
      run(call, async ({ container }, abortSignal) => {
        const { metadata, sourceIfMatch, tier, tags } = copy;
        // Refuses what headers cannot carry.
        metadataHeaders(metadata);
        const match = quoted(sourceIfMatch);
        const { _response: raw } = await container.getBlobClient(checkBlobName(name)).syncCopyFromURL(url, {
          abortSignal,
          conditions: sdkConditions(copy),
          ...(match !== undefined && { sourceConditions: { ifMatch: match } }),
          ...(metadata !== undefined && { metadata: { ...metadata } }),
          ...(tier !== undefined && { tier }),
          ...(tags === 'source'
            ? { copySourceTags: 'COPY' as const }
            : tags !== undefined && { tags: { ...tags } }),
          ...(sourceAuthorization !== undefined && { sourceAuthorization }),
        });
        return toWritten((header) => raw.headers.get(header));
      }),
  };
}

function toEntry({ name, properties, metadata }: BlobItem): BlobEntry {
  return {
    kind: 'blob',
    name,
    properties: {
      size: properties.contentLength ?? 0,
      etag: properties.etag.replace(/^"|"$/g, ''),
      lastModified: properties.lastModified.getTime(),
      contentType: properties.contentType ?? 'application/octet-stream',
      contentEncoding: properties.contentEncoding || undefined,
      contentLanguage: properties.contentLanguage || undefined,
      contentDisposition: properties.contentDisposition || undefined,
      cacheControl: properties.cacheControl || undefined,
      contentMd5:
        properties.contentMD5 === undefined
          ? undefined
          : Buffer.from(properties.contentMD5).toString('base64'),
      metadata: Object.fromEntries(
        Object.entries(metadata ?? {}).map(([key, value]) => [key.toLowerCase(), value]),
      ),
      accessTier: properties.accessTier,
      accessTierInferred: properties.accessTierInferred === true || undefined,
      archiveStatus: properties.archiveStatus,
      tagCount: properties.tagCount,
      blobType: properties.blobType,
    },
  };
}

/** The SDK's headers of an answer. */
interface SdkHeaders {
  get(name: string): string | undefined;
  rawHeaders(): Readonly<Record<string, string>>;
}

function propertiesOf(
  headers: SdkHeaders,
  size = extentOf((name) => headers.get(name)).size,
): BlobProperties {
  const entries = Object.entries(headers.rawHeaders());
  return toProperties({ get: (name) => headers.get(name), [Symbol.iterator]: () => entries.values() }, size);
}

/** The SDK says of a cut stream that data was corrupted; here it is what it is everywhere. */
async function* readAll(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (cause) {
    if (cause instanceof VendorError) throw cause;
    throw new VendorError({
      sent: true,
      code: 'unavailable',
      reason: 'cut',
      says: 'the answer ended before its announced length',
    });
  }
}
