import { type Call, pages, read } from '@im/core';

import { toAlbumRef, toArtist, toTrack } from '../map/music.ts';
import { wirePaging } from '../wire/common.ts';
import { wireAlbumRef, wireArtist, wireManyArtists, wireManyTracks } from '../wire/music.ts';
import { offsetQuery, toPage } from './paging.ts';
import { batch, type Connection, noSuccessor, notes, path } from './shared.ts';

/** How an artist may stand to an album. */
export type AlbumGroup = 'album' | 'single' | 'appears_on' | 'compilation';

/** Which albums of an artist are wanted. */
export interface ArtistAlbumsFilter {
  /** Default: all. */
  readonly groups?: readonly AlbumGroup[] | undefined;
  /** ISO 3166-1 alpha-2. Default: the option `market`. */
  readonly market?: string | undefined;
}

/** The vendor's limit for this list alone, since 2026. */
const mostAlbums = 10;
const wireAlbums = wirePaging(wireAlbumRef);

export const artistOperations = ({ http, market: home }: Connection) => ({
  /** An artist. */
  getArtist: read(
    async (id: string, call: Call) => toArtist(await http.get(path`artists/${id}`, wireArtist, call)),
    notes('get-an-artist'),
  ),
  /**
   * Up to 50 artists, in the order of the ids; `undefined` for an id the vendor does not know.
   * @deprecated since February 2026: use `getArtist` for each.
   */
  getArtists: read(
    async (ids: readonly string[], call: Call) => {
      const { artists } = await http.get('artists', wireManyArtists, call, {
        query: { ids: batch(ids, 50) },
      });
      return artists.map((artist) => (artist === null ? undefined : toArtist(artist)));
    },
    notes('get-multiple-artists', [], 'since February 2026: use getArtist for each'),
  ),
  /** An artist's albums, at most 10 a page. */
  listArtistAlbums: pages(
    read(async (id: string, filter: ArtistAlbumsFilter | undefined, call: Call) => {
      const query = {
        include_groups: filter?.groups,
        market: filter?.market ?? home,
        ...offsetQuery(call, mostAlbums),
      };
      return toPage(await http.get(path`artists/${id}/albums`, wireAlbums, call, { query }), toAlbumRef);
    }, notes('get-an-artists-albums')),
  ),
  /**
   * The tracks of an artist that are played most, by market.
   * @deprecated since February 2026: use `searchTracks` with `artist:"…"`.
   */
  getArtistTopTracks: read(
    async (id: string, market: string | undefined, call: Call) => {
      const query = { market: market ?? home };
      const { tracks } = await http.get(path`artists/${id}/top-tracks`, wireManyTracks, call, { query });
      return tracks.flatMap((track) => (track === null ? [] : toTrack(track)));
    },
    notes('get-an-artists-top-tracks', [], 'since February 2026: use searchTracks with artist:"…"'),
  ),
  /**
   * Artists with a similar audience.
   * @deprecated since November 2024: the vendor names no successor and closes it to new apps.
   */
  getRelatedArtists: read(
    async (id: string, call: Call) => {
      const { artists } = await http.get(path`artists/${id}/related-artists`, wireManyArtists, call);
      return artists.flatMap((artist) => (artist === null ? [] : toArtist(artist)));
    },
    notes('get-an-artists-related-artists', [], `since November 2024: ${noSuccessor}`),
  ),
});
