/** The HTTP client of one integration: base URL, credential, error format. */
import type { IntegrationContext } from '@im/core';
import {
  accountToken,
  clientCredentials,
  createHttp,
  type Http,
  refreshToken,
  type TokenSource,
} from '@im/http';
import { readSpotifyError, userRequired } from './errors.ts';
import type { CheckedSpotifyOptions } from './options.ts';

/** Path of the token endpoint, below `accountsUrl`. */
export const tokenPath = 'api/token';

export function createSpotifyHttp(context: IntegrationContext<CheckedSpotifyOptions>): Http {
  const { baseUrl, accountsUrl } = context.options;
  return createHttp(context, {
    baseUrl,
    alsoOnPurpose: [accountsUrl],
    token: tokenSource(context),
    readFailure: readSpotifyError,
    requestIdHeader: ['sp-trace-id', 'x-request-id'],
    // An app that lacks a user does not get one by another token.
    isTokenExpired: ({ status, reason }) => status === 401 && reason !== userRequired,
  });
}

/** How each flow comes to its tokens: https://developer.spotify.com/documentation/web-api/tutorials/refreshing-tokens */
function tokenSource(context: IntegrationContext<CheckedSpotifyOptions>): TokenSource {
  const { auth, clientId, clientSecret = '', accountsUrl } = context.options;
  const endpoint = { tokenUrl: new URL(tokenPath, accountsUrl), clientId };
  switch (auth.flow) {
    case 'client-credentials':
      return clientCredentials(context, { ...endpoint, clientSecret });
    case 'authorization-code':
      return refreshToken(context, { ...endpoint, clientSecret, refreshToken: auth.refreshToken });
    case 'pkce':
      return refreshToken(context, { ...endpoint, refreshToken: auth.refreshToken });
    case 'connection':
      return accountToken(context, auth.connection);
  }
}
