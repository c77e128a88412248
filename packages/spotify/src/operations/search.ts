import { type Call, type Page, pages, read } from '@im/core';
import { z } from 'zod';
import { toAlbumRef, toArtist, toTrack } from '../map/music.ts';
import { toPlaylistRef } from '../map/playlists.ts';
import { toAudiobookRef, toShowEpisode, toShowRef } from '../map/spoken.ts';
import type { AlbumRef, Artist, Track } from '../model/music.ts';
import type { PlaylistRef } from '../model/playlists.ts';
import type { AudiobookRef, ShowEpisode, ShowRef } from '../model/spoken.ts';
import { maybe, wirePaging } from '../wire/common.ts';
import { wireAlbumRef, wireArtist, wireTrack } from '../wire/music.ts';
import { wirePlaylistRef } from '../wire/playlists.ts';
import { wireAudiobookRef, wireShowEpisode, wireShowRef } from '../wire/spoken.ts';
import { offsetQuery, toPage } from './paging.ts';
import { type Connection, invalid, notes } from './shared.ts';

/** What can be looked for. */
export type SearchType = 'album' | 'artist' | 'playlist' | 'track' | 'show' | 'episode' | 'audiobook';

/** How to look, in one kind. */
export interface SearchFilter {
  /** ISO 3166-1 alpha-2. Default: the option `market`. */
  readonly market?: string | undefined;
  /** Counts audio that is hosted elsewhere as playable. Default false. */
  readonly includeExternal?: boolean | undefined;
}

/** How to look, in several kinds at once. */
export interface SearchAllFilter extends SearchFilter {
  /** Items of each kind, 1 to 10. Default 5. */
  readonly limit?: number | undefined;
}

/** What was found: a first page for each kind that was asked for. */
export interface SearchResult {
  readonly tracks?: Page<Track> | undefined;
  readonly artists?: Page<Artist> | undefined;
  readonly albums?: Page<AlbumRef> | undefined;
  readonly playlists?: Page<PlaylistRef> | undefined;
  readonly shows?: Page<ShowRef> | undefined;
  readonly episodes?: Page<ShowEpisode> | undefined;
  readonly audiobooks?: Page<AudiobookRef> | undefined;
}

/** Since 2026; it was 50. */
const mostFound = 10;

const wireFound = z.object({
  tracks: maybe(wirePaging(wireTrack)),
  artists: maybe(wirePaging(wireArtist)),
  albums: maybe(wirePaging(wireAlbumRef)),
  playlists: maybe(wirePaging(wirePlaylistRef)),
  shows: maybe(wirePaging(wireShowRef)),
  episodes: maybe(wirePaging(wireShowEpisode)),
  audiobooks: maybe(wirePaging(wireAudiobookRef)),
});
type WireFound = z.output<typeof wireFound>;

const empty = { items: [] };

export const searchOperations = ({ http, market: home }: Connection) => {
  const find = (
    query: string,
    types: readonly SearchType[],
    filter: SearchFilter | undefined,
    place: { readonly limit: number; readonly offset: number },
    call: Call,
  ): Promise<WireFound> => {
    if (query.trim() === '') throw invalid('takes a query that is not empty');
    return http.get('search', wireFound, call, {
      query: {
        q: query,
        type: types,
        market: filter?.market ?? home,
        include_external: filter?.includeExternal ? 'audio' : undefined,
        ...place,
      },
    });
  };
  /** All of one kind, in pages of 10. */
  const finder = <Item>(type: SearchType, pick: (found: WireFound) => Page<Item>) =>
    pages(
      read(
        async (query: string, filter: SearchFilter | undefined, call: Call) =>
          pick(await find(query, [type], filter, offsetQuery(call, mostFound), call)),
        notes('search'),
      ),
    );

  return {
    /**
     * Looks for several kinds at once; gives the first hits of each. Filters may stand in the query: `artist:"…"`,
     * `year:1955-1960`, `isrc:…`, `upc:…`, `genre:…`, `tag:new`.
     */
    search: read(
      async (
        query: string,
        types: readonly SearchType[],
        filter: SearchAllFilter | undefined,
        call: Call,
      ): Promise<SearchResult> => {
        if (types.length === 0) throw invalid('takes one type at least');
        const limit = filter?.limit ?? 5;
        if (limit < 1 || limit > mostFound)
          throw invalid(`takes a limit from 1 to ${mostFound}, not ${limit}`);
        const found = await find(query, types, filter, { limit, offset: 0 }, call);
        return {
          tracks: found.tracks && toPage(found.tracks, toTrack),
          artists: found.artists && toPage(found.artists, toArtist),
          albums: found.albums && toPage(found.albums, toAlbumRef),
          playlists: found.playlists && toPage(found.playlists, toPlaylistRef),
          shows: found.shows && toPage(found.shows, toShowRef),
          episodes: found.episodes && toPage(found.episodes, toShowEpisode),
          audiobooks: found.audiobooks && toPage(found.audiobooks, toAudiobookRef),
        };
      },
      notes('search'),
    ),
    /** Tracks that match; the vendor gives the first thousand at most. */
    searchTracks: finder('track', ({ tracks = empty }) => toPage(tracks, toTrack)),
    /** Artists that match. */
    searchArtists: finder('artist', ({ artists = empty }) => toPage(artists, toArtist)),
    /** Albums that match. */
    searchAlbums: finder('album', ({ albums = empty }) => toPage(albums, toAlbumRef)),
    /** Public playlists that match. */
    searchPlaylists: finder('playlist', ({ playlists = empty }) => toPage(playlists, toPlaylistRef)),
    /** Podcasts that match. */
    searchShows: finder('show', ({ shows = empty }) => toPage(shows, toShowRef)),
    /** Episodes that match. */
    searchEpisodes: finder('episode', ({ episodes = empty }) => toPage(episodes, toShowEpisode)),
    /** Audiobooks that match. */
    searchAudiobooks: finder('audiobook', ({ audiobooks = empty }) => toPage(audiobooks, toAudiobookRef)),
  };
};
