/** All operations of one connection. */
import type { ContainerClient } from '@azure/storage-blob';
import type { Client } from '@im/core';
import type { BlobConnection } from '../connection.ts';
import { leanLane } from '../lanes/lean.ts';
import { sdkLane } from '../lanes/sdk.ts';
import type { CheckedBlobOptions } from '../options.ts';
import { wholeBlobOperations } from './blobs.ts';
import { blockOperations } from './blocks.ts';
import { containerOperations } from './containers.ts';
import { detailOperations } from './details.ts';
import { listOperations } from './lists.ts';

/** Makes them. */
export function blobOperations(connection: BlobConnection, options: CheckedBlobOptions) {
  const { run } = connection;
  const lane = options.lane === 'sdk' ? sdkLane(run, options) : leanLane(connection, options);
  const parts = { connection, lane, run };
  return {
    ...containerOperations(parts),
    ...wholeBlobOperations(parts),
    ...blockOperations(parts),
    ...detailOperations(parts),
    ...listOperations(parts),
  };
}

/** What applications and the driver hold. */
export type BlobClient = Client<ReturnType<typeof blobOperations>, ContainerClient>;
