/**
 * What stands in a playlist. The vendor moved `/tracks` to `/items` in February 2026; both work the same way, so each
 * operation is written once and made for both paths.
 */
import { type Call, idempotent, type OperationNotes, pages, read, unsafe } from '@im/core';

import { toPlaylistItem } from '../map/playlists.ts';
import type { Snapshot } from '../model/playlists.ts';
import { wireContents, wireSnapshot } from '../wire/playlists.ts';
import { offsetQuery, toPage, usualPage } from './paging.ts';
import { batch, type Connection, invalid, notes, path } from './shared.ts';

/** Which items move where. */
export interface Reordering {
  /** Position of the first item to move, from 0. */
  readonly from: number;
  /** How many move. Default 1. */
  readonly count?: number | undefined;
  /** Position in front of which they are put, counted before the move; the number of items is the end. */
  readonly before: number;
  /** Version that the positions are meant for. Default: the newest. */
  readonly snapshotId?: string | undefined;
}

/** Most items of one change; and of a page, on the old path. */
const mostItems = 100;
const modify = ['playlist-modify-public', 'playlist-modify-private'];
const view = ['playlist-read-private'];

export const playlistContentOperations = (connection: Connection) => {
  const items = contents(connection, 'items');
  const tracks = contents(connection, 'tracks');
  return {
    /** The items of a playlist, in order. `permission_denied` for a playlist that is neither yours nor collaborative with you. */
    listPlaylistItems: items.list(notes('get-playlists-items', view)),
    /** Adds up to 100 items by URI, at `position` (from 0; default: the end). Repeating it adds them again. */
    addPlaylistItems: items.add(notes('add-items-to-playlist', modify)),
    /** Moves items. Not safe to repeat: positions mean something else after the move. */
    reorderPlaylistItems: items.reorder(notes('reorder-or-replace-playlists-items', modify)),
    /** Puts up to 100 items in place of everything; none empties the playlist. */
    replacePlaylistItems: items.replace(notes('reorder-or-replace-playlists-items', modify)),
    /** Removes every occurrence of up to 100 items by URI, in the version `snapshotId` (default: the newest). */
    removePlaylistItems: items.remove(notes('remove-items-playlist', modify)),
    /** @deprecated since February 2026: use `listPlaylistItems`. */
    listPlaylistTracks: tracks.list(
      notes('get-playlists-tracks', view, 'since February 2026: use listPlaylistItems'),
    ),
    /** @deprecated since February 2026: use `addPlaylistItems`. */
    addPlaylistTracks: tracks.add(
      notes('add-tracks-to-playlist', modify, 'since February 2026: use addPlaylistItems'),
    ),
    /** @deprecated since February 2026: use `reorderPlaylistItems`. */
    reorderPlaylistTracks: tracks.reorder(
      notes('reorder-or-replace-playlists-tracks', modify, 'since February 2026: use reorderPlaylistItems'),
    ),
    /** @deprecated since February 2026: use `replacePlaylistItems`. */
    replacePlaylistTracks: tracks.replace(
      notes('reorder-or-replace-playlists-tracks', modify, 'since February 2026: use replacePlaylistItems'),
    ),
    /** @deprecated since February 2026: use `removePlaylistItems`. */
    removePlaylistTracks: tracks.remove(
      notes('remove-tracks-playlist', modify, 'since February 2026: use removePlaylistItems'),
    ),
  };
};

const contents = ({ http, market: home }: Connection, segment: 'items' | 'tracks') => ({
  list: (facts: OperationNotes) =>
    pages(
      read(async (playlistId: string, market: string | undefined, call: Call) => {
        const query = {
          market: market ?? home,
          additional_types: ['track', 'episode'],
          ...offsetQuery(call, segment === 'items' ? usualPage : mostItems),
        };
        const wire = await http.get(path`playlists/${playlistId}/${segment}`, wireContents, call, { query });
        return toPage(wire, toPlaylistItem);
      }, facts),
    ),
  add: (facts: OperationNotes) =>
    unsafe(async (playlistId: string, uris: readonly string[], position: number | undefined, call: Call) => {
      const json = { uris: batch(uris, mostItems, 'items'), position };
      return toSnapshot(
        await http.post(path`playlists/${playlistId}/${segment}`, wireSnapshot, call, { json }),
      );
    }, facts),
  reorder: (facts: OperationNotes) =>
    unsafe(async (playlistId: string, { from, count, before, snapshotId }: Reordering, call: Call) => {
      const json = {
        range_start: from,
        insert_before: before,
        range_length: count,
        snapshot_id: snapshotId,
      };
      return toSnapshot(
        await http.put(path`playlists/${playlistId}/${segment}`, wireSnapshot, call, { json }),
      );
    }, facts),
  replace: (facts: OperationNotes) =>
    idempotent(async (playlistId: string, uris: readonly string[], call: Call) => {
      if (uris.length > mostItems)
        throw invalid(`takes at most ${mostItems} items a call, not ${uris.length}`);
      const json = { uris };
      return toSnapshot(
        await http.put(path`playlists/${playlistId}/${segment}`, wireSnapshot, call, { json }),
      );
    }, facts),
  remove: (facts: OperationNotes) =>
    idempotent(
      async (playlistId: string, uris: readonly string[], snapshotId: string | undefined, call: Call) => {
        const json = {
          [segment]: batch(uris, mostItems, 'items').map((uri) => ({ uri })),
          snapshot_id: snapshotId,
        };
        return toSnapshot(
          await http.delete(path`playlists/${playlistId}/${segment}`, wireSnapshot, call, { json }),
        );
      },
      facts,
    ),
});

const toSnapshot = ({ snapshot_id }: { readonly snapshot_id: string }): Snapshot => ({
  snapshotId: snapshot_id,
});
