/** Options of `@im/azure/service-bus`. */
import { Secret, secret } from '@im/core';
import { z } from 'zod';
import { endpointFault } from '../common/connection-string.ts';
import { type TokenCredentials, tokenCredentials } from '../common/credentials.ts';
import { readBusConnection, sasTokenFault } from './connection-string.ts';

/** @see {@link https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftservicebus | Azure: Resource names} */
const namespacePattern = /^(?=.{6,50}$)[a-z][a-z0-9-]*[a-z0-9]$/i;

const credentials = z.discriminatedUnion('type', [
  z.strictObject({
    type: z
      .literal('connection-string')
      .describe('`connection-string`: as the portal shows it under shared access policies'),
    connectionString: secret().describe('connection string; names the namespace as well'),
  }),
  z.strictObject({
    type: z.literal('shared-key').describe('`shared-key`: a shared access policy and its key'),
    keyName: z.string().min(1).describe('name of the policy: `RootManageSharedAccessKey`'),
    key: secret().describe('key of the policy, as it is'),
  }),
  z.strictObject({
    type: z.literal('sas').describe('`sas`: a token that somebody made of such a key'),
    sasToken: secret().describe('the token: `SharedAccessSignature sr=…&sig=…&se=…&skn=…`'),
  }),
  ...tokenCredentials,
]);

export const serviceBusOptions = z
  .strictObject({
    namespace: z
      .string()
      .regex(namespacePattern, 'must be 6 to 50 letters, digits and hyphens, beginning with a letter')
      .optional()
      .describe('name of the namespace, in the public cloud; a connection string names it as well'),
    endpoint: z
      .url()
      .optional()
      .describe('base URL of the namespace; default: the public cloud, by the name of the namespace'),
    credentials: credentials.default({ type: 'default' }).describe('who asks'),
    maxMessageBytes: z
      .int()
      .min(1_024)
      .max(104_857_600)
      .default(262_144)
      .describe(
        'largest message or batch that is sent, in bytes; the default is that of the basic and standard tiers',
      ),
  })
  .superRefine((options, context) => {
    const found = find(options);
    if ('says' in found) context.addIssue({ code: 'custom', path: [...found.path], message: found.says });
  });

/** Options as an application writes them. */
export type ServiceBusOptions = z.input<typeof serviceBusOptions>;

/** Options once checked. */
export type CheckedServiceBusOptions = z.output<typeof serviceBusOptions>;

/** How requests are authorised. */
export type BusAccess =
  | { readonly kind: 'key'; readonly keyName: string; readonly key: Secret }
  | { readonly kind: 'sas'; readonly token: Secret }
  | { readonly kind: 'token'; readonly credentials: TokenCredentials };

/** A namespace, and the way in. */
export interface BusNamespace {
  readonly endpoint: URL;
  /** The one queue or topic that the credential is for. Absent: any. */
  readonly entity: string | undefined;
  readonly access: BusAccess;
}

interface Fault {
  readonly path: readonly string[];
  readonly says: string;
}

type Given = Pick<CheckedServiceBusOptions, 'namespace' | 'endpoint' | 'credentials'>;

/** The namespace that checked options name. @throws TypeError for options that were not checked */
export function busNamespace(options: Given): BusNamespace {
  const found = find(options);
  if ('says' in found) throw new TypeError(`${found.path.join('.')} ${found.says}`);
  return found;
}

function find({ namespace, endpoint, credentials: given }: Given): BusNamespace | Fault {
  switch (given.type) {
    case 'connection-string': {
      const path = ['credentials', 'connectionString'];
      const read = readBusConnection(given.connectionString.reveal());
      if (read.fault !== undefined) return { path, says: `is malformed: ${read.fault}` };
      const { host, entity, keyName, key, sas } = read.connection;
      const access: BusAccess =
        sas === undefined
          ? { kind: 'key', keyName, key: new Secret(key) }
          : { kind: 'sas', token: new Secret(sas) };
      if (namespace !== undefined && host.split('.')[0] !== namespace.toLowerCase())
        return { path: ['namespace'], says: 'is not the namespace of the connection string' };
      return placed(namespace, endpoint ?? `https://${host}`, access, entity);
    }
    case 'shared-key':
      return placed(namespace, endpoint, { kind: 'key', keyName: given.keyName, key: given.key });
    case 'sas': {
      const says = sasTokenFault(given.sasToken.reveal());
      if (says !== undefined) return { path: ['credentials', 'sasToken'], says };
      return placed(namespace, endpoint, { kind: 'sas', token: given.sasToken });
    }
    default:
      return placed(namespace, endpoint, { kind: 'token', credentials: given });
  }
}

function placed(
  namespace: string | undefined,
  endpoint: string | undefined,
  access: BusAccess,
  entity?: string,
): BusNamespace | Fault {
  if (endpoint === undefined && namespace === undefined) return { path: ['namespace'], says: 'is missing' };
  const url = endpoint ?? `https://${namespace}.servicebus.windows.net`;
  const says =
    endpointFault(url) ??
    (new URL(url).pathname === '/' ? undefined : 'has a path; give the URL of the namespace alone');
  return says === undefined ? { endpoint: new URL(url), entity, access } : { path: ['endpoint'], says };
}
