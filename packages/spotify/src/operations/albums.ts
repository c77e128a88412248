import { type Call, pages, read } from '@im/core';

import { z } from 'zod';
import { toAlbum, toAlbumRef, toAlbumTrack } from '../map/music.ts';
import { wirePaging } from '../wire/common.ts';
import { wireAlbum, wireAlbumRef, wireAlbumTrack, wireManyAlbums } from '../wire/music.ts';
import { offsetQuery, toPage } from './paging.ts';
import { batch, type Connection, noSuccessor, notes, path } from './shared.ts';

const wireTracks = wirePaging(wireAlbumTrack);
const wireReleases = z.object({ albums: wirePaging(wireAlbumRef) });

export const albumOperations = ({ http, market: home }: Connection) => ({
  /** An album. `market`: ISO 3166-1 alpha-2; default: the option `market`. */
  getAlbum: read(
    async (id: string, market: string | undefined, call: Call) =>
      toAlbum(await http.get(path`albums/${id}`, wireAlbum, call, { query: { market: market ?? home } })),
    notes('get-an-album'),
  ),
  /**
   * Up to 20 albums, in the order of the ids; `undefined` for an id the vendor does not know.
   * @deprecated since February 2026: use `getAlbum` for each.
   */
  getAlbums: read(
    async (ids: readonly string[], market: string | undefined, call: Call) => {
      const query = { ids: batch(ids, 20), market: market ?? home };
      const { albums } = await http.get('albums', wireManyAlbums, call, { query });
      return albums.map((album) => (album === null ? undefined : toAlbum(album)));
    },
    notes('get-multiple-albums', [], 'since February 2026: use getAlbum for each'),
  ),
  /** The tracks of an album, in order. */
  listAlbumTracks: pages(
    read(async (id: string, market: string | undefined, call: Call) => {
      const query = { market: market ?? home, ...offsetQuery(call) };
      return toPage(await http.get(path`albums/${id}/tracks`, wireTracks, call, { query }), toAlbumTrack);
    }, notes('get-an-albums-tracks')),
  ),
  /**
   * Albums that the vendor features as new.
   * @deprecated since February 2026: the vendor names no successor and closes it to new apps.
   */
  listNewReleases: pages(
    read(
      async (call: Call) => {
        const { albums } = await http.get('browse/new-releases', wireReleases, call, {
          query: offsetQuery(call),
        });
        return toPage(albums, toAlbumRef);
      },
      notes('get-new-releases', [], `since February 2026: ${noSuccessor}`),
    ),
  ),
});
