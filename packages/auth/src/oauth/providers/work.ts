import type { OAuthProvider } from '../provider.ts';
import { accountBy, withError } from './read.ts';

/** https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps */
export const github: OAuthProvider = {
  id: 'github',
  title: 'GitHub (OAuth app)',
  docs: 'https://docs.github.com/en/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps',
  endpoints: {
    authorization: 'https://github.com/login/oauth/authorize',
    token: 'https://github.com/login/oauth/access_token',
    deviceAuthorization: 'https://github.com/login/device/code',
    account: 'https://api.github.com/user',
  },
  readAccount: accountBy('id', 'login'),
  authentication: ['client_secret_post'],
  pkce: 'supported',
  dialect: {
    readTokens: (body) => withError(body, body.error, githubErrors),
    // https://docs.github.com/en/rest/apps/oauth-applications#delete-an-app-authorization
    revoke: ({ access }, { clientId, clientSecret }) => ({
      method: 'DELETE',
      url: `https://api.github.com/applications/${encodeURIComponent(clientId)}/grant`,
      basic: [clientId, clientSecret],
      json: { access_token: access },
    }),
  },
};

/** Answered with status 200: https://docs.github.com/en/apps/oauth-apps/maintaining-oauth-apps/troubleshooting-oauth-app-access-token-request-errors */
const githubErrors = {
  bad_verification_code: 'invalid_grant',
  bad_refresh_token: 'invalid_grant',
  incorrect_client_credentials: 'invalid_client',
};

/** https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens */
export const githubApp: OAuthProvider = {
  ...github,
  id: 'github-app',
  title: 'GitHub (GitHub app)',
  docs: 'https://docs.github.com/en/apps/creating-github-apps/authenticating-with-a-github-app/refreshing-user-access-tokens',
  // Permissions are those of the app; scopes do not count.
  refresh: { rotation: 'always', lifetimeDays: 182 },
};

/**
 * https://docs.slack.dev/authentication/installing-with-oauth
 *
 * Errors come with status 200. Tokens end where rotation is switched on for the app: https://docs.slack.dev/authentication/using-token-rotation
 */
export const slack: OAuthProvider = {
  id: 'slack',
  title: 'Slack',
  docs: 'https://docs.slack.dev/authentication/installing-with-oauth',
  endpoints: {
    authorization: 'https://slack.com/oauth/v2/authorize',
    token: 'https://slack.com/api/oauth.v2.access',
  },
  authentication: ['client_secret_basic', 'client_secret_post'],
  // Understood of apps that were made public clients, and there alone: https://docs.slack.dev/authentication/using-pkce
  pkce: 'ignored',
  scopeSeparator: ',',
  refresh: { rotation: 'always' },
  account: accountBy('id', 'name', 'team'),
  dialect: {
    basicEncoding: 'raw',
    readTokens: (body) =>
      body.ok === false ? withError(body, body.error, slackErrors) : { ...body, token_type: 'bearer' },
    revoke: ({ access }) => ({ method: 'POST', url: 'https://slack.com/api/auth.revoke', bearer: access }),
  },
};

const slackErrors = {
  invalid_code: 'invalid_grant',
  code_already_used: 'invalid_grant',
  invalid_refresh_token: 'invalid_grant',
  token_revoked: 'invalid_grant',
  invalid_client_id: 'invalid_client',
  bad_client_secret: 'invalid_client',
  bad_redirect_uri: 'invalid_request',
  ratelimited: 'temporarily_unavailable',
};

/** https://developers.notion.com/guides/get-started/authorization */
export const notion: OAuthProvider = {
  id: 'notion',
  title: 'Notion',
  docs: 'https://developers.notion.com/guides/get-started/authorization',
  endpoints: {
    authorization: 'https://api.notion.com/v1/oauth/authorize',
    token: 'https://api.notion.com/v1/oauth/token',
  },
  authentication: ['client_secret_basic'],
  pkce: 'ignored',
  parameters: { owner: 'user' },
  // https://developers.notion.com/reference/refresh-a-token
  refresh: { rotation: 'always' },
  account: accountBy('workspace_id', 'workspace_name'),
  dialect: {
    basicEncoding: 'raw',
    tokenRequest: 'json',
    headers: { 'notion-version': '2025-09-03' },
    // https://developers.notion.com/reference/revoke-token
    revoke: ({ access }, { clientId, clientSecret }) => ({
      method: 'POST',
      url: 'https://api.notion.com/v1/oauth/revoke',
      basic: [clientId, clientSecret],
      json: { token: access },
    }),
  },
};

/** https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/ */
export const atlassian: OAuthProvider = {
  id: 'atlassian',
  title: 'Atlassian',
  docs: 'https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/',
  endpoints: {
    authorization: 'https://auth.atlassian.com/authorize',
    token: 'https://auth.atlassian.com/oauth/token',
    account: 'https://api.atlassian.com/me',
  },
  readAccount: accountBy('account_id', 'name'),
  authentication: ['client_secret_post'],
  pkce: 'ignored',
  parameters: { audience: 'api.atlassian.com', prompt: 'consent' },
  offline: { scopes: ['offline_access'] },
  // The old one is taken for ten minutes more; after 90 days without use it ends:
  // https://community.developer.atlassian.com/t/the-old-access-token-will-be-revoked-during-the-refresh-token-exchange/83103
  refresh: { rotation: 'always', graceSeconds: 600, idleDays: 90 },
  dialect: { tokenRequest: 'json' },
};

/**
 * https://developers.zoom.us/docs/integrations/oauth/
 *
 * The end of a refresh token is what Zoom grants most apps, and promises none.
 */
export const zoom: OAuthProvider = {
  id: 'zoom',
  title: 'Zoom',
  docs: 'https://developers.zoom.us/docs/integrations/oauth/',
  endpoints: {
    authorization: 'https://zoom.us/oauth/authorize',
    token: 'https://zoom.us/oauth/token',
    revocation: 'https://zoom.us/oauth/revoke',
    deviceAuthorization: 'https://zoom.us/oauth/devicecode',
    account: 'https://api.zoom.us/v2/users/me',
  },
  readAccount: accountBy('id', 'display_name'),
  authentication: ['client_secret_basic'],
  pkce: 'supported',
  refresh: { rotation: 'always', lifetimeDays: 90 },
  dialect: { basicEncoding: 'raw' },
};

/** https://www.dropbox.com/developers/documentation/http/documentation#oauth2-authorize */
export const dropbox: OAuthProvider = {
  id: 'dropbox',
  title: 'Dropbox',
  docs: 'https://developers.dropbox.com/oauth-guide',
  endpoints: {
    authorization: 'https://www.dropbox.com/oauth2/authorize',
    token: 'https://api.dropboxapi.com/oauth2/token',
  },
  authentication: ['client_secret_basic', 'client_secret_post', 'none'],
  pkce: 'supported',
  offline: { parameters: { token_access_type: 'offline' } },
  refresh: { rotation: 'never' },
  account: accountBy('account_id'),
  dialect: {
    // https://www.dropbox.com/developers/documentation/http/documentation#auth-token-revoke
    revoke: ({ access }) => ({
      method: 'POST',
      url: 'https://api.dropboxapi.com/2/auth/token/revoke',
      bearer: access,
    }),
  },
};
