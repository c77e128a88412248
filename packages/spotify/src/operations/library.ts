import { type Call, idempotent, pages, read } from '@im/core';
import { none } from '@im/http';
import type { z } from 'zod';
import { toAlbum, toTrack } from '../map/music.ts';
import { toAudiobook, toEpisode, toShowRef } from '../map/spoken.ts';
import type { Saved } from '../model/music.ts';
import { wireBooleans, wirePaging } from '../wire/common.ts';
import { wireSavedAlbum, wireSavedTrack } from '../wire/music.ts';
import { wireSavedAudiobook, wireSavedEpisode, wireSavedShow } from '../wire/spoken.ts';
import { offsetQuery, toPage } from './paging.ts';
import { batch, type Connection, notes } from './shared.ts';

/** The vendor's limit for `/me/library`. */
const mostUris = 40;
const view = ['user-library-read'];
const modifyAll = ['user-library-modify', 'user-follow-modify', 'playlist-modify-public'];

const wireAlbums = wirePaging(wireSavedAlbum);
const wireTracks = wirePaging(wireSavedTrack);
const wireEpisodes = wirePaging(wireSavedEpisode);
const wireShows = wirePaging(wireSavedShow);
const wireAudiobooks = wirePaging(wireSavedAudiobook);

export const libraryOperations = ({ http, market: home }: Connection) => {
  const list = async <Wire, Item>(
    path: string,
    schema: z.ZodType<{ items: Wire[]; next?: string | undefined; total?: number | undefined }>,
    toItem: (wire: Wire) => Item,
    call: Call,
    market?: string | undefined,
  ) => toPage(await http.get(path, schema, call, { query: { market, ...offsetQuery(call) } }), toItem);
  const saved = <Item>(addedAt: string | undefined, item: Item): Saved<Item> => ({ addedAt, item });

  return {
    /** Saves up to 40 items by URI: tracks, albums, episodes, shows, audiobooks; follows users and playlists. */
    saveToLibrary: idempotent(
      async (uris: readonly string[], call: Call): Promise<void> =>
        http.put('me/library', none, call, { query: { uris: batch(uris, mostUris, 'URIs') } }),
      notes('save-library-items', modifyAll),
    ),
    /** Removes up to 40 items by URI; what is not there is no error. */
    removeFromLibrary: idempotent(
      async (uris: readonly string[], call: Call): Promise<void> =>
        http.delete('me/library', none, call, { query: { uris: batch(uris, mostUris, 'URIs') } }),
      notes('remove-library-items', modifyAll),
    ),
    /** Whether each of up to 40 items is in the library, in the order given. */
    checkLibrary: read(
      async (uris: readonly string[], call: Call): Promise<readonly boolean[]> =>
        http.get('me/library/contains', wireBooleans, call, {
          query: { uris: batch(uris, mostUris, 'URIs') },
        }),
      notes('check-library-contains', ['user-library-read', 'user-follow-read', 'playlist-read-private']),
    ),
    /** Saved albums, newest first. */
    listSavedAlbums: pages(
      read(
        (market: string | undefined, call: Call) =>
          list(
            'me/albums',
            wireAlbums,
            (wire) => saved(wire.added_at, toAlbum(wire.album)),
            call,
            market ?? home,
          ),
        notes('get-users-saved-albums', view),
      ),
    ),
    /** Saved tracks, newest first. */
    listSavedTracks: pages(
      read(
        (market: string | undefined, call: Call) =>
          list(
            'me/tracks',
            wireTracks,
            (wire) => saved(wire.added_at, toTrack(wire.track)),
            call,
            market ?? home,
          ),
        notes('get-users-saved-tracks', view),
      ),
    ),
    /** Saved episodes, newest first. */
    listSavedEpisodes: pages(
      read(
        (market: string | undefined, call: Call) =>
          list(
            'me/episodes',
            wireEpisodes,
            (wire) => saved(wire.added_at, toEpisode(wire.episode)),
            call,
            market ?? home,
          ),
        notes('get-users-saved-episodes', [...view, 'user-read-playback-position']),
      ),
    ),
    /** Saved podcasts, newest first. */
    listSavedShows: pages(
      read(
        (call: Call) =>
          list('me/shows', wireShows, (wire) => saved(wire.added_at, toShowRef(wire.show)), call),
        notes('get-users-saved-shows', view),
      ),
    ),
    /** Saved audiobooks, newest first. */
    listSavedAudiobooks: pages(
      read(
        (call: Call) =>
          list(
            'me/audiobooks',
            wireAudiobooks,
            (wire) => saved(wire.added_at, toAudiobook(wire.audiobook)),
            call,
          ),
        notes('get-users-saved-audiobooks', view),
      ),
    ),
  };
};
