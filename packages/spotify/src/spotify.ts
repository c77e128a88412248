/** The definition of the Spotify integration. Each file of `operations/` holds the operations of one of the vendor's tags. */
import { defineIntegration } from '@im/core';
import { createSpotifyHttp } from './client.ts';
import { spotifyErrors } from './errors.ts';
import { albumOperations } from './operations/albums.ts';
import { artistOperations } from './operations/artists.ts';
import { audiobookOperations } from './operations/audiobooks.ts';
import { browseOperations } from './operations/browse.ts';
import { chapterOperations } from './operations/chapters.ts';
import { episodeOperations } from './operations/episodes.ts';
import { libraryOperations } from './operations/library.ts';
import { playerOperations } from './operations/player.ts';
import { playlistContentOperations } from './operations/playlist-contents.ts';
import { playlistOperations } from './operations/playlists.ts';
import { savedOperations } from './operations/saved.ts';
import { searchOperations } from './operations/search.ts';
import type { Connection } from './operations/shared.ts';
import { showOperations } from './operations/shows.ts';
import { trackOperations } from './operations/tracks.ts';
import { userOperations } from './operations/users.ts';
import { spotifyOptions } from './options.ts';

export const spotify = defineIntegration({
  id: 'spotify',
  title: 'Spotify Web API',
  category: 'music',
  contract: 1,
  docs: 'https://developer.spotify.com/documentation/web-api',
  options: spotifyOptions,
  egress: ['api.spotify.com', 'accounts.spotify.com'],
  errors: spotifyErrors,
  resilience: { timeoutMs: 10_000 },
  http: createSpotifyHttp,
  connect: ({ options, http }) => {
    const connection: Connection = { http, market: options.market, locale: options.locale };
    return {
      ...albumOperations(connection),
      ...artistOperations(connection),
      ...trackOperations(connection),
      ...playlistOperations(connection),
      ...playlistContentOperations(connection),
      ...libraryOperations(connection),
      ...savedOperations(connection),
      ...playerOperations(connection),
      ...searchOperations(connection),
      ...userOperations(connection),
      ...showOperations(connection),
      ...episodeOperations(connection),
      ...audiobookOperations(connection),
      ...chapterOperations(connection),
      ...browseOperations(connection),
    };
  },
  // The cheapest call that needs no user and that the vendor does not want to drop, as it does `getMarkets`.
  check: (api, call) => api.search('a', ['track'], { limit: 1 }, call),
});
