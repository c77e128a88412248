/** The HTTP client of one storage service: address, version, credential, errors; for plain requests and for the vendor's SDK. */
import type { IntegrationContext } from '@im/core';
import { createHttp, type Http, type SignRequest, type TokenSource } from '@im/http';
import { versionFor } from './api-version.ts';
import { createSdkTransport, type SdkAuthorisation, type SdkTransport } from './sdk-transport.ts';
import { sharedKey } from './shared-key.ts';
import { isTokenRefused, readStorageError, requestIdHeader } from './storage-errors.ts';
import type { StorageAccount, StorageOptions } from './storage-options.ts';
import { tokenSource } from './tokens.ts';

/** Scope of bearer tokens for blobs and queues. */
export const storageScope = 'https://storage.azure.com/.default';

/** What the operations of a storage service send with. */
export interface StorageClient {
  readonly http: Http;
  readonly account: StorageAccount;
  /** Parameters of the SAS token, where that is the credential; to be added to every query. */
  readonly sasQuery: Readonly<Record<string, string>>;
  /** HTTP clients for the SDK, with the same credential, version and clock. */
  readonly sdk: SdkTransport;
  /** Bearer tokens, where they are the credential. */
  readonly tokens: TokenSource | undefined;
}

/** What a service adds. */
export interface StorageClientSettings {
  /** Header that carries the key of a `keyed` operation. */
  readonly idempotencyHeader?: string | undefined;
}

/** Makes the client. Opens nothing. */
export function createStorageClient(
  context: IntegrationContext<StorageOptions>,
  account: StorageAccount,
  settings: StorageClientSettings = {},
): StorageClient {
  const { idempotencyHeader } = settings;
  const { sign, token } = authorisation(context, account);
  const sasQuery = sasQueryOf(account);
  const http = createHttp(context, {
    baseUrl: account.endpoint,
    headers: { accept: 'application/xml', 'x-ms-version': versionFor(account.service, undefined) },
    readFailure: readStorageError,
    requestIdHeader,
    isTokenExpired: isTokenRefused,
    idempotencyHeader,
    sign,
    token,
  });
  const headersOf: SdkAuthorisation['headersOf'] = ({ idempotencyKey }, { method, headers }) => ({
    'x-ms-version': versionFor(account.service, headers['x-ms-access-tier']),
    ...(idempotencyKey !== undefined &&
      idempotencyHeader !== undefined && {
        // The SDK would make another request id for each attempt.
        'x-ms-client-request-id': idempotencyKey,
        ...(method === 'PUT' && { [idempotencyHeader]: idempotencyKey }),
      }),
  });
  const sdk = createSdkTransport(context, {
    onPurpose: [account.endpoint],
    sign,
    token,
    query: sasQuery,
    headersOf,
  });
  return { http, account, sasQuery, sdk, tokens: token };
}

function authorisation(
  context: IntegrationContext<StorageOptions>,
  { account, access }: StorageAccount,
): { readonly sign?: SignRequest; readonly token?: TokenSource } {
  switch (access.kind) {
    case 'key':
      return { sign: sharedKey(account, access.key, context.clock) };
    case 'token':
      return { token: tokenSource(context, access.credentials, storageScope) };
    case 'sas':
      return {};
  }
}

function sasQueryOf({ access }: Pick<StorageAccount, 'access'>): Record<string, string> {
  return access.kind === 'sas' ? parametersOf(access.token.reveal()) : {};
}

/** A SAS token's parameters, decoded. */
function parametersOf(token: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(token.replace(/^\?/, '')));
}

/** What must not stand in a message: the credential, and of a SAS its signature. */
export function secretsOfAccount({ access }: Pick<StorageAccount, 'access'>): readonly string[] {
  switch (access.kind) {
    case 'key':
      return [access.key.reveal()];
    case 'sas':
      return [access.token.reveal(), parametersOf(access.token.reveal()).sig ?? ''];
    case 'token':
      return access.credentials.type === 'service-principal'
        ? [access.credentials.clientSecret.reveal()]
        : [];
  }
}
