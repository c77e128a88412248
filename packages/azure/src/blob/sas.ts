/**
 * SAS: a URL that carries its own permission. What is signed of it, a line each (version 2020-12-06 and later):
 *
 * | by the account's key (service SAS) | by a user delegation key |
 * |---|---|
 * | permissions, start, expiry, `/blob/account/container/blob` | the same |
 * | the id of a stored policy | object id, tenant id, start, expiry, service and version of the key; three ids that are empty here |
 * | address, protocol, version, `b`, snapshot, encryption scope | the same |
 * | cache-control, content-disposition, content-encoding, content-language, content-type of the answer | the same |
 *
 * The signature is HMAC-SHA256 in base64. Nothing is sent to make one.
 *
 * @see {@link https://learn.microsoft.com/rest/api/storageservices/create-service-sas | Azure: Create a service SAS}
 * @see {@link https://learn.microsoft.com/rest/api/storageservices/create-user-delegation-sas | Azure: Create a user delegation SAS}
 */
import type { Secret } from '@im/core';
import { storageVersions } from '../common/api-version.ts';
import { keySigner } from '../common/shared-key.ts';
import type { UserDelegationKey } from './model.ts';

/** What is signed. */
export interface BlobSas {
  readonly account: string;
  readonly container: string;
  /** As it is, not escaped. */
  readonly blob: string;
  readonly permissions: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  /** Whether plain http is refused. */
  readonly httpsOnly: boolean;
  readonly cacheControl?: string | undefined;
  readonly contentDisposition?: string | undefined;
  readonly contentType?: string | undefined;
}

/** By what it is signed. */
export type SasKey = { readonly accountKey: Secret } | { readonly delegation: UserDelegationKey };

/** ISO 8601 in whole seconds, as the service reads it. */
export function sasTime(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** The query that makes a blob's URL work by itself. */
export function signBlobSas(sas: BlobSas, key: SasKey): Record<string, string> {
  const delegation = 'delegation' in key ? key.delegation : undefined;
  const query: Record<string, string | undefined> = {
    sv: storageVersions.blob,
    spr: sas.httpsOnly ? 'https' : 'https,http',
    se: sasTime(sas.expiresAt),
    sr: 'b',
    sp: sas.permissions,
    skoid: delegation?.signedOid,
    sktid: delegation?.signedTid,
    skt: delegation?.signedStart,
    ske: delegation?.signedExpiry,
    sks: delegation?.signedService,
    skv: delegation?.signedVersion,
    rscc: sas.cacheControl,
    rscd: sas.contentDisposition,
    rsct: sas.contentType,
  };
  const secret = 'accountKey' in key ? key.accountKey : key.delegation.value;
  query.sig = keySigner(secret)(sasStringToSign(query, `/blob/${sas.account}/${sas.container}/${sas.blob}`));
  return Object.fromEntries(
    Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/**
 * The string that a SAS signs, by its query; see the head of this file.
 *
 * @param resource `/blob/account/container/blob`, or without the blob for a SAS of the container
 */
export function sasStringToSign(
  query: Readonly<Record<string, string | undefined>>,
  resource: string,
): string {
  const by = query.skoid === undefined ? policyFields : delegationFields;
  return [...by, ...commonFields]
    .map((name) => (name === 'resource' ? resource : (query[name] ?? '')))
    .join('\n');
}

const policyFields = ['sp', 'st', 'se', 'resource', 'si'];
const delegationFields = [
  ...['sp', 'st', 'se', 'resource', 'skoid', 'sktid', 'skt', 'ske', 'sks', 'skv'],
  ...['saoid', 'suoid', 'scid'],
];
const commonFields = ['sip', 'spr', 'sv', 'sr', 'snapshot', 'ses', 'rscc', 'rscd', 'rsce', 'rscl', 'rsct'];
