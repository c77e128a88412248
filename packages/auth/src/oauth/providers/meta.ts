import type { OAuthProvider } from '../provider.ts';
import { accountBy } from './read.ts';

const graph = 'https://graph.facebook.com/v25.0';

/**
 * https://developers.facebook.com/documentation/facebook-login/guides/advanced/manual-flow
 *
 * PKCE by https://developers.facebook.com/documentation/facebook-login/guides/advanced/oidc-token
 *
 * No refresh tokens: the token of the login is exchanged at once for one of about 60 days, and that for another before it ends.
 */
export const facebook: OAuthProvider = {
  id: 'facebook',
  title: 'Facebook',
  docs: 'https://developers.facebook.com/documentation/facebook-login/guides/access-tokens/get-long-lived',
  endpoints: {
    authorization: 'https://www.facebook.com/v25.0/dialog/oauth',
    token: `${graph}/oauth/access_token`,
    account: 'https://graph.facebook.com/v25.0/me?fields=id,name',
  },
  readAccount: accountBy('id', 'name'),
  authentication: ['client_secret_post'],
  pkce: 'supported',
  scopeSeparator: ',',
  accessTokenSeconds: 5_184_000,
  dialect: {
    extend: (access, { clientId, clientSecret }) => exchange(access, clientId, clientSecret),
    refresh: ({ access }, { clientId, clientSecret }) => exchange(access, clientId, clientSecret),
    // https://developers.facebook.com/docs/facebook-login/guides/permissions/request-revoke#revokelogin
    revoke: ({ access }) => ({ method: 'DELETE', url: `${graph}/me/permissions`, bearer: access }),
  },
};

/** The page shows a GET; by POST the secret stays out of addresses, which are logged. */
function exchange(access: string, clientId: string, clientSecret: string) {
  return {
    method: 'POST',
    url: `${graph}/oauth/access_token`,
    form: {
      grant_type: 'fb_exchange_token',
      client_id: clientId,
      client_secret: clientSecret,
      fb_exchange_token: access,
    },
  } as const;
}

/**
 * https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login/business-login
 *
 * As Facebook, with hosts of its own. A token must be a day old before it can be renewed:
 * https://developers.facebook.com/docs/instagram-platform/reference/refresh_access_token
 */
export const instagram: OAuthProvider = {
  id: 'instagram',
  title: 'Instagram',
  docs: 'https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login/business-login',
  endpoints: {
    authorization: 'https://www.instagram.com/oauth/authorize',
    token: 'https://api.instagram.com/oauth/access_token',
  },
  authentication: ['client_secret_post'],
  pkce: 'ignored',
  scopeSeparator: ',',
  accessTokenSeconds: 5_184_000,
  account: accountBy('user_id'),
  dialect: {
    // The answer stands in a list of one, and permissions instead of scopes.
    readTokens: (body) => {
      const [first] = Array.isArray(body.data) ? (body.data as Readonly<Record<string, unknown>>[]) : [];
      const { permissions, ...rest } = first ?? body;
      return permissions === undefined ? rest : { ...rest, scope: permissions };
    },
    // Both are GET alone, so that the secret and the token do stand in an address here; it is not logged.
    extend: (access, { clientSecret }) => ({
      method: 'GET',
      url: 'https://graph.instagram.com/access_token',
      query: { grant_type: 'ig_exchange_token', client_secret: clientSecret, access_token: access },
    }),
    refresh: ({ access }) => ({
      method: 'GET',
      url: 'https://graph.instagram.com/refresh_access_token',
      query: { grant_type: 'ig_refresh_token', access_token: access },
    }),
    revoke: ({ access }) => ({
      method: 'DELETE',
      url: 'https://graph.instagram.com/me/permissions',
      bearer: access,
    }),
  },
};
