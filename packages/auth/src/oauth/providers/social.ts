import type { OAuthProvider } from '../provider.ts';
import { accountBy } from './read.ts';

/** https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code */
export const x: OAuthProvider = {
  id: 'x',
  title: 'X',
  docs: 'https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code',
  endpoints: {
    authorization: 'https://x.com/i/oauth2/authorize',
    token: 'https://api.x.com/2/oauth2/token',
    revocation: 'https://api.x.com/2/oauth2/revoke',
    account: 'https://api.x.com/2/users/me',
  },
  readAccount: accountBy('id', 'username', 'data'),
  authentication: ['client_secret_basic', 'none'],
  pkce: 'required',
  offline: { scopes: ['offline.access'] },
  refresh: { rotation: 'always' },
  accessTokenSeconds: 7_200,
  dialect: { basicEncoding: 'raw' },
};

/** https://developers.tiktok.com/docs/en/oauth-user-access-token-management */
export const tiktok: OAuthProvider = {
  id: 'tiktok',
  title: 'TikTok',
  docs: 'https://developers.tiktok.com/docs/en/oauth-user-access-token-management',
  endpoints: {
    authorization: 'https://www.tiktok.com/v2/auth/authorize/',
    token: 'https://open.tiktokapis.com/v2/oauth/token/',
    revocation: 'https://open.tiktokapis.com/v2/oauth/revoke/',
  },
  authentication: ['client_secret_post'],
  // For mobile and desktop apps alone, and there with a challenge in hex: https://developers.tiktok.com/doc/login-kit-desktop
  pkce: 'unsupported',
  scopeSeparator: ',',
  // The old one ends at once: https://developers.tiktok.com/docs/en/oauth-refresh-a-user-access-token
  refresh: { rotation: 'always', lifetimeDays: 180 },
  accessTokenSeconds: 7_200,
  account: accountBy('open_id'),
  dialect: {
    clientIdParameter: 'client_key',
    revoke: ({ access }, { clientId, clientSecret }) => ({
      method: 'POST',
      url: 'https://open.tiktokapis.com/v2/oauth/revoke/',
      form: { client_key: clientId, client_secret: clientSecret, token: access },
    }),
  },
};

/**
 * https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow
 *
 * A code verifier is for native clients that LinkedIn let in, and refused from clients with a secret
 * (https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow-native); its ID tokens hold no nonce; so nobody signs in by it here, and what it brings of one
 * is left out. Refresh tokens are for approved partners.
 */
export const linkedin: OAuthProvider = {
  id: 'linkedin',
  title: 'LinkedIn',
  docs: 'https://learn.microsoft.com/en-us/linkedin/shared/authentication/programmatic-refresh-tokens',
  endpoints: {
    authorization: 'https://www.linkedin.com/oauth/v2/authorization',
    token: 'https://www.linkedin.com/oauth/v2/accessToken',
    // https://learn.microsoft.com/en-us/linkedin/shared/authentication/token-introspection
    introspection: 'https://www.linkedin.com/oauth/v2/introspectToken',
    // In wide use, and on no page of LinkedIn's that was found.
    revocation: 'https://www.linkedin.com/oauth/v2/revoke',
    userInfo: 'https://api.linkedin.com/v2/userinfo',
    account: 'https://api.linkedin.com/v2/userinfo',
  },
  readAccount: accountBy('sub', 'name'),
  authentication: ['client_secret_post'],
  pkce: 'unsupported',
  refresh: { rotation: 'never', lifetimeDays: 365, endsWithConsent: true },
  accessTokenSeconds: 5_184_000,
  dialect: { readTokens: ({ id_token: _, ...body }) => body },
};

/** https://developers.pinterest.com/docs/getting-started/set-up-authentication-and-authorization/ */
export const pinterest: OAuthProvider = {
  id: 'pinterest',
  title: 'Pinterest',
  docs: 'https://developers.pinterest.com/docs/getting-started/set-up-authentication-and-authorization/',
  endpoints: {
    authorization: 'https://www.pinterest.com/oauth/',
    token: 'https://api.pinterest.com/v5/oauth/token',
    account: 'https://api.pinterest.com/v5/user_account',
  },
  readAccount: accountBy('id', 'username'),
  authentication: ['client_secret_basic'],
  pkce: 'ignored',
  scopeSeparator: ',',
  // A new one comes with each use, and ends 60 days later; apps of before September 2025 must ask for it.
  refresh: { rotation: 'always', idleDays: 60 },
  accessTokenSeconds: 2_592_000,
  dialect: { basicEncoding: 'raw', codeParameters: { continuous_refresh: 'true' } },
};

/**
 * https://github.com/reddit-archive/reddit/wiki/OAuth2
 *
 * As its server had it when it was public: https://github.com/reddit-archive/reddit/blob/master/r2/r2/controllers/oauth2.py
 */
export const reddit: OAuthProvider = {
  id: 'reddit',
  title: 'Reddit',
  docs: 'https://github.com/reddit-archive/reddit/wiki/OAuth2',
  endpoints: {
    authorization: 'https://www.reddit.com/api/v1/authorize',
    token: 'https://www.reddit.com/api/v1/access_token',
    revocation: 'https://www.reddit.com/api/v1/revoke_token',
    account: 'https://oauth.reddit.com/api/v1/me',
  },
  readAccount: accountBy('id', 'name'),
  authentication: ['client_secret_basic'],
  pkce: 'ignored',
  offline: { parameters: { duration: 'permanent' } },
  refresh: { rotation: 'never' },
  dialect: { basicEncoding: 'raw' },
};
