/** All operations of a bucket. Each of the files beside this one holds those of one kind. */
import type { S3Client as SdkClient } from '@aws-sdk/client-s3';
import type { Client } from '@im/core';
import type { S3Connection } from '../connection.ts';
import { leanLane } from '../lanes/lean.ts';
import { sdkLane } from '../lanes/sdk.ts';
import { bucketOperations } from './buckets.ts';
import { deleteObjectsOperation } from './delete-objects.ts';
import { listOperations } from './lists.ts';
import { objectOperations } from './objects.ts';
import { presignOperation } from './presign.ts';
import { tagAndLockOperations } from './tags-and-locks.ts';
import { uploadListOperations } from './upload-lists.ts';
import { uploadOperations } from './uploads.ts';

/** Makes them. `lane` is how the hot ones are sent. */
export function s3Operations(connection: S3Connection, lane: 'lean' | 'sdk') {
  const hot = lane === 'sdk' ? sdkLane(connection) : leanLane(connection);
  return {
    ...objectOperations(connection, hot),
    ...deleteObjectsOperation(connection),
    ...listOperations(connection, hot),
    ...uploadOperations(connection, hot),
    ...uploadListOperations(connection),
    ...tagAndLockOperations(connection),
    ...bucketOperations(connection),
    ...presignOperation(connection),
  };
}

/** What an application holds. */
export type S3Client = Client<ReturnType<typeof s3Operations>, SdkClient>;
