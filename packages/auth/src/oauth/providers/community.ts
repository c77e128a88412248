import type { OAuthProvider } from '../provider.ts';
import { accountBy } from './read.ts';

/**
 * https://docs.discord.com/developers/topics/oauth2
 *
 * Ways to authenticate and PKCE by https://discord.com/.well-known/oauth-authorization-server
 */
export const discord: OAuthProvider = {
  id: 'discord',
  title: 'Discord',
  docs: 'https://docs.discord.com/developers/topics/oauth2',
  endpoints: {
    authorization: 'https://discord.com/oauth2/authorize',
    token: 'https://discord.com/api/oauth2/token',
    revocation: 'https://discord.com/api/oauth2/token/revoke',
    userInfo: 'https://discord.com/api/users/@me',
    account: 'https://discord.com/api/users/@me',
  },
  readAccount: accountBy('id', 'username'),
  authentication: ['client_secret_basic', 'client_secret_post', 'none'],
  pkce: 'supported',
  refresh: { rotation: 'sometimes' },
  // https://docs.discord.com/developers/discord-social-sdk/development-guides/account-linking-with-discord
  accessTokenSeconds: 604_800,
};

/** https://dev.twitch.tv/docs/authentication/getting-tokens-oauth/ */
export const twitch: OAuthProvider = {
  id: 'twitch',
  title: 'Twitch',
  docs: 'https://dev.twitch.tv/docs/authentication/refresh-tokens/',
  issuer: 'https://id.twitch.tv/oauth2',
  endpoints: {
    authorization: 'https://id.twitch.tv/oauth2/authorize',
    token: 'https://id.twitch.tv/oauth2/token',
    revocation: 'https://id.twitch.tv/oauth2/revoke',
    deviceAuthorization: 'https://id.twitch.tv/oauth2/device',
    userInfo: 'https://id.twitch.tv/oauth2/userinfo',
    account: 'https://id.twitch.tv/oauth2/validate',
  },
  readAccount: accountBy('user_id', 'login'),
  // https://dev.twitch.tv/docs/authentication/validate-tokens/
  tokenScheme: 'OAuth',
  authentication: ['client_secret_post'],
  pkce: 'ignored',
  // They may change, the page says; the newest is the one to keep.
  refresh: { rotation: 'sometimes' },
};
