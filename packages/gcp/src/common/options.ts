/** Options that all services of Google Cloud share. */
import { secret } from '@im/core';
import { z } from 'zod';

/** Google's own universe; others are sovereign clouds with domains of their own. */
export const defaultUniverse = 'googleapis.com';

/** Google's endpoint for tokens: https://developers.google.com/identity/protocols/oauth2/service-account */
export const defaultTokenUrl = 'https://oauth2.googleapis.com/token';

/** How an application shows who it is: https://cloud.google.com/docs/authentication */
const credentials = z
  .discriminatedUnion('type', [
    z.strictObject({
      type: z
        .literal('default')
        .optional()
        .describe(
          '`default`, or none: the file `keyFile`, or else application default credentials: the login of gcloud, then what the machine or the pod is given',
        ),
      keyFile: z
        .string()
        .min(1)
        .optional()
        .meta({ env: 'GOOGLE_APPLICATION_CREDENTIALS' })
        .describe(
          'path of a file as Google issues it: the key of a service account, or the configuration of workload identity federation',
        ),
    }),
    z.strictObject({
      type: z.literal('key').describe('`key`: what stands in such a file'),
      key: secret().describe('the file itself, as JSON'),
    }),
    z.strictObject({
      type: z.literal('service-account').describe('`service-account`: the two fields of a key that matter'),
      clientEmail: z.string().min(3).describe('address of the service account'),
      privateKey: secret().describe('its private key, PKCS #8 as PEM; `\\n` may be written out'),
      privateKeyId: z.string().min(1).optional().describe('id of the key'),
      tokenUrl: z.url().default(defaultTokenUrl).describe('where tokens are issued'),
    }),
    z.strictObject({
      type: z.literal('access-token').describe('`access-token`: a token that somebody else renews'),
      accessToken: secret().describe('the token'),
    }),
  ])
  .default({ type: 'default' })
  .describe('how calls are authorised');

/** Fields to spread into the options of each service. */
export const googleOptions = {
  projectId: z
    .string()
    .regex(/^[a-z0-9.:-]{1,100}$/, 'must be the id of a project, such as my-project-1')
    .optional()
    .meta({ env: 'GOOGLE_CLOUD_PROJECT' })
    .describe('id of the project; default: that of the credentials, where they name one'),
  credentials,
  quotaProjectId: z
    .string()
    .min(1)
    .optional()
    .meta({ env: 'GOOGLE_CLOUD_QUOTA_PROJECT' })
    .describe('project whose quota and bill the calls count for; default: that of the credentials'),
  baseUrl: z
    .url()
    .optional()
    .describe('base URL of the API; default: that of the service in `universeDomain`'),
  universeDomain: z
    .string()
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'must be a domain, such as googleapis.com')
    .default(defaultUniverse)
    .meta({ env: 'GOOGLE_CLOUD_UNIVERSE_DOMAIN' })
    .describe('domain of the APIs, for sovereign clouds'),
};

/** The shared options, once checked. */
export type GoogleOptions = z.output<z.ZodObject<typeof googleOptions>>;

/** Credentials, once checked. */
export type GoogleCredentials = GoogleOptions['credentials'];

/** Where a service is: `serviceUrl(options, 'storage')` is `https://storage.googleapis.com/`. Ends in a slash. */
export function serviceUrl(
  {
    baseUrl,
    universeDomain,
  }: Pick<GoogleOptions, 'universeDomain'> & { readonly baseUrl?: string | undefined },
  service: string,
): string {
  const url = baseUrl ?? `https://${service}.${universeDomain}/`;
  return url.endsWith('/') ? url : `${url}/`;
}
