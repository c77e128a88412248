/** Connection strings of storage accounts, those of the local emulator included. */
import type { StorageService } from './api-version.ts';
import {
  base64Fault,
  type ConnectionPart,
  endpointFault,
  readConnectionString,
} from './connection-string.ts';

/** What a connection string says of one service. */
export interface StorageConnection {
  readonly account: string | undefined;
  readonly endpoint: string | undefined;
  readonly key: string | undefined;
  readonly sas: string | undefined;
}

/** A connection string that was read, or what is wrong with it. */
export type ReadStorageConnection =
  | { readonly connection: StorageConnection; readonly fault?: undefined }
  | { readonly fault: string };

/**
 * The account of the emulator; its key is public knowledge.
 * @see {@link https://learn.microsoft.com/azure/storage/common/storage-use-azurite#well-known-storage-account-and-key | Azurite: Well-known account}
 */
export const developmentAccount = {
  name: 'devstoreaccount1',
  key: 'Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==',
  ports: { blob: 10_000, queue: 10_001 },
} as const;

/** Names of storage accounts: 3 to 24 lower-case letters and digits. */
export const accountPattern = /^[a-z0-9]{3,24}$/;

const endpointParts = { blob: 'BlobEndpoint', queue: 'QueueEndpoint' } as const;
const otherEndpoints = [
  'TableEndpoint',
  'FileEndpoint',
  'DfsEndpoint',
  'BlobSecondaryEndpoint',
  'QueueSecondaryEndpoint',
  'TableSecondaryEndpoint',
  'FileSecondaryEndpoint',
  'DfsSecondaryEndpoint',
];

const oneOf =
  (...allowed: readonly string[]) =>
  (value: string) =>
    allowed.includes(value.toLowerCase()) ? undefined : `is not ${allowed.join(' or ')}`;

const knownParts: readonly ConnectionPart[] = [
  { name: 'DefaultEndpointsProtocol', fault: oneOf('https', 'http') },
  {
    name: 'AccountName',
    fault: (value) =>
      accountPattern.test(value) ? undefined : 'is not 3 to 24 lower-case letters and digits',
  },
  { name: 'AccountKey', fault: base64Fault },
  { name: 'SharedAccessSignature', fault: sasFault },
  {
    name: 'EndpointSuffix',
    fault: (value) => (/^[a-z0-9.-]+$/i.test(value) ? undefined : 'is no host name'),
  },
  { name: 'UseDevelopmentStorage', fault: oneOf('true') },
  { name: 'DevelopmentStorageProxyUri', fault: endpointFault },
  ...[...Object.values(endpointParts), ...otherEndpoints].map((name) => ({ name, fault: endpointFault })),
];

/** Reads what a connection string says of `service`; account, key or SAS, and a way to the service must be there. */
export function readStorageConnection(text: string, service: StorageService): ReadStorageConnection {
  const read = readConnectionString(text, knownParts);
  if (read.fault !== undefined) return read;
  const { parts } = read;
  if (parts.has('UseDevelopmentStorage'))
    return { connection: developmentConnection(parts.get('DevelopmentStorageProxyUri'), service) };
  const account = parts.get('AccountName');
  const key = parts.get('AccountKey');
  const sas = parts.get('SharedAccessSignature');
  if (key === undefined && sas === undefined)
    return { fault: 'AccountKey is missing, and so is SharedAccessSignature' };
  if (key !== undefined && account === undefined) return { fault: 'AccountName is missing' };
  const protocol = parts.get('DefaultEndpointsProtocol') ?? 'https';
  const suffix = parts.get('EndpointSuffix') ?? 'core.windows.net';
  const endpoint =
    parts.get(endpointParts[service]) ??
    (account === undefined ? undefined : `${protocol}://${account}.${service}.${suffix}`);
  if (endpoint === undefined) return { fault: `${endpointParts[service]} is missing, and so is AccountName` };
  return { connection: { account, endpoint, key, sas } };
}

/** @see {@link https://learn.microsoft.com/azure/storage/common/storage-use-azurite#connection-strings | Azurite: Connection strings} */
function developmentConnection(proxy: string | undefined, service: StorageService): StorageConnection {
  const { name, key, ports } = developmentAccount;
  const base = new URL(proxy ?? 'http://127.0.0.1');
  base.port = String(ports[service]);
  return { account: name, endpoint: new URL(name, base).href, key, sas: undefined };
}

/** What is wrong with a SAS token; without a version, an expiry and a signature it is none. */
export function sasFault(value: string): string | undefined {
  const query = new URLSearchParams(value.replace(/^\?/, ''));
  const missing = ['sv', 'sig'].filter((name) => !query.get(name));
  return missing.length === 0 ? undefined : `has no ${missing.join(' and no ')}: copy the whole token`;
}

/** Host of a service in the public cloud, by the account's name. */
export function publicEndpoint(account: string, service: StorageService): string {
  return `https://${account}.${service}.core.windows.net`;
}
