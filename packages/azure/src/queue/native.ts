/** The vendor's SDK as the way down for applications. */
import type { QueueServiceClient } from '@azure/storage-queue';
import { lazily, requireOptional } from '@im/core';
import type { StorageClient } from '../common/storage-client.ts';

/**
 * The SDK's client of the account, made when it is first touched. Requests are authorised by our transport; the account's key is given to
 * it as well, so that it can make SAS URLs. Its retries are off.
 *
 * The first touch throws IntegrationError `failed_precondition` when `@azure/storage-queue` is not installed.
 */
export function nativeClient({ account, sdk }: StorageClient): QueueServiceClient {
  return lazily(() => {
    const library = requireOptional<typeof import('@azure/storage-queue')>(
      '@azure/storage-queue',
      'native()',
      import.meta.url,
    );
    const { access, endpoint } = account;
    const credential =
      access.kind === 'key'
        ? new library.StorageSharedKeyCredential(account.account, access.key.reveal())
        : new library.AnonymousCredential();
    const settings = { httpClient: sdk.compat, retryOptions: { maxTries: 1 } };
    return new library.QueueServiceClient(endpoint, library.newPipeline(credential, settings));
  });
}
