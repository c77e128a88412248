/** The vendor's SDK in operations, and as the way down for applications. */
import type { BlobHTTPHeaders, BlobServiceClient, ContainerClient } from '@azure/storage-blob';
import { type Call, lazily, requireOptional } from '@im/core';
import { fromSdkError } from '../common/sdk-errors.ts';
import { withCall } from '../common/sdk-transport.ts';
import { type StorageClient, secretsOfAccount } from '../common/storage-client.ts';
import { readStorageError } from '../common/storage-errors.ts';
import type { BlobAttributes } from './model.ts';
import { checkMetadata, quoted } from './wire.ts';

/** Runs the SDK for one attempt of an operation; its errors come out as neutral failures. */
export type RunSdk = <Result>(
  call: Call,
  run: (abortSignal: AbortSignal) => Promise<Result>,
) => Promise<Result>;

/** Makes {@link RunSdk} for one account. */
export function sdkRunner({ account }: Pick<StorageClient, 'account'>): RunSdk {
  return async (call, run) => {
    try {
      return await withCall(call, () => run(call.signal));
    } catch (error) {
      throw fromSdkError(error, readStorageError, () => secretsOfAccount(account));
    }
  };
}

/** The SDK's clients. */
export interface SdkClients {
  readonly container: ContainerClient;
  readonly service: BlobServiceClient;
}

/**
 * The SDK's clients, made when one is first touched. Requests are authorised by our transport; the account's key is given to them as
 * well, so that they can make SAS URLs.
 *
 * The first touch throws IntegrationError `failed_precondition` when `@azure/storage-blob` is not installed.
 */
export function lazySdk({ account, sdk }: StorageClient, container: string): SdkClients {
  const made = lazily(() => {
    const library = requireOptional<typeof import('@azure/storage-blob')>(
      '@azure/storage-blob',
      'this operation',
      import.meta.url,
    );
    const { access, endpoint } = account;
    const credential =
      access.kind === 'key'
        ? new library.StorageSharedKeyCredential(account.account, access.key.reveal())
        : new library.AnonymousCredential();
    // The pipeline of core retries, so that every attempt is counted.
    const settings = { httpClient: sdk.compat, retryOptions: { maxTries: 1 } };
    const service = new library.BlobServiceClient(endpoint, library.newPipeline(credential, settings));
    return { service, container: service.getContainerClient(container) };
  });
  return {
    container: lazily(() => made.container),
    service: lazily(() => made.service),
  };
}

/** Conditions as the SDK takes them. */
export function sdkConditions({
  ifMatch,
  ifNoneMatch,
}: {
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
}): { ifMatch?: string; ifNoneMatch?: string } {
  const match = quoted(ifMatch);
  const noneMatch = quoted(ifNoneMatch);
  return {
    ...(match !== undefined && { ifMatch: match }),
    ...(noneMatch !== undefined && { ifNoneMatch: noneMatch }),
  };
}

/** What goes beside the bytes, as the SDK takes it. @throws `VendorError` `invalid_argument` */
export function sdkAttributes(attributes: BlobAttributes): {
  blobHTTPHeaders: BlobHTTPHeaders;
  metadata?: Record<string, string>;
  tier?: string;
  tags?: Record<string, string>;
} {
  const { contentType, cacheControl, contentDisposition, contentEncoding, contentLanguage } = attributes;
  const { metadata, tier, tags } = attributes;
  checkMetadata(metadata);
  return {
    blobHTTPHeaders: {
      blobContentType: contentType ?? 'application/octet-stream',
      ...(cacheControl !== undefined && { blobCacheControl: cacheControl }),
      ...(contentDisposition !== undefined && { blobContentDisposition: contentDisposition }),
      ...(contentEncoding !== undefined && { blobContentEncoding: contentEncoding }),
      ...(contentLanguage !== undefined && { blobContentLanguage: contentLanguage }),
    },
    ...(metadata !== undefined && { metadata: { ...metadata } }),
    ...(tier !== undefined && { tier }),
    ...(tags !== undefined && { tags: { ...tags } }),
  };
}
