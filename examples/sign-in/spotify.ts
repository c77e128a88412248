/** Spotify: how accounts are connected at its fake, and how calls are made with them. */

import { type ConnectionClient, type OAuthProvider, oauthProviders } from '@im/auth/oauth';
import { Secret } from '@im/core';
import { spotify } from '@im/spotify';
import type { SpotifyFake } from '@im/spotify/testing';
import type { App, Viewer } from './app.ts';

/** The product's own row, with the fake's addresses. */
export function spotifyRow(url: string, fake: SpotifyFake): ConnectionClient {
  const { clientId, clientSecret, accountsUrl = '' } = fake.options();
  const row: OAuthProvider = {
    ...oauthProviders.spotify,
    endpoints: {
      authorization: new URL('authorize', accountsUrl).href,
      token: new URL('api/token', accountsUrl).href,
    },
  };
  return {
    provider: row,
    clientId,
    credential: {
      method: 'client_secret_basic',
      secret: clientSecret instanceof Secret ? clientSecret : new Secret(clientSecret ?? ''),
    },
    redirectUri: `${url}/connect/spotify/callback`,
    allowPrivate: true,
  };
}

/** Whose account it is, asked at Spotify with the connection's token. */
export async function accountName(
  { registry, peers }: App,
  { tenant }: Viewer,
  connection: string,
): Promise<string> {
  const name = `spotify_${connection}`;
  const view = registry.tenant(tenant);
  if (!view.list().some((one) => one.name === name)) {
    const { clientId, baseUrl, accountsUrl } = peers.spotify.options();
    registry.register(spotify, {
      tenant,
      name,
      options: { clientId, baseUrl, accountsUrl, auth: { flow: 'connection', connection } },
    });
  }
  const { id, name: shown } = await view.get(spotify, name).getCurrentUser();
  return shown ?? id;
}
