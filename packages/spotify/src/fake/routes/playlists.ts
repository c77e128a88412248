/** Playlists: their details, contents, covers, followers. */
import type { FakeRequest, FakeResponse } from '@im/testing';
import type { Account, Principal } from '../accounts.ts';
import { idOf } from '../catalogue.ts';
import { pickFields } from '../fields.ts';
import { addPlaylist, type Entry, type Playlist, setEntries } from '../playlists.ts';
import * as render from '../render.ts';
import { bodyOf, found, integer, isObject, page, placeOf, refuse, strings } from '../requests.ts';
import { mayEnter, type State, userOf, viewOf, visiblePlaylist } from '../state.ts';
import type { RouteTable } from './table.ts';

const modify = [['playlist-modify-public', 'playlist-modify-private']];
const mostItems = 100;
/** The vendor's limit for a cover. */
const mostCoverBytes = 256 * 1024;

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

export function playlistRoutes(state: State): RouteTable {
  const entryJson = (view: render.View, entry: Entry, field: 'item' | 'track'): render.Json => {
    const item = render.playable(view, entry.uri);
    return {
      added_at: new Date(entry.addedAt).toISOString().replace('.000Z', 'Z'),
      added_by: userRef(state, entry.addedBy),
      is_local: entry.uri.startsWith('spotify:local:'),
      // What is gone is left out: the description does not allow `null` here.
      ...(item === undefined ? {} : { [field]: item }),
    };
  };
  const contents = (
    request: FakeRequest,
    who: Principal,
    playlist: Playlist,
    segment: 'items' | 'tracks',
  ) => {
    const view = viewOf(state, request, who);
    const field = segment === 'items' ? 'item' : 'track';
    return { view, show: (entry: Entry) => entryJson(view, entry, field), playlist };
  };
  const full = (request: FakeRequest, who: Principal, playlist: Playlist): render.Json => {
    const { items: _items, tracks: _tracks, ...shared } = playlistRef(state, playlist);
    const place = { base: state.base, path: `/playlists/${playlist.id}/items`, limit: 100, offset: 0 };
    const inside = mayEnter(playlist, who.user)
      ? { items: page(playlist.entries, place, contents(request, who, playlist, 'items').show) }
      : {};
    return { ...shared, followers: { href: null, total: followersOf(state, playlist) }, ...inside };
  };
  const seen = (request: FakeRequest, who: Principal) =>
    visiblePlaylist(state, request.params.playlist_id ?? '', who.user);
  /** The playlist, when the user may change it. */
  const changed = (request: FakeRequest, who: Principal, ownerOnly = false): Playlist => {
    const user = userOf(who);
    const playlist = seen(request, who);
    const may = ownerOnly ? playlist.ownerId === user.userId : mayEnter(playlist, user);
    const scope = playlist.public ? 'playlist-modify-public' : 'playlist-modify-private';
    if (!may) refuse(403, 'You cannot change this playlist');
    if (!who.scopes.has(scope)) refuse(403, 'Insufficient client scope');
    return playlist;
  };
  const newEntries = (uris: readonly string[], user: Account): Entry[] => {
    if (uris.length > mostItems) refuse(400, `You can add a maximum of ${mostItems} tracks per request.`);
    for (const uri of uris) {
      if (!/^spotify:(track|episode):/.test(uri) || render.playable(plainView(state), uri) === undefined) {
        refuse(400, 'Invalid track uri');
      }
    }
    return uris.map((uri) => ({ uri, addedAt: state.clock.now(), addedBy: user.userId }));
  };
  const versionOf = (playlist: Playlist, snapshotId: unknown): readonly Entry[] => {
    if (snapshotId === undefined) return playlist.entries;
    const version = typeof snapshotId === 'string' ? playlist.versions.get(snapshotId) : undefined;
    return version ?? refuse(400, 'Invalid snapshot id');
  };
  const urisOf = (request: FakeRequest, body: Readonly<Record<string, unknown>>): string[] | undefined =>
    request.query.get('uris')?.split(',') ?? strings(body.uris);

  const reorder = (playlist: Playlist, body: Readonly<Record<string, unknown>>): string => {
    const start = whole(body.range_start) ?? refuse(400, 'Missing required field: range_start');
    const before = whole(body.insert_before) ?? refuse(400, 'Missing required field: insert_before');
    const length = whole(body.range_length) ?? 1;
    const version = versionOf(playlist, body.snapshot_id);
    if (start + length > version.length || before > version.length) refuse(400, 'Index out of bounds');
    const moving = new Set(version.slice(start, start + length));
    const target = version.slice(before).find((entry) => !moving.has(entry));
    const staying = playlist.entries.filter((entry) => !moving.has(entry));
    const at = target === undefined ? staying.length : Math.max(staying.indexOf(target), 0);
    const moved = playlist.entries.filter((entry) => moving.has(entry));
    return setEntries(playlist, [...staying.slice(0, at), ...moved, ...staying.slice(at)]);
  };
  const remove = (playlist: Playlist, listed: unknown, snapshotId: unknown): string => {
    if (!Array.isArray(listed) || listed.length === 0) return refuse(400, 'Missing required field: items');
    if (listed.length > mostItems)
      return refuse(400, `You can remove a maximum of ${mostItems} tracks per request.`);
    const uris = new Set(listed.map((entry) => (isObject(entry) ? entry.uri : undefined)));
    const gone = new Set(versionOf(playlist, snapshotId).filter((entry) => uris.has(entry.uri)));
    const left = playlist.entries.filter((entry) => !gone.has(entry));
    return left.length === playlist.entries.length ? playlist.snapshotId : setEntries(playlist, left);
  };
  const create = (request: FakeRequest, who: Principal): FakeResponse => {
    const user = userOf(who);
    const body = bodyOf(request);
    if (typeof body.name !== 'string' || body.name === '') return refuse(400, 'Missing required field: name');
    const shown = body.public !== false;
    if (!who.scopes.has(shown ? 'playlist-modify-public' : 'playlist-modify-private')) {
      return refuse(403, 'Insufficient client scope');
    }
    if (shown && body.collaborative === true)
      return refuse(400, 'A collaborative playlist must not be public');
    const playlist = addPlaylist(state.playlists, {
      id: idOf('created playlist', user.userId, state.playlists.size, state.clock.now()),
      ownerId: user.userId,
      name: body.name,
      description: typeof body.description === 'string' ? body.description : null,
      public: shown,
      collaborative: body.collaborative === true,
    });
    return { status: 201, json: full(request, who, playlist) };
  };

  /** Reading and changing contents, at the new path and at the old one. */
  const contentsAt = (segment: 'items' | 'tracks'): RouteTable => ({
    [`GET /playlists/:playlist_id/${segment}`]: {
      run: (request, who) => {
        const playlist = seen(request, who);
        if (!mayEnter(playlist, who.user)) return refuse(403, 'Forbidden');
        if (!playlist.public && !who.scopes.has('playlist-read-private'))
          return refuse(403, 'Insufficient client scope');
        const place = placeOf(request, state.base, { most: segment === 'items' ? 50 : 100 });
        const { show } = contents(request, who, playlist, segment);
        return { json: pickFields(page(playlist.entries, place, show), request.query.get('fields')) };
      },
    },
    [`POST /playlists/:playlist_id/${segment}`]: {
      scopes: modify,
      run: (request, who) => {
        const playlist = changed(request, who);
        const body = bodyOf(request);
        const uris = urisOf(request, body) ?? refuse(400, 'Missing required field: uris');
        const last = playlist.entries.length;
        const asked = integer(request, 'position', {
          min: 0,
          max: last,
          default: whole(body.position) ?? last,
        });
        if (asked > last) return refuse(400, 'Index out of bounds');
        const added = newEntries(uris, userOf(who));
        const next = [...playlist.entries.slice(0, asked), ...added, ...playlist.entries.slice(asked)];
        return { status: 201, json: { snapshot_id: setEntries(playlist, next) } };
      },
    },
    [`PUT /playlists/:playlist_id/${segment}`]: {
      scopes: modify,
      run: (request, who) => {
        const playlist = changed(request, who);
        const body = bodyOf(request);
        const uris = urisOf(request, body);
        const snapshot =
          uris === undefined ? reorder(playlist, body) : setEntries(playlist, newEntries(uris, userOf(who)));
        return { json: { snapshot_id: snapshot } };
      },
    },
    [`DELETE /playlists/:playlist_id/${segment}`]: {
      scopes: modify,
      run: (request, who) => {
        const playlist = changed(request, who);
        const body = bodyOf(request);
        return { json: { snapshot_id: remove(playlist, body[segment], body.snapshot_id) } };
      },
    },
  });

  return {
    ...contentsAt('items'),
    ...contentsAt('tracks'),
    'GET /playlists/:playlist_id': {
      run: (request, who) => ({
        json: pickFields(full(request, who, seen(request, who)), request.query.get('fields')),
      }),
    },
    'PUT /playlists/:playlist_id': {
      scopes: modify,
      run: (request, who) => {
        const playlist = changed(request, who, true);
        const { name, description, public: shown, collaborative } = bodyOf(request);
        if (collaborative === true && (typeof shown === 'boolean' ? shown : playlist.public)) {
          return refuse(400, 'A collaborative playlist must not be public');
        }
        if (typeof name === 'string') playlist.name = name;
        if (typeof description === 'string') playlist.description = description;
        if (typeof shown === 'boolean') playlist.public = shown;
        if (typeof collaborative === 'boolean') playlist.collaborative = collaborative;
        return {};
      },
    },
    'GET /playlists/:playlist_id/images': {
      run: (request, who) => ({ json: playlistRef(state, seen(request, who)).images }),
    },
    'PUT /playlists/:playlist_id/images': {
      scopes: ['ugc-image-upload', ...modify],
      run: (request, who) => {
        const playlist = changed(request, who, true);
        const body = Buffer.from(request.body).toString('latin1');
        if (body.length > mostCoverBytes) return refuse(413, 'Image is too large');
        // Base64 of the JPEG magic number FF D8 FF.
        if (request.headers['content-type'] !== 'image/jpeg' || !body.startsWith('/9j/')) {
          return refuse(400, 'Error while parsing the image');
        }
        playlist.coverId = idOf('cover', body);
        return { status: 202 };
      },
    },
    'GET /me/playlists': {
      scopes: ['playlist-read-private'],
      run: (request, who) => {
        const user = userOf(who);
        const mine = [...state.playlists.values()].filter(
          ({ id, ownerId }) => ownerId === user.userId || user.library.has(`spotify:playlist:${id}`),
        );
        const visible = mine.filter((playlist) => playlist.public || mayEnter(playlist, user));
        return {
          json: page(visible, placeOf(request, state.base), (playlist) => playlistRef(state, playlist)),
        };
      },
    },
    'POST /me/playlists': { scopes: modify, run: create },
    'GET /users/:user_id/playlists': {
      scopes: ['playlist-read-private'],
      run: (request, who) => {
        const id = found(state.accounts.all().find(({ userId }) => userId === request.params.user_id)).userId;
        const theirs = [...state.playlists.values()].filter(({ ownerId }) => ownerId === id);
        const visible = theirs.filter((playlist) => playlist.public || mayEnter(playlist, who.user));
        return {
          json: page(visible, placeOf(request, state.base), (playlist) => playlistRef(state, playlist)),
        };
      },
    },
    'POST /users/:user_id/playlists': {
      scopes: modify,
      run: (request, who) =>
        userOf(who).userId === request.params.user_id
          ? create(request, who)
          : refuse(403, 'You cannot create a playlist for another user'),
    },
    'PUT /playlists/:playlist_id/followers': {
      scopes: modify,
      run: (request, who) => {
        userOf(who).library.set(`spotify:playlist:${seen(request, who).id}`, state.clock.now());
        return {};
      },
    },
    'DELETE /playlists/:playlist_id/followers': {
      scopes: modify,
      run: (request, who) => {
        userOf(who).library.delete(`spotify:playlist:${request.params.playlist_id}`);
        return {};
      },
    },
    'GET /playlists/:playlist_id/followers/contains': {
      run: (request, who) => {
        const { id } = seen(request, who);
        return { json: [userOf(who).library.has(`spotify:playlist:${id}`)] };
      },
    },
  };
}

const plainView = (state: State): render.View => ({
  world: state.world,
  base: state.base,
  market: undefined,
});

/** A whole number from 0; absent stays absent. */
function whole(value: unknown): number | undefined {
  if (value === undefined) return undefined;
  return Number.isInteger(value) && Number(value) >= 0
    ? Number(value)
    : refuse(400, 'Invalid request: expected a position');
}
