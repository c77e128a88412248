/** Playlists as they are shown, and who may see and change them. */
import type { FakeRequest } from '@im/testing';
import type { Principal } from './account.ts';
import type { Entry, Playlist } from './playlists.ts';
import * as render from './render.ts';
import { page, refuse } from './requests.ts';
import { mayEnter, type State, userOf, viewOf, visiblePlaylist } from './state.ts';

/** Either scope lets a user change playlists; which one is needed depends on the playlist. */
export const modifyScopes = [['playlist-modify-public', 'playlist-modify-private']];

/** A playlist as it stands in lists. */
export function playlistRef(state: State, playlist: Playlist): render.Json {
  const { id, ownerId } = playlist;
  const reference = { href: `${state.base}/playlists/${id}/items`, total: playlist.entries.length };
  return {
    collaborative: playlist.collaborative,
    description: playlist.description ?? '',
    external_urls: render.urlsOf('playlist', id),
    href: `${state.base}/playlists/${id}`,
    id,
    images: render.imagesOf(playlist.coverId ?? id).slice(0, playlist.coverId === undefined ? 3 : 1),
    name: playlist.name,
    owner: { ...userRef(state, ownerId), display_name: nameOf(state, ownerId) },
    public: playlist.public,
    snapshot_id: playlist.snapshotId,
    items: reference,
    tracks: { ...reference, href: `${state.base}/playlists/${id}/tracks` },
    type: 'playlist',
    uri: `spotify:playlist:${id}`,
  };
}

const nameOf = (state: State, userId: string) =>
  state.accounts.all().find((account) => account.userId === userId)?.displayName ?? null;

const userRef = (state: State, id: string): render.Json => ({
  external_urls: render.urlsOf('user', id),
  href: `${state.base}/users/${id}`,
  id,
  type: 'user',
  uri: `spotify:user:${id}`,
});

const followersOf = (state: State, { id }: Playlist) =>
  state.accounts.all().filter(({ library }) => library.has(`spotify:playlist:${id}`)).length;

/** Shows an entry under `item`, as since 2026, or under `track`. */
export function entryView(
  state: State,
  request: FakeRequest,
  who: Principal,
  field: 'item' | 'track',
): (entry: Entry) => render.Json {
  const view = viewOf(state, request, who);
  return (entry) => {
    const item = render.playable(view, entry.uri);
    return {
      added_at: new Date(entry.addedAt).toISOString().replace('.000Z', 'Z'),
      added_by: userRef(state, entry.addedBy),
      is_local: entry.uri.startsWith('spotify:local:'),
      // What is gone is left out: the description does not allow `null` here.
      ...(item === undefined ? {} : { [field]: item }),
    };
  };
}

/** A playlist on its own; with its first items for those who may see them. */
export function fullPlaylist(
  state: State,
  request: FakeRequest,
  who: Principal,
  playlist: Playlist,
): render.Json {
  const { items: _items, tracks: _tracks, ...shared } = playlistRef(state, playlist);
  const place = { base: state.base, path: `/playlists/${playlist.id}/items`, limit: 100, offset: 0 };
  const inside = mayEnter(playlist, who.user)
    ? { items: page(playlist.entries, place, entryView(state, request, who, 'item')) }
    : {};
  return { ...shared, followers: { href: null, total: followersOf(state, playlist) }, ...inside };
}

/** The playlist that the path names, when the user may know of it. */
export const seenPlaylist = (state: State, request: FakeRequest, who: Principal): Playlist =>
  visiblePlaylist(state, request.params.playlist_id ?? '', who.user);

/** The playlist that the path names, when the user may change it. */
export function changedPlaylist(
  state: State,
  request: FakeRequest,
  who: Principal,
  ownerOnly = false,
): Playlist {
  const user = userOf(who);
  const playlist = seenPlaylist(state, request, who);
  const may = ownerOnly ? playlist.ownerId === user.userId : mayEnter(playlist, user);
  const scope = playlist.public ? 'playlist-modify-public' : 'playlist-modify-private';
  if (!may) refuse(403, 'You cannot change this playlist');
  if (!who.scopes.has(scope)) refuse(403, 'Insufficient client scope');
  return playlist;
}
