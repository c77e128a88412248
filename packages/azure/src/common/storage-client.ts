/** The HTTP client of one storage service: address, version, credential, errors. */
import type { IntegrationContext } from '@im/core';
import { createHttp, type Http, type HttpRequestInit, type HttpSettings } from '@im/http';
import { storageVersions } from './api-version.ts';
import { sharedKey } from './shared-key.ts';
import { isTokenRefused, readStorageError, requestIdHeader } from './storage-errors.ts';
import type { StorageAccount, StorageOptions } from './storage-options.ts';
import { tokenSource } from './tokens.ts';

/** Scope of bearer tokens for blobs and queues. */
export const storageScope = 'https://storage.azure.com/.default';

/** The client, and the part of the query that every request must carry. */
export interface StorageClient {
  readonly http: Http;
  readonly account: StorageAccount;
  /** Parameters of the SAS token, where that is the credential; to be added to every query. */
  readonly sasQuery: NonNullable<HttpRequestInit['query']>;
}

/** Makes the client. Opens nothing. */
export function createStorageClient(
  context: IntegrationContext<StorageOptions>,
  account: StorageAccount,
): StorageClient {
  const http = createHttp(context, {
    baseUrl: account.endpoint,
    headers: { accept: 'application/xml', 'x-ms-version': storageVersions[account.service] },
    readFailure: readStorageError,
    requestIdHeader,
    isTokenExpired: isTokenRefused,
    ...authorisation(context, account),
  });
  return { http, account, sasQuery: sasQueryOf(account) };
}

function authorisation(
  context: IntegrationContext<StorageOptions>,
  { account, access }: StorageAccount,
): Pick<HttpSettings, 'sign' | 'token' | 'alsoOnPurpose'> {
  switch (access.kind) {
    case 'key':
      return { sign: sharedKey(account, access.key, context.clock) };
    case 'token':
      return { token: tokenSource(context, access.credentials, storageScope) };
    case 'sas':
      return {};
  }
}

function sasQueryOf({ access }: StorageAccount): Record<string, string> {
  if (access.kind !== 'sas') return {};
  return Object.fromEntries(new URLSearchParams(access.token.reveal().replace(/^\?/, '')));
}
