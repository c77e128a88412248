/**
 * Credentials of Microsoft Entra ID, as options: every service takes them; storage has some of its own beside them.
 */
import { secret } from '@im/core';
import { z } from 'zod';

const uuid = z.guid('must be a UUID');

/** Ways to a bearer token. */
export const tokenCredentials = [
  z.strictObject({
    type: z
      .literal('default')
      .describe(
        '`default`: what `@azure/identity` finds: environment, workload identity, managed identity, developer tools',
      ),
    clientId: uuid.optional().describe('client id of a user-assigned managed identity'),
  }),
  z.strictObject({
    type: z
      .literal('managed-identity')
      .describe("`managed-identity`: the machine's or the app's own identity"),
    clientId: uuid.optional().describe('client id of a user-assigned managed identity'),
  }),
  z.strictObject({
    type: z
      .literal('workload-identity')
      .describe(
        '`workload-identity`: a token file that Kubernetes or another issuer keeps fresh; what is left out comes from AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_FEDERATED_TOKEN_FILE',
      ),
    tenantId: z.string().min(1).optional().describe('directory (tenant) id'),
    clientId: uuid.optional().describe('client id of the app'),
    tokenFile: z.string().min(1).optional().describe('path of the token file'),
  }),
  z.strictObject({
    type: z
      .literal('service-principal')
      .describe('`service-principal`: an app registration and its client secret'),
    tenantId: z
      .string()
      .regex(/^[\w.-]+$/, 'must be the id or domain of a directory')
      .describe('directory (tenant) id'),
    clientId: uuid.describe('client id of the app'),
    clientSecret: secret().describe('client secret of the app'),
    authority: z
      .url()
      .default('https://login.microsoftonline.com')
      .describe('base URL of the sign-in service; another one in sovereign clouds'),
  }),
] as const;

/** Credentials of services that take bearer tokens only. */
export const entraCredentials = z
  .discriminatedUnion('type', tokenCredentials)
  .default({ type: 'default' })
  .describe('who asks');

/** Checked credentials that lead to a bearer token. */
export type TokenCredentials = z.output<(typeof tokenCredentials)[number]>;

/** Hosts that tokens are had from, for the `egress` of a definition. */
export const tokenHosts = ['login.microsoftonline.com'] as const;
