/** Buckets: this integration's own, and those of the project. */
import { type Call, type Page, pages, read, unsafe } from '@im/core';
import { fromPageToken, pageTokenPage, path } from '@im/http';
import type { StorageConnection } from '../client.ts';
import { toBucket } from '../map.ts';
import type { GcsBucket } from '../model.ts';
import { bucketFields, wireBucket, wireBuckets } from '../wire.ts';

/** What a new bucket is like. */
export interface NewBucket {
  /** Region, dual-region or multi-region. Default `US`, which is the service's. */
  readonly location?: string | undefined;
  /** Of objects that name none. Default `STANDARD`. */
  readonly storageClass?: string | undefined;
  /** Whether earlier generations stay. Default `false`. */
  readonly versioning?: boolean | undefined;
  /** Whether objects may have a retention of their own; cannot be changed later. Default `false`. */
  readonly objectRetention?: boolean | undefined;
  /** Seconds for which what was deleted is kept, and paid for: `0`, or 7 to 90 days. Default: the service's, 7 days. */
  readonly softDeleteSeconds?: number | undefined;
}

const docs = (method: string) => ({
  docs: `https://cloud.google.com/storage/docs/json_api/v1/buckets/${method}`,
});

export function bucketOperations({ http, auth, bucket }: StorageConnection) {
  return {
    /** A bucket; without a name, that of the options. */
    getBucket: read(
      async (name: string | undefined, call: Call): Promise<GcsBucket> =>
        toBucket(
          await http.get(path`storage/v1/b/${name ?? bucket}`, wireBucket, call, {
            query: { fields: bucketFields },
          }),
        ),
      docs('get'),
    ),

    listBuckets: pages(
      read(async (prefix: string | undefined, call: Call): Promise<Page<GcsBucket>> => {
        const wire = await http.get('storage/v1/b', wireBuckets, call, {
          query: {
            project: await auth.projectId(call),
            prefix,
            maxResults: call.pageSize,
            pageToken: fromPageToken(call),
            fields: `items(${bucketFields}),nextPageToken`,
          },
        });
        return pageTokenPage((wire.items ?? []).map(toBucket), wire.nextPageToken);
      }, docs('list')),
    ),

    createBucket: unsafe(
      async (name: string, wanted: NewBucket | undefined, call: Call): Promise<GcsBucket> => {
        const { location, storageClass, versioning, objectRetention, softDeleteSeconds } = wanted ?? {};
        return toBucket(
          await http.post('storage/v1/b', wireBucket, call, {
            query: {
              project: await auth.projectId(call),
              enableObjectRetention: objectRetention || undefined,
              fields: bucketFields,
            },
            json: {
              name,
              location,
              storageClass,
              versioning: versioning && { enabled: true },
              softDeletePolicy:
                softDeleteSeconds === undefined
                  ? undefined
                  : { retentionDurationSeconds: String(softDeleteSeconds) },
            },
          }),
        );
      },
      docs('insert'),
    ),
  };
}
