import type { OAuthProvider } from '../provider.ts';

const base = 'https://login.microsoftonline.com/{tenant}';

/**
 * https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow
 *
 * `variables.tenant` is a directory's id or domain. `common` and `organizations` serve for connecting accounts, but not for signing in: their
 * discovery document names no issuer that an ID token could be compared with.
 */
export const microsoft: OAuthProvider = {
  id: 'microsoft',
  title: 'Microsoft',
  docs: 'https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-auth-code-flow',
  issuer: `${base}/v2.0`,
  endpoints: {
    authorization: `${base}/oauth2/v2.0/authorize`,
    token: `${base}/oauth2/v2.0/token`,
    deviceAuthorization: `${base}/oauth2/v2.0/devicecode`,
    userInfo: 'https://graph.microsoft.com/oidc/userinfo',
  },
  authentication: ['private_key_jwt', 'client_secret_post', 'client_secret_basic', 'none'],
  pkce: 'supported',
  offline: { scopes: ['offline_access'] },
  // A new one comes with each use, and the old one stays good: https://learn.microsoft.com/en-us/entra/identity-platform/refresh-tokens
  refresh: { rotation: 'sometimes', idleDays: 90 },
};
