import type { OAuthProvider } from '../provider.ts';
import { accountBy } from './read.ts';

/** https://developers.google.com/identity/protocols/oauth2/web-server */
export const google: OAuthProvider = {
  id: 'google',
  title: 'Google',
  docs: 'https://developers.google.com/identity/protocols/oauth2/web-server',
  issuer: 'https://accounts.google.com',
  endpoints: {
    authorization: 'https://accounts.google.com/o/oauth2/v2/auth',
    token: 'https://oauth2.googleapis.com/token',
    revocation: 'https://oauth2.googleapis.com/revoke',
    deviceAuthorization: 'https://oauth2.googleapis.com/device/code',
    userInfo: 'https://openidconnect.googleapis.com/v1/userinfo',
    account: 'https://openidconnect.googleapis.com/v1/userinfo',
  },
  readAccount: accountBy('sub', 'email'),
  authentication: ['client_secret_post', 'client_secret_basic'],
  pkce: 'supported',
  // Granted by their long names: https://developers.google.com/identity/protocols/oauth2/scopes#openid-connect
  scopeAliases: {
    email: 'https://www.googleapis.com/auth/userinfo.email',
    profile: 'https://www.googleapis.com/auth/userinfo.profile',
  },
  // A refresh token comes with the first consent only, unless consent is asked for again (#offline).
  offline: { parameters: { access_type: 'offline', prompt: 'consent' } },
  // What was granted before stays granted (#incrementalAuth).
  parameters: { include_granted_scopes: 'true' },
  // Ends after six months without use: https://developers.google.com/identity/protocols/oauth2#expiration
  refresh: { rotation: 'never', idleDays: 180 },
};

/** YouTube is asked through Google's accounts: https://developers.google.com/youtube/v3/guides/auth/server-side-web-apps */
export const youtube: OAuthProvider = {
  ...google,
  id: 'youtube',
  title: 'YouTube',
  docs: 'https://developers.google.com/youtube/v3/guides/auth/server-side-web-apps',
};
