/** What the operations of one registration work with. */
import type { ContainerClient } from '@azure/storage-blob';
import type { Clock, IntegrationContext } from '@im/core';
import { createStorageClient, type StorageClient } from '../common/storage-client.ts';
import { storageAccount } from '../common/storage-options.ts';
import { writeKeyHeader } from './lanes/lane.ts';
import type { CheckedBlobOptions } from './options.ts';
import { nativeClient, type RunSdk, sdkRunner } from './sdk.ts';

/** One container of one account, and the ways to it. */
export interface BlobConnection extends StorageClient {
  readonly options: CheckedBlobOptions;
  readonly clock: Clock;
  readonly run: RunSdk;
  readonly native: ContainerClient;
}

const connections = new WeakMap<object, BlobConnection>();

/** The connection of an instance, the same for its requests and its SDK. Opens nothing. */
export function connectBlob(context: IntegrationContext<CheckedBlobOptions>): BlobConnection {
  const known = connections.get(context);
  if (known !== undefined) return known;
  const { options, clock } = context;
  const account = storageAccount(options, 'blob');
  const client = createStorageClient(context, account, { idempotencyHeader: writeKeyHeader });
  const connection = {
    ...client,
    options,
    clock,
    run: sdkRunner(client, options.container),
    native: nativeClient(client, options.container),
  };
  connections.set(context, connection);
  return connection;
}
