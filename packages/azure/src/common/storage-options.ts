/** Options that all services of a storage account share, and what they come to. */
import { Secret, secret } from '@im/core';
import { z } from 'zod';
import type { StorageService } from './api-version.ts';
import { base64Fault, endpointFault } from './connection-string.ts';
import { type TokenCredentials, tokenCredentials } from './credentials.ts';
import { accountPattern, publicEndpoint, readStorageConnection, sasFault } from './storage-connection.ts';

const storageCredentials = z.discriminatedUnion('type', [
  z.strictObject({
    type: z
      .literal('connection-string')
      .describe(
        '`connection-string`: as the portal shows it under access keys; `UseDevelopmentStorage=true` for the emulator',
      ),
    connectionString: secret().describe('connection string; names the account and its endpoints as well'),
  }),
  z.strictObject({
    type: z.literal('account-key').describe('`account-key`: a key of the account, which may do everything'),
    accountKey: secret().describe('key of the account, in base64'),
  }),
  z.strictObject({
    type: z.literal('sas').describe('`sas`: a shared access signature'),
    sasToken: secret().describe('the token: the query of a SAS URL'),
  }),
  ...tokenCredentials,
]);

/** Fields of the options of a storage service; {@link checkStorage} goes with them. */
export const storageShape = {
  account: z
    .string()
    .regex(accountPattern, 'must be 3 to 24 lower-case letters and digits')
    .optional()
    .describe('name of the storage account; a connection string names it as well'),
  endpoint: z
    .url()
    .optional()
    .describe('base URL of the service; default: the public cloud, by the name of the account'),
  credentials: storageCredentials.default({ type: 'default' }).describe('who asks'),
};

/** Checked options of any storage service. */
export type StorageOptions = z.output<z.ZodObject<typeof storageShape, z.core.$strict>>;

/** How requests are authorised. */
export type StorageAccess =
  | { readonly kind: 'key'; readonly key: Secret }
  | { readonly kind: 'sas'; readonly token: Secret }
  | { readonly kind: 'token'; readonly credentials: TokenCredentials };

/** One service of one account. */
export interface StorageAccount {
  readonly service: StorageService;
  readonly account: string;
  /** Base URL, without a slash at the end. */
  readonly endpoint: string;
  readonly access: StorageAccess;
}

interface Fault {
  readonly path: readonly string[];
  readonly says: string;
}

/** A check of zod for the options of `service`: says what is missing or malformed. */
export function checkStorage(service: StorageService) {
  return (options: StorageOptions, context: z.RefinementCtx<StorageOptions>): void => {
    const found = find(options, service);
    if ('says' in found) context.addIssue({ code: 'custom', path: [...found.path], message: found.says });
  };
}

/**
 * The account that checked options name.
 *
 * @throws TypeError for options that {@link checkStorage} did not see
 */
export function storageAccount(options: StorageOptions, service: StorageService): StorageAccount {
  const found = find(options, service);
  if ('says' in found) throw new TypeError(`${found.path.join('.')} ${found.says}`);
  return found;
}

function find(options: StorageOptions, service: StorageService): StorageAccount | Fault {
  const { credentials } = options;
  if (credentials.type !== 'connection-string') {
    const access = accessOf(credentials);
    return 'says' in access ? access : placed(options.account, options.endpoint, access, service);
  }
  const path = ['credentials', 'connectionString'];
  const read = readStorageConnection(credentials.connectionString.reveal(), service);
  if (read.fault !== undefined) return { path, says: `is malformed: ${read.fault}` };
  const { account, endpoint, key, sas } = read.connection;
  if (options.account !== undefined && account !== undefined && options.account !== account)
    return { path: ['account'], says: 'is not the account of the connection string' };
  const access: StorageAccess =
    key === undefined ? { kind: 'sas', token: new Secret(sas ?? '') } : { kind: 'key', key: new Secret(key) };
  return placed(options.account ?? account, options.endpoint ?? endpoint, access, service);
}

function accessOf(
  credentials: Exclude<StorageOptions['credentials'], { type: 'connection-string' }>,
): StorageAccess | Fault {
  switch (credentials.type) {
    case 'account-key': {
      const says = base64Fault(credentials.accountKey.reveal());
      return says === undefined
        ? { kind: 'key', key: credentials.accountKey }
        : { path: ['credentials', 'accountKey'], says };
    }
    case 'sas': {
      const says = sasFault(credentials.sasToken.reveal());
      return says === undefined
        ? { kind: 'sas', token: credentials.sasToken }
        : { path: ['credentials', 'sasToken'], says };
    }
    default:
      return { kind: 'token', credentials };
  }
}

function placed(
  account: string | undefined,
  endpoint: string | undefined,
  access: StorageAccess,
  service: StorageService,
): StorageAccount | Fault {
  const says = endpoint === undefined ? undefined : endpointFault(endpoint);
  if (says !== undefined) return { path: ['endpoint'], says };
  const name = account ?? accountOf(endpoint);
  if (name === undefined) return { path: ['account'], says: 'is missing' };
  const url = endpoint ?? publicEndpoint(name, service);
  return { service, account: name, endpoint: url.replace(/\/+$/, ''), access };
}

/** The account's name in a host name of Azure, or at the beginning of an emulator's path. */
function accountOf(endpoint: string | undefined): string | undefined {
  if (endpoint === undefined) return undefined;
  const { hostname, pathname } = new URL(endpoint);
  const isAddress = /^[\d.]+$|^\[|^localhost$/.test(hostname);
  const name = isAddress ? pathname.split('/')[1] : hostname.split('.')[0];
  return name !== undefined && accountPattern.test(name) ? name : undefined;
}
