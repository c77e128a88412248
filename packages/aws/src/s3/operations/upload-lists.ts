/** Lists of uploads in parts, and of the parts of one. */
import { type Call, type Page, pages, read } from '@im/core';
import { about, type S3Connection } from '../connection.ts';
import { quoted } from '../facts.ts';
import { checkKey, fromListedKey } from '../keys.ts';
import { checksumsOf } from '../lanes/sdk.ts';
import type { S3Part } from '../model.ts';
import { readMarkers, writeMarkers } from './lists.ts';
import { given, notes } from './shared.ts';

/** An upload that was begun and neither completed nor aborted. */
export interface ListedUpload {
  readonly key: string;
  readonly uploadId: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

/** Makes them. */
export function uploadListOperations(connection: S3Connection) {
  const { bucket: Bucket } = connection;

  return {
    /** The parts of an upload that have arrived, in order. */
    listParts: pages(
      read(
        async (key: string, uploadId: string, call: Call): Promise<Page<S3Part>> => {
          checkKey(key);
          const output = await about(
            connection,
            key,
            connection.send(
              ({ ListPartsCommand }) =>
                new ListPartsCommand({
                  Bucket,
                  Key: key,
                  UploadId: uploadId,
                  ...given({ MaxParts: call.pageSize, PartNumberMarker: call.cursor }),
                }),
              call,
            ),
          );
          return {
            items: (output.Parts ?? []).map((part) => ({
              number: part.PartNumber ?? 0,
              size: part.Size ?? 0,
              etag: quoted(part.ETag ?? ''),
              checksums: checksumsOf(part),
            })),
            next: output.IsTruncated === true ? output.NextPartNumberMarker : undefined,
          };
        },
        notes('ListParts', 'ListMultipartUploadParts'),
      ),
    ),

    /** Uploads that were begun and neither completed nor aborted. */
    listMultipartUploads: pages(
      read(
        async (
          input: { readonly prefix?: string | undefined } | undefined,
          call: Call,
        ): Promise<Page<ListedUpload>> => {
          const [KeyMarker, UploadIdMarker] = readMarkers(call.cursor);
          const output = await about(
            connection,
            undefined,
            connection.send(
              ({ ListMultipartUploadsCommand }) =>
                new ListMultipartUploadsCommand({
                  Bucket,
                  EncodingType: 'url',
                  ...given({ Prefix: input?.prefix, MaxUploads: call.pageSize, KeyMarker, UploadIdMarker }),
                }),
              call,
            ),
          );
          const decode = output.EncodingType === 'url' ? fromListedKey : (key: string) => key;
          return {
            items: (output.Uploads ?? []).map((upload) => ({
              key: decode(upload.Key ?? ''),
              uploadId: upload.UploadId ?? '',
              startedAt: upload.Initiated?.getTime() ?? 0,
            })),
            next:
              output.IsTruncated === true
                ? writeMarkers(decode(output.NextKeyMarker ?? ''), output.NextUploadIdMarker)
                : undefined,
          };
        },
        notes('ListMultipartUploads', 'ListBucketMultipartUploads'),
      ),
    ),
  };
}
