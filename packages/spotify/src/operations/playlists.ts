import { type Call, idempotent, pages, read, unsafe } from '@im/core';
import { none } from '@im/http';
import { toPlaylist, toPlaylistRef } from '../map/playlists.ts';
import type { Image } from '../model/music.ts';
import { wireBooleans, wirePaging } from '../wire/common.ts';
import { wireImages, wirePlaylist, wirePlaylistRef, wireSnapshot } from '../wire/playlists.ts';
import { offsetQuery, toPage } from './paging.ts';
import { type Connection, invalid, notes, path } from './shared.ts';

/** What can be said of a playlist. */
export interface PlaylistDetails {
  readonly name?: string | undefined;
  readonly description?: string | undefined;
  /** Shown on the owner's profile. */
  readonly public?: boolean | undefined;
  /** Others may change it; needs `public: false`. */
  readonly collaborative?: boolean | undefined;
}

/** A playlist to make. `public` is true unless said otherwise. */
export interface NewPlaylist extends PlaylistDetails {
  readonly name: string;
}

const modify = ['playlist-modify-public', 'playlist-modify-private'];
/** The vendor's limit for a cover, in bytes of base64. */
const mostCoverBytes = 256 * 1024;
const wirePlaylists = wirePaging(wirePlaylistRef);

export const playlistOperations = ({ http, market: home }: Connection) => ({
  /** A playlist, with its first items when it is yours. */
  getPlaylist: read(
    async (playlistId: string, market: string | undefined, call: Call) => {
      const query = { market: market ?? home, additional_types: ['track', 'episode'] };
      return toPlaylist(await http.get(path`playlists/${playlistId}`, wirePlaylist, call, { query }));
    },
    notes('get-playlist', ['playlist-read-private']),
  ),
  /** Only the version of a playlist: the cheap way to see whether it has changed. */
  getPlaylistSnapshot: read(
    async (playlistId: string, call: Call) => {
      const query = { fields: 'snapshot_id' };
      const wire = await http.get(path`playlists/${playlistId}`, wireSnapshot, call, { query });
      return { snapshotId: wire.snapshot_id };
    },
    notes('get-playlist', ['playlist-read-private']),
  ),
  /** Changes name, description, visibility; what is left out stays. */
  updatePlaylist: idempotent(
    (playlistId: string, details: PlaylistDetails, call: Call): Promise<void> =>
      http.put(path`playlists/${playlistId}`, none, call, { json: details }),
    notes('change-playlist-details', modify),
  ),
  /** Makes an empty playlist for the connected user. */
  createPlaylist: unsafe(
    async (playlist: NewPlaylist, call: Call) =>
      toPlaylist(await http.post('me/playlists', wirePlaylist, call, { json: playlist })),
    notes('create-playlist', modify),
  ),
  /** The playlists that the connected user owns or follows. */
  listMyPlaylists: pages(
    read(
      async (call: Call) =>
        toPage(
          await http.get('me/playlists', wirePlaylists, call, { query: offsetQuery(call) }),
          toPlaylistRef,
        ),
      notes('get-a-list-of-current-users-playlists', ['playlist-read-private']),
    ),
  ),
  /** The cover, in up to three sizes. */
  getPlaylistCover: read(
    (playlistId: string, call: Call): Promise<readonly Image[]> =>
      http.get(path`playlists/${playlistId}/images`, wireImages, call),
    notes('get-playlist-cover'),
  ),
  /** Replaces the cover by a JPEG, given as its bytes; 256 KB at most once in base64. The vendor shows it some seconds later. */
  uploadPlaylistCover: idempotent(
    async (playlistId: string, jpeg: Uint8Array, call: Call): Promise<void> => {
      const body = Buffer.from(jpeg).toString('base64');
      if (body === '' || body.length > mostCoverBytes) {
        throw invalid(`takes a JPEG of 1 to ${mostCoverBytes} bytes in base64, not ${body.length}`);
      }
      const headers = { 'content-type': 'image/jpeg' };
      await http.put(path`playlists/${playlistId}/images`, none, call, { body, headers });
    },
    notes('upload-custom-playlist-cover', ['ugc-image-upload', ...modify]),
  ),
  /**
   * The public playlists of a user.
   * @deprecated since February 2026: use `listMyPlaylists` with that user's account.
   */
  listUserPlaylists: pages(
    read(
      async (userId: string, call: Call) => {
        const query = offsetQuery(call);
        return toPage(
          await http.get(path`users/${userId}/playlists`, wirePlaylists, call, { query }),
          toPlaylistRef,
        );
      },
      notes(
        'get-list-users-playlists',
        ['playlist-read-private', 'playlist-read-collaborative'],
        "since February 2026: use listMyPlaylists with that user's account",
      ),
    ),
  ),
  /** @deprecated since February 2026: use `createPlaylist`. */
  createPlaylistForUser: unsafe(
    async (userId: string, playlist: NewPlaylist, call: Call) =>
      toPlaylist(await http.post(path`users/${userId}/playlists`, wirePlaylist, call, { json: playlist })),
    notes('create-playlist-for-user', modify, 'since February 2026: use createPlaylist'),
  ),
  /**
   * Follows a playlist; `isPublic` (default true) shows it on the profile.
   * @deprecated since February 2026: use `saveToLibrary`.
   */
  followPlaylist: idempotent(
    (playlistId: string, isPublic: boolean | undefined, call: Call): Promise<void> =>
      http.put(path`playlists/${playlistId}/followers`, none, call, { json: { public: isPublic ?? true } }),
    notes('follow-playlist', modify, 'since February 2026: use saveToLibrary'),
  ),
  /** @deprecated since February 2026: use `removeFromLibrary`. */
  unfollowPlaylist: idempotent(
    (playlistId: string, call: Call): Promise<void> =>
      http.delete(path`playlists/${playlistId}/followers`, none, call),
    notes('unfollow-playlist', modify, 'since February 2026: use removeFromLibrary'),
  ),
  /**
   * Whether the connected user follows a playlist.
   * @deprecated since February 2026: use `checkLibrary`.
   */
  checkFollowsPlaylist: read(
    async (playlistId: string, call: Call) =>
      (await http.get(path`playlists/${playlistId}/followers/contains`, wireBooleans, call))[0] ?? false,
    notes('check-if-user-follows-playlist', [], 'since February 2026: use checkLibrary'),
  ),
});
