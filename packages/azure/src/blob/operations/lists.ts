/** Lists of blobs and of containers. */
import { type Call, type Page, pages, read } from '@im/core';
import type { BlobEntry, ContainerProperties, ListBlobsOptions, TaggedBlob } from '../model.ts';
import { pageSettings } from '../sdk.ts';
import { type BlobParts, notes } from './shared.ts';

/** The operations. */
export function listOperations({ lane, run }: BlobParts) {
  return {
    /** Blobs of the container by name; with a delimiter, names below it as prefixes. 5,000 a page at most. */
    listBlobs: pages(
      read(
        async (options: ListBlobsOptions | undefined, call: Call): Promise<Page<BlobEntry>> =>
          lane.listBlobs(options ?? {}, call),
        notes('list-blobs', 'read'),
      ),
    ),

    /**
     * Blobs of the container by their tags, such as `"project"='blue' AND "year">'2025'`. The index follows changes a little later.
     *
     * @param where the vendor's expression
     */
    findBlobsByTags: pages(
      read(
        (where: string, call: Call): Promise<Page<TaggedBlob>> =>
          run(call, async ({ container }, abortSignal) => {
            const page = await container
              .findBlobsByTags(where, { abortSignal })
              .byPage(pageSettings(call))
              .next();
            if (page.done === true) return { items: [] };
            const { blobs, continuationToken } = page.value;
            return {
              items: blobs.map(({ name, tags }: { name: string; tags?: Record<string, string> }) => ({
                name,
                tags: { ...tags },
              })),
              next: continuationToken || undefined,
            };
          }),
        notes('find-blobs-by-tags-container', 'filter'),
      ),
    ),

    /** Containers of the account. */
    listContainers: pages(
      read(
        (prefix: string | undefined, call: Call): Promise<Page<ContainerProperties>> =>
          run(call, async ({ service }, abortSignal) => {
            const list = { abortSignal, includeMetadata: true, ...(prefix && { prefix }) };
            const page = await service.listContainers(list).byPage(pageSettings(call)).next();
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
