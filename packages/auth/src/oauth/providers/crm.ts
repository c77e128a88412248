import type { OAuthProvider } from '../provider.ts';

/**
 * https://developers.hubspot.com/docs/api-reference/latest/authentication/manage-oauth-tokens
 *
 * By the API of 2026-03; the first one ends in February 2027 (https://developers.hubspot.com/changelog/v1-oauth-api-deprecation).
 */
export const hubspot: OAuthProvider = {
  id: 'hubspot',
  title: 'HubSpot',
  docs: 'https://developers.hubspot.com/docs/api-reference/latest/authentication/manage-oauth-tokens',
  endpoints: {
    authorization: 'https://app.hubspot.com/oauth/authorize',
    token: 'https://api.hubapi.com/oauth/2026-03/token',
  },
  authentication: ['client_secret_post'],
  pkce: 'supported',
  refresh: { rotation: 'never' },
  accessTokenSeconds: 1_800,
  account: ({ hub_id: id }) =>
    typeof id === 'number' || typeof id === 'string' ? { id: String(id) } : undefined,
  dialect: {
    // https://developers.hubspot.com/changelog/additional-details-returned-when-generating-oauth-access-tokens
    readTokens: ({ scopes, ...body }) => ({ ...body, ...(Array.isArray(scopes) && { scope: scopes }) }),
    // Ends the refresh token, and not the access tokens that came of it:
    // https://developers.hubspot.com/docs/api-reference/latest/authentication/oauth-tokens/revoke-token
    revoke: ({ refresh, access }, { clientId, clientSecret }) => ({
      method: 'POST',
      url: 'https://api.hubapi.com/oauth/2026-03/token/revoke',
      form: { token: refresh ?? access, client_id: clientId, client_secret: clientSecret },
    }),
  },
};

/**
 * https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_web_server_flow.htm
 *
 * `variables.domain` is `login`, `test` for sandboxes, or `<my domain>.my`. Answers do not say when a token ends: that is the session's time-out
 * in the organisation, two hours where nobody changed it. API calls go to `facts.instance_url`.
 */
export const salesforce: OAuthProvider = {
  id: 'salesforce',
  title: 'Salesforce',
  docs: 'https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_web_server_flow.htm',
  issuer: 'https://{domain}.salesforce.com',
  endpoints: {
    authorization: 'https://{domain}.salesforce.com/services/oauth2/authorize',
    token: 'https://{domain}.salesforce.com/services/oauth2/token',
    revocation: 'https://{domain}.salesforce.com/services/oauth2/revoke',
    introspection: 'https://{domain}.salesforce.com/services/oauth2/introspect',
    userInfo: 'https://{domain}.salesforce.com/services/oauth2/userinfo',
  },
  authentication: ['private_key_jwt', 'client_secret_post', 'client_secret_basic', 'none'],
  pkce: 'supported',
  offline: { scopes: ['refresh_token'] },
  // Rotation is a setting of the app: https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_refresh_token_flow.htm
  refresh: { rotation: 'sometimes' },
  accessTokenSeconds: 7_200,
  // `id` is an address that ends with the organisation and the user.
  account: ({ id }) => {
    const [, account] = /\/id\/([^/]+\/[^/]+)$/.exec(typeof id === 'string' ? id : '') ?? [];
    return account === undefined ? undefined : { id: account };
  },
};
