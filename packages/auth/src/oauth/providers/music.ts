import type { OAuthProvider } from '../provider.ts';
import { accountBy } from './read.ts';

/** https://developer.spotify.com/documentation/web-api/tutorials/code-flow */
export const spotify: OAuthProvider = {
  id: 'spotify',
  title: 'Spotify',
  docs: 'https://developer.spotify.com/documentation/web-api/tutorials/refreshing-tokens',
  endpoints: {
    authorization: 'https://accounts.spotify.com/authorize',
    token: 'https://accounts.spotify.com/api/token',
    account: 'https://api.spotify.com/v1/me',
  },
  readAccount: accountBy('id', 'display_name'),
  authentication: ['client_secret_basic', 'none'],
  pkce: 'supported',
  // Without a client secret always a new one; with one, sometimes. Six months after the user agreed all of them end:
  // https://developer.spotify.com/blog/2026-06-18-refresh-token-expiration
  refresh: { rotation: 'sometimes', lifetimeDays: 182, endsWithConsent: true },
  dialect: { basicEncoding: 'raw' },
};

/** https://developers.soundcloud.com/docs/api/guide#authentication */
export const soundcloud: OAuthProvider = {
  id: 'soundcloud',
  title: 'SoundCloud',
  docs: 'https://developers.soundcloud.com/docs/api/guide#authentication',
  endpoints: {
    authorization: 'https://secure.soundcloud.com/authorize',
    token: 'https://secure.soundcloud.com/oauth/token',
    account: 'https://api.soundcloud.com/me',
  },
  readAccount: accountBy('urn', 'username'),
  tokenScheme: 'OAuth',
  authentication: ['client_secret_post'],
  pkce: 'required',
  // Each serves once (Key Facts).
  refresh: { rotation: 'always' },
  dialect: {
    // https://developers.soundcloud.com/docs/api/guide#sign-out
    revoke: ({ access }) => ({
      method: 'POST',
      url: 'https://secure.soundcloud.com/sign-out',
      json: { access_token: access },
    }),
  },
};

/**
 * https://developers.deezer.com/api/oauth
 *
 * Older than RFC 6749: other names, the token by GET, and no refresh. With the permission `offline_access` a token does not end. The page is for those
 * who have signed in there; addresses and names are as https://github.com/daviddesberg/PHPoAuthLib/blob/master/src/OAuth/OAuth2/Service/Deezer.php has them.
 */
export const deezer: OAuthProvider = {
  id: 'deezer',
  title: 'Deezer',
  docs: 'https://developers.deezer.com/api/oauth',
  endpoints: {
    authorization: 'https://connect.deezer.com/oauth/auth.php',
    token: 'https://connect.deezer.com/oauth/access_token.php',
  },
  authentication: ['client_secret_post'],
  pkce: 'ignored',
  scopeSeparator: ',',
  scopeParameter: 'perms',
  offline: { scopes: ['offline_access'] },
  dialect: {
    clientIdParameter: 'app_id',
    clientSecretParameter: 'secret',
    tokenRequest: 'query',
    codeParameters: { output: 'json' },
    // `expires: 0` is for ever.
    readTokens: ({ expires, error_reason: reason, ...body }) =>
      reason === undefined
        ? { ...body, ...(Number(expires) > 0 && { expires_in: Number(expires) }) }
        : { error: 'invalid_grant' },
  },
};
