/** Uploads in parts. */

import { type Call, idempotent, VendorError } from '@im/core';
import type { ChecksumAlgorithm } from '@im/storage';
import { about, type S3Connection } from '../connection.ts';
import { s3Reasons } from '../errors.ts';
import { etagFor, quoted, rangeHeader } from '../facts.ts';
import { checkKey, keyPath } from '../keys.ts';
import { checksumsOf, sdkAttributes } from '../lanes/sdk.ts';
import type {
  HotLane,
  S3Attributes,
  S3Checksums,
  S3Part,
  S3WriteCondition,
  UploadPartInput,
  WrittenObject,
} from '../model.ts';
import { etagOfParts, hasWriteId, orOwnWrite } from '../recognise.ts';
import { checkCondition, checkWhole, given, invalid, notes } from './shared.ts';

/** Options of `createMultipartUpload`. */
export interface CreateUploadInput extends S3Attributes {
  /** By which the parts are verified, and the whole by the composite rule. Default: `sha256`, where the service keeps checksums. */
  readonly algorithm?: ChecksumAlgorithm | undefined;
}

/** Options of `completeMultipartUpload`. */
export interface CompleteUploadInput extends S3WriteCondition {
  /** Bytes in all, checked by the service where it can. */
  readonly size?: number | undefined;
  /** That of `createMultipartUpload`. */
  readonly writeId?: string | undefined;
}

/** What a completed upload leaves. */
export interface CompletedUpload extends WrittenObject {
  readonly checksums?: S3Checksums | undefined;
}

/** Most parts of an upload. */
export const maxParts = 10_000;

/** Makes them. */
export function uploadOperations(connection: S3Connection, lane: HotLane) {
  const { bucket: Bucket, dialect } = connection;
  const hashes = (algorithm: ChecksumAlgorithm = 'sha256') =>
    dialect.checksums
      ? ({
          ChecksumAlgorithm: algorithm === 'sha256' ? 'SHA256' : 'CRC32',
          ChecksumType: 'COMPOSITE',
        } as const)
      : {};

  return {
    /** Begins an upload. Repeated, it may leave another one behind that is empty: it costs nothing, and `listMultipartUploads` shows it. */
    createMultipartUpload: idempotent(
      async (key: string, input: CreateUploadInput | undefined, call: Call): Promise<string> => {
        checkKey(key);
        const output = await about(
          connection,
          key,
          connection.send(
            ({ CreateMultipartUploadCommand }) =>
              new CreateMultipartUploadCommand({
                Bucket,
                Key: key,
                ...sdkAttributes(input ?? {}),
                ...hashes(input?.algorithm),
              }),
            call,
          ),
        );
        if (output.UploadId !== undefined) return output.UploadId;
        throw new VendorError({
          sent: true,
          code: 'internal',
          reason: 'unexpected_body',
          says: 'S3 gave no upload id',
        });
      },
      notes('CreateMultipartUpload', 'PutObject'),
    ),

    /** Sends a part; it replaces an earlier one of the same number. All but the last have at least 5 MiB. */
    uploadPart: idempotent(
      async (key: string, uploadId: string, part: UploadPartInput, call: Call) => {
        checkKey(key);
        checkWhole('the number of the part', part.number, 1, maxParts);
        return about(connection, key, lane.uploadPart(key, uploadId, part, call));
      },
      notes('UploadPart', 'PutObject'),
    ),

    /** Makes a part of a range of an object of the bucket: at most 5 GiB. */
    uploadPartCopy: idempotent(
      async (
        from: string,
        to: string,
        uploadId: string,
        part: {
          readonly number: number;
          readonly offset: number;
          readonly length: number;
          readonly sourceIfMatch?: string | undefined;
        },
        call: Call,
      ): Promise<S3Part> => {
        checkKey(from);
        checkKey(to);
        checkWhole('the number of the part', part.number, 1, maxParts);
        const output = await about(
          connection,
          to,
          connection.send(
            ({ UploadPartCopyCommand }) =>
              new UploadPartCopyCommand({
                Bucket,
                Key: to,
                UploadId: uploadId,
                PartNumber: part.number,
                CopySource: `${Bucket}/${keyPath(from)}`,
                CopySourceRange: rangeHeader(part),
                ...given({ CopySourceIfMatch: part.sourceIfMatch }),
              }),
            call,
          ),
        );
        const result = output.CopyPartResult ?? {};
        return {
          number: part.number,
          size: part.length,
          etag: quoted(result.ETag ?? ''),
          checksums: checksumsOf(result),
        };
      },
      notes('UploadPartCopy', 'GetObject', 'PutObject'),
    ),

    /** Makes the object, whole or not at all. Give the `writeId` of `createMultipartUpload` along with a condition. */
    completeMultipartUpload: idempotent(
      async (
        key: string,
        uploadId: string,
        parts: readonly Pick<S3Part, 'number' | 'etag' | 'checksums'>[],
        input: CompleteUploadInput | undefined,
        call: Call,
      ): Promise<CompletedUpload> => {
        checkKey(key);
        checkWhole('the number of parts', parts.length, 1, maxParts);
        const { ifMatch, ifNoneMatch, size, writeId } = input ?? {};
        checkCondition(input ?? {}, 'completeMultipartUpload', dialect);
        const complete = async (): Promise<CompletedUpload> => {
          const output = await connection
            .send(
              ({ CompleteMultipartUploadCommand }) =>
                new CompleteMultipartUploadCommand({
                  Bucket,
                  Key: key,
                  UploadId: uploadId,
                  MultipartUpload: { Parts: parts.map(toSdkPart) },
                  ...given({
                    IfMatch: ifMatch === undefined ? undefined : etagFor(dialect, ifMatch),
                    IfNoneMatch: ifNoneMatch,
                    MpuObjectSize: dialect.checksums ? size : undefined,
                  }),
                }),
              call,
            )
            .catch(conflict);
          return {
            etag: quoted(output.ETag ?? ''),
            versionId: output.VersionId,
            modifiedAt: connection.now(),
            checksums: checksumsOf(output),
          };
        };
        const etag = etagOfParts(parts);
        const isConditional = ifMatch !== undefined || ifNoneMatch !== undefined;
        const completed = orOwnWrite(
          complete(),
          call,
          () => lane.headObject(key, {}, call),
          (head) =>
            writeId === undefined && !isConditional ? head.etag === etag : hasWriteId(head, writeId),
        );
        return about(connection, key, completed);
      },
      notes('CompleteMultipartUpload', 'PutObject'),
    ),

    /** Lets go of an upload and its parts. */
    abortMultipartUpload: idempotent(
      async (key: string, uploadId: string, call: Call): Promise<void> => {
        checkKey(key);
        if (uploadId === '') throw invalid('the upload id is empty', 'give the one of createMultipartUpload');
        await about(
          connection,
          key,
          connection.send(
            ({ AbortMultipartUploadCommand }) =>
              new AbortMultipartUploadCommand({ Bucket, Key: key, UploadId: uploadId }),
            call,
          ),
        );
      },
      notes('AbortMultipartUpload', 'AbortMultipartUpload'),
    ),
  };
}

function toSdkPart({ number, etag, checksums }: Pick<S3Part, 'number' | 'etag' | 'checksums'>) {
  return given({
    PartNumber: number,
    ETag: etag,
    ChecksumSHA256: checksums.sha256,
    ChecksumCRC32: checksums.crc32,
  });
}

/** After a conflict at the end of an upload it has to begin anew; elsewhere the same request is repeated. */
function conflict(thrown: unknown): never {
  if (thrown instanceof VendorError && thrown.failure.reason === 'ConditionalRequestConflict')
    throw new VendorError({ ...thrown.failure, reason: s3Reasons.uploadConflict }, { cause: thrown.cause });
  throw thrown;
}
