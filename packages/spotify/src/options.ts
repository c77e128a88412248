import { secret } from '@im/core';
import { z } from 'zod';

const ofUser =
  "the user's refresh token, from `finishAuthorization`; where a new one is issued, it is kept in the state store";

/** How calls are authorised: https://developer.spotify.com/documentation/web-api/concepts/authorization */
const auth = z
  .discriminatedUnion('flow', [
    z.strictObject({
      flow: z
        .literal('client-credentials')
        .describe('`client-credentials`: as the app itself, which sees the public catalogue'),
    }),
    z.strictObject({
      flow: z
        .literal('authorization-code')
        .describe('`authorization-code`: as a user who agreed, by an app with a client secret'),
      refreshToken: secret().describe(ofUser),
    }),
    z.strictObject({
      flow: z.literal('pkce').describe('`pkce`: as a user who agreed, by a public client without a secret'),
      refreshToken: secret().describe(ofUser),
    }),
    z.strictObject({
      flow: z
        .literal('connection')
        .describe(
          '`connection`: as a user whose account the application keeps, by `accountTokensKey` of `@im/http`',
        ),
      connection: z
        .string()
        .min(1)
        .describe("the application's id of the account, such as that of a connection of `@im/auth`"),
    }),
  ])
  .default({ flow: 'client-credentials' })
  .describe('how calls are authorised');

/** Flows in which this client shows no secret. */
const withoutSecret = new Set(['pkce', 'connection']);

/** Options of `@im/spotify`. */
export const spotifyOptions = z
  .strictObject({
    clientId: z.string().min(1).describe('client id of the app, from the developer dashboard'),
    clientSecret: secret()
      .optional()
      .describe('client secret of the app; needed by every flow but `pkce` and `connection`'),
    auth,
    market: z
      .string()
      .regex(/^[A-Z]{2}$/, 'must be an ISO 3166-1 alpha-2 code in capitals, such as SE')
      .optional()
      .describe(
        "market of calls that name none, ISO 3166-1 alpha-2; a user's own country takes precedence at the vendor",
      ),
    locale: z
      .string()
      .regex(/^[a-z]{2}_[A-Z]{2}$/, 'must be a language and a country, such as sv_SE')
      .optional()
      .describe('language of browse calls that name none, such as sv_SE; default: American English'),
    baseUrl: z.url().default('https://api.spotify.com/v1/').describe('base URL of the API'),
    accountsUrl: z
      .url()
      .default('https://accounts.spotify.com/')
      .describe('base URL of the accounts service'),
  })
  .refine((options) => withoutSecret.has(options.auth.flow) || options.clientSecret !== undefined, {
    path: ['clientSecret'],
    message: 'is missing; only the flows `pkce` and `connection` go without',
  });

/** Options as an application writes them. */
export type SpotifyOptions = z.input<typeof spotifyOptions>;

/** Options once checked. */
export type CheckedSpotifyOptions = z.output<typeof spotifyOptions>;
