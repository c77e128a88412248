/** Operations on single objects. */
import { type Call, idempotent, read } from '@im/core';
import { about, type S3Connection, withHeaders } from '../connection.ts';
import { etagFor, quoted } from '../facts.ts';
import { checkKey, keyPath } from '../keys.ts';
import { checksumsOf, sdkAttributes } from '../lanes/sdk.ts';
import type {
  GetObjectInput,
  HeadObjectInput,
  HotLane,
  PutObjectInput,
  S3Attributes,
  S3Checksums,
  S3Range,
  S3WriteCondition,
  WrittenObject,
} from '../model.ts';
import { hasWriteId, orOwnWrite } from '../recognise.ts';
import { checkCondition, checkWhole, given, notes } from './shared.ts';

/** Options of `copyObject`. Without `attributes` the copy has those of its source. */
export interface CopyObjectInput extends S3WriteCondition {
  readonly sourceVersionId?: string | undefined;
  /** Only while this is the source's etag. */
  readonly sourceIfMatch?: string | undefined;
  readonly storageClass?: string | undefined;
  /** Replace those of the source, all of them. */
  readonly attributes?: Omit<S3Attributes, 'storageClass'> | undefined;
}

/** A copy. */
export interface CopiedObject extends WrittenObject {
  readonly checksums: S3Checksums;
}

/** Options of `deleteObject`. */
export interface DeleteObjectInput {
  readonly versionId?: string | undefined;
  readonly ifMatch?: string | undefined;
  /** Deletes what is retained in mode governance, where the credentials may. */
  readonly bypassGovernance?: boolean | undefined;
}

/** Makes them. */
export function objectOperations(connection: S3Connection, lane: HotLane) {
  const { bucket: Bucket, dialect } = connection;

  return {
    /**
     * Stores an object, whole or not at all. A condition that does not hold is `failed_precondition`; give a `writeId` along with one.
     */
    putObject: idempotent(
      async (
        key: string,
        body: Uint8Array | string,
        input: PutObjectInput | undefined,
        call: Call,
      ): Promise<WrittenObject> => {
        checkKey(key);
        const wanted = input ?? {};
        const isConditional = wanted.ifMatch !== undefined || wanted.ifNoneMatch !== undefined;
        if (!isConditional) return about(connection, key, lane.putObject(key, body, wanted, call));
        checkCondition(wanted, 'putObject', dialect);
        const put = orOwnWrite(
          lane.putObject(key, body, wanted, call),
          call,
          () => lane.headObject(key, {}, call),
          (head) => hasWriteId(head, wanted.writeId),
        );
        return about(connection, key, put);
      },
      notes('PutObject', 'PutObject'),
    ),

    /** An object, or a range of it: small ones with their bytes, others as a stream. */
    getObject: read(
      async (key: string, input: GetObjectInput | undefined, call: Call) => {
        checkKey(key);
        if (input?.range !== undefined) checkRange(input.range);
        return about(connection, key, lane.getObject(key, input ?? {}, call));
      },
      notes('GetObject', 'GetObject'),
    ),

    /** What is known of an object. */
    headObject: read(
      async (key: string, input: HeadObjectInput | undefined, call: Call) => {
        checkKey(key);
        return about(connection, key, lane.headObject(key, input ?? {}, call));
      },
      notes('HeadObject', 'GetObject'),
    ),

    /** Copies an object of at most 5 GB within the bucket. */
    copyObject: idempotent(
      async (
        from: string,
        to: string,
        input: CopyObjectInput | undefined,
        call: Call,
      ): Promise<CopiedObject> => {
        checkKey(from);
        checkKey(to);
        const { sourceVersionId, sourceIfMatch, storageClass, attributes, ifMatch, ifNoneMatch } =
          input ?? {};
        checkCondition(input ?? {}, 'copyObject', dialect);
        const version =
          sourceVersionId === undefined ? '' : `?versionId=${encodeURIComponent(sourceVersionId)}`;
        const { copyConditions, copySourceIfMatch } = dialect;
        const copy = async (): Promise<CopiedObject> => {
          const output = await connection.send(
            ({ CopyObjectCommand }) =>
              withHeaders(
                new CopyObjectCommand({
                  Bucket,
                  Key: to,
                  CopySource: `${Bucket}/${keyPath(from)}${version}`,
                  ...(attributes !== undefined && {
                    ...sdkAttributes(attributes),
                    MetadataDirective: 'REPLACE',
                  }),
                  ...(storageClass !== undefined && { StorageClass: storageClass as 'STANDARD' }),
                  ...(attributes?.tags !== undefined && { TaggingDirective: 'REPLACE' }),
                }),
                {
                  ...(sourceIfMatch !== undefined && {
                    [copySourceIfMatch]: etagFor(dialect, sourceIfMatch),
                  }),
                  ...(ifMatch !== undefined && { [copyConditions.ifMatch]: etagFor(dialect, ifMatch) }),
                  ...(ifNoneMatch !== undefined && { [copyConditions.ifNoneMatch]: ifNoneMatch }),
                },
              ),
            call,
          );
          const result = output.CopyObjectResult ?? {};
          return {
            etag: quoted(result.ETag ?? ''),
            versionId: output.VersionId,
            modifiedAt: result.LastModified?.getTime() ?? connection.now(),
            checksums: checksumsOf(result),
          };
        };
        const written = orOwnWrite(
          copy(),
          call,
          () => lane.headObject(to, {}, call),
          (head) => hasWriteId(head, attributes?.writeId),
        );
        const done = await about(connection, to, written);
        return { checksums: {}, ...done };
      },
      notes('CopyObject', 'GetObject', 'PutObject'),
    ),

    /** Deletes an object; in a bucket with versions, marks it as deleted, unless a version is named. What is absent is deleted with success. */
    deleteObject: idempotent(
      async (key: string, input: DeleteObjectInput | undefined, call: Call) => {
        checkKey(key);
        const { versionId, ifMatch, bypassGovernance } = input ?? {};
        checkCondition({ ifMatch }, 'deleteObject', dialect);
        const output = await about(
          connection,
          key,
          connection.send(
            ({ DeleteObjectCommand }) =>
              new DeleteObjectCommand({
                Bucket,
                Key: key,
                ...given({
                  VersionId: versionId,
                  IfMatch: ifMatch === undefined ? undefined : etagFor(dialect, ifMatch),
                  BypassGovernanceRetention: bypassGovernance,
                }),
              }),
            call,
          ),
        );
        return { versionId: output.VersionId, isMarked: output.DeleteMarker === true };
      },
      notes('DeleteObject', 'DeleteObject', 'DeleteObjectVersion'),
    ),
  };
}

function checkRange(range: S3Range): void {
  const most = Number.MAX_SAFE_INTEGER;
  if (range.last !== undefined) checkWhole('range.last', range.last, 1, most);
  else checkWhole('range.offset', range.offset, 0, most);
  if (range.length !== undefined) checkWhole('range.length', range.length, 1, most);
}
