/** Lists of objects and of their versions. */
import { type Call, type Page, pages, read } from '@im/core';
import { about, type S3Connection } from '../connection.ts';
import { quoted } from '../facts.ts';
import { fromListedKey } from '../keys.ts';
import type { HotLane, ListObjectsInput } from '../model.ts';
import { given, invalid, notes } from './shared.ts';

/** One version of a key, or the mark of its deletion. */
export type ListedVersion =
  | {
      readonly kind: 'version';
      readonly key: string;
      readonly versionId: string;
      readonly isLatest: boolean;
      readonly size: number;
      readonly etag: string;
      readonly modifiedAt: number;
      readonly storageClass: string;
    }
  | {
      readonly kind: 'deletion';
      readonly key: string;
      readonly versionId: string;
      readonly isLatest: boolean;
      readonly modifiedAt: number;
    };

/** Makes them. */
export function listOperations(connection: S3Connection, lane: HotLane) {
  const { bucket: Bucket } = connection;

  return {
    /** Objects in the order of their keys' bytes; 1,000 a page at most, which is the default. */
    listObjects: pages(
      read(
        async (input: ListObjectsInput | undefined, call: Call) =>
          about(connection, undefined, lane.listObjects(input ?? {}, call)),
        notes('ListObjectsV2', 'ListBucket'),
      ),
    ),

    /** Versions in the order of their keys' bytes, those of one key from the newest on. */
    listObjectVersions: pages(
      read(
        async (
          input: { readonly prefix?: string | undefined } | undefined,
          call: Call,
        ): Promise<Page<ListedVersion>> => {
          const [KeyMarker, VersionIdMarker] = readMarkers(call.cursor);
          const output = await about(
            connection,
            undefined,
            connection.send(
              ({ ListObjectVersionsCommand }) =>
                new ListObjectVersionsCommand({
                  Bucket,
                  EncodingType: 'url',
                  ...given({ Prefix: input?.prefix, MaxKeys: call.pageSize, KeyMarker, VersionIdMarker }),
                }),
              call,
            ),
          );
          const decode = output.EncodingType === 'url' ? fromListedKey : (key: string) => key;
          const versions = (output.Versions ?? []).map(
            (one): ListedVersion => ({
              kind: 'version',
              key: decode(one.Key ?? ''),
              versionId: one.VersionId ?? 'null',
              isLatest: one.IsLatest === true,
              size: one.Size ?? 0,
              etag: quoted(one.ETag ?? ''),
              modifiedAt: one.LastModified?.getTime() ?? 0,
              storageClass: one.StorageClass ?? 'STANDARD',
            }),
          );
          const deletions = (output.DeleteMarkers ?? []).map(
            (one): ListedVersion => ({
              kind: 'deletion',
              key: decode(one.Key ?? ''),
              versionId: one.VersionId ?? 'null',
              isLatest: one.IsLatest === true,
              modifiedAt: one.LastModified?.getTime() ?? 0,
            }),
          );
          return {
            items: newestFirst(versions, deletions),
            next:
              output.IsTruncated === true
                ? writeMarkers(decode(output.NextKeyMarker ?? ''), output.NextVersionIdMarker)
                : undefined,
          };
        },
        notes('ListObjectVersions', 'ListBucketVersions'),
      ),
    ),
  };
}

/** S3 tells versions and marks apart, each in its order; of one key the newest is first. */
function newestFirst(
  versions: readonly ListedVersion[],
  deletions: readonly ListedVersion[],
): readonly ListedVersion[] {
  if (deletions.length === 0) return versions;
  return [...versions, ...deletions].sort(
    (one, other) =>
      Buffer.compare(Buffer.from(one.key), Buffer.from(other.key)) ||
      Number(other.isLatest) - Number(one.isLatest) ||
      other.modifiedAt - one.modifiedAt,
  );
}

/** Two markers of S3's as one cursor. */
export function writeMarkers(...markers: readonly (string | undefined)[]): string {
  return Buffer.from(JSON.stringify(markers.map((marker) => marker ?? null))).toString('base64url');
}

/** The markers of a cursor. @throws IntegrationError `invalid_argument` for one that is none */
export function readMarkers(cursor: string | undefined): readonly (string | undefined)[] {
  if (cursor === undefined) return [];
  try {
    const markers: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(markers) && markers.every((one) => one === null || typeof one === 'string'))
      return markers.map((one: string | null) => one ?? undefined);
  } catch {
    // No JSON: a cursor of something else.
  }
  throw invalid('the cursor is none of this list', 'use the cursor of an earlier page');
}
