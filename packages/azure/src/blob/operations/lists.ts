/** Lists of blobs and of containers. */
import { type Call, type Page, pages, read } from '@im/core';
import type { BlobEntry, ContainerProperties, ListBlobsOptions } from '../model.ts';
import { type BlobParts, notes } from './shared.ts';

/** The operations. */
export function listOperations({ lane, run, service }: BlobParts) {
  return {
    /** Blobs of the container by name; with a delimiter, names below it as prefixes. 5,000 a page at most. */
    listBlobs: pages(
      read(
        async (options: ListBlobsOptions | undefined, call: Call): Promise<Page<BlobEntry>> =>
          lane.listBlobs(options ?? {}, call),
        notes('list-blobs', 'read'),
      ),
    ),

    /** Containers of the account. */
    listContainers: pages(
      read(
        (prefix: string | undefined, call: Call): Promise<Page<ContainerProperties>> =>
          run(call, async (abortSignal) => {
            const settings = {
              ...(call.pageSize !== undefined && { maxPageSize: call.pageSize }),
              ...(call.cursor !== undefined && { continuationToken: call.cursor }),
            };
            const list = { abortSignal, includeMetadata: true, ...(prefix && { prefix }) };
            const page = await service.listContainers(list).byPage(settings).next();
            if (page.done === true) return { items: [] };
            const { containerItems, continuationToken } = page.value;
            return {
              items: containerItems.map(({ name, properties, metadata }) => ({
                name,
                etag: properties.etag.replace(/^"|"$/g, ''),
                lastModified: properties.lastModified.getTime(),
                metadata: { ...metadata },
                publicAccess: properties.publicAccess,
                hasImmutabilityPolicy: properties.hasImmutabilityPolicy,
                hasLegalHold: properties.hasLegalHold,
              })),
              next: continuationToken || undefined,
            };
          }),
        notes('list-containers2', 'container'),
      ),
    ),
  };
}
