/** The vendor's SDK in operations, and as the way down for applications. */
import type { BlobHTTPHeaders, BlobServiceClient, ContainerClient } from '@azure/storage-blob';
import { type Call, lazily, loadOptional, requireOptional } from '@im/core';
import { metadataHeaders } from '../common/metadata.ts';
import { fromSdkError } from '../common/sdk-errors.ts';
import { withCall } from '../common/sdk-transport.ts';
import { type StorageClient, secretsOfAccount } from '../common/storage-client.ts';
import { readStorageError } from '../common/storage-errors.ts';
import type { BlobAttributes } from './model.ts';
import { quoted } from './wire.ts';

/** The SDK's clients of an account and of the container. */
export interface SdkClients {
  readonly service: BlobServiceClient;
  readonly container: ContainerClient;
}

/** Runs the SDK for one attempt of an operation; its errors come out as neutral failures. */
export type RunSdk = <Result>(
  call: Call,
  run: (clients: SdkClients, abortSignal: AbortSignal) => Promise<Result>,
) => Promise<Result>;

type Library = typeof import('@azure/storage-blob');

const library = '@azure/storage-blob';

/**
 * Makes {@link RunSdk} for one container. The SDK is loaded by the first operation that needs it.
 *
 * Running throws IntegrationError `failed_precondition` when `@azure/storage-blob` is not installed.
 */
export function sdkRunner(client: StorageClient, container: string): RunSdk {
  let loading: Promise<SdkClients> | undefined;
  const load = () => {
    loading ??= loadOptional(library, 'this operation', () => import('@azure/storage-blob')).then(
      (loaded) => createClients(loaded, client, container),
      (error: unknown) => {
        loading = undefined;
        throw error;
      },
    );
    return loading;
  };
  return async (call, run) => {
    const clients = await load();
    try {
      return await withCall(call, () => run(clients, call.signal));
    } catch (error) {
      throw fromSdkError(error, readStorageError, () => secretsOfAccount(client.account));
    }
  };
}

/** The SDK's client for applications, made when it is first touched. */
export function nativeClient(client: StorageClient, container: string): ContainerClient {
  return lazily(() => {
    const loaded = requireOptional<Library>(library, 'native()', import.meta.url);
    return createClients(loaded, client, container).container;
  });
}

/**
 * Requests are authorised by our transport; the account's key is given to the clients as well, so that they can make SAS URLs. The
 * pipeline of core retries, so that every attempt is counted.
 */
function createClients(loaded: Library, { account, sdk }: StorageClient, container: string): SdkClients {
  const { access, endpoint } = account;
  const credential =
    access.kind === 'key'
      ? new loaded.StorageSharedKeyCredential(account.account, access.key.reveal())
      : new loaded.AnonymousCredential();
  const settings = { httpClient: sdk.compat, retryOptions: { maxTries: 1 } };
  const service = new loaded.BlobServiceClient(endpoint, loaded.newPipeline(credential, settings));
  return { service, container: service.getContainerClient(container) };
}

/** Which page, as the SDK takes it. */
export function pageSettings({ pageSize, cursor }: Call): {
  maxPageSize?: number;
  continuationToken?: string;
} {
  return {
    ...(pageSize !== undefined && { maxPageSize: pageSize }),
    ...(cursor !== undefined && { continuationToken: cursor }),
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
  // Refuses what headers cannot carry.
  metadataHeaders(metadata);
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
