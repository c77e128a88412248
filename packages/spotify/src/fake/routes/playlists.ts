/** Playlists: their details, covers, followers. */
import type { FakeRequest, FakeResponse } from '@im/testing';
import type { Principal } from '../account.ts';
import { idOf } from '../catalogue.ts';
import { pickFields } from '../fields.ts';
import { changedPlaylist, fullPlaylist, modifyScopes, playlistRef, seenPlaylist } from '../playlist-view.ts';
import { addPlaylist } from '../playlists.ts';
import { bodyOf, found, page, placeOf, refuse } from '../requests.ts';
import { mayEnter, type State, userOf } from '../state.ts';
import type { RouteTable } from './table.ts';

/** The vendor's limit for a cover. */
const mostCoverBytes = 256 * 1024;

export function playlistRoutes(state: State): RouteTable {
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
    return { status: 201, json: fullPlaylist(state, request, who, playlist) };
  };

  return {
    'GET /playlists/:playlist_id': {
      run: (request, who) => ({
        json: pickFields(
          fullPlaylist(state, request, who, seenPlaylist(state, request, who)),
          request.query.get('fields'),
        ),
      }),
    },
    'PUT /playlists/:playlist_id': {
      scopes: modifyScopes,
      run: (request, who) => {
        const playlist = changedPlaylist(state, request, who, true);
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
      run: (request, who) => ({ json: playlistRef(state, seenPlaylist(state, request, who)).images }),
    },
    'PUT /playlists/:playlist_id/images': {
      scopes: ['ugc-image-upload', ...modifyScopes],
      run: (request, who) => {
        const playlist = changedPlaylist(state, request, who, true);
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
    'POST /me/playlists': { scopes: modifyScopes, run: create },
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
      scopes: modifyScopes,
      run: (request, who) =>
        userOf(who).userId === request.params.user_id
          ? create(request, who)
          : refuse(403, 'You cannot create a playlist for another user'),
    },
    'PUT /playlists/:playlist_id/followers': {
      scopes: modifyScopes,
      run: (request, who) => {
        userOf(who).library.set(
          `spotify:playlist:${seenPlaylist(state, request, who).id}`,
          state.clock.now(),
        );
        return {};
      },
    },
    'DELETE /playlists/:playlist_id/followers': {
      scopes: modifyScopes,
      run: (request, who) => {
        userOf(who).library.delete(`spotify:playlist:${request.params.playlist_id}`);
        return {};
      },
    },
    'GET /playlists/:playlist_id/followers/contains': {
      run: (request, who) => {
        const { id } = seenPlaylist(state, request, who);
        return { json: [userOf(who).library.has(`spotify:playlist:${id}`)] };
      },
    },
  };
}
