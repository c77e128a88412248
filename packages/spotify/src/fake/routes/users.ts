/** Users, their tastes, and what the vendor's own pages show. */
import type { Account } from '../account.ts';
import { categories, genres, markets } from '../built-in.ts';
import { playlistRef } from '../playlist-view.ts';
import * as render from '../render.ts';
import { found, page, placeOf, refuse } from '../requests.ts';
import { type State, userOf, viewOf } from '../state.ts';
import type { RouteTable } from './table.ts';

export function userRoutes(state: State): RouteTable {
  const publicUser = (account: Account): render.Json => ({
    display_name: account.displayName,
    external_urls: render.urlsOf('user', account.userId),
    followers: { href: null, total: followers(state, account) },
    href: `${state.base}/users/${account.userId}`,
    id: account.userId,
    images: render.imagesOf(account.userId).slice(0, 1),
    type: 'user',
    uri: `spotify:user:${account.userId}`,
  });
  const checkRange = (range: string | null) => {
    if (range !== null && !['short_term', 'medium_term', 'long_term'].includes(range))
      refuse(400, 'Invalid time range');
  };
  const featured = () => [...state.playlists.values()].filter((playlist) => playlist.public);
  const categoryJson = ({ id, name }: (typeof categories)[number]): render.Json => ({
    href: `${state.base}/browse/categories/${id}`,
    icons: render.imagesOf(id).slice(0, 1),
    id,
    name,
  });
  const categoryAt = (id: string | undefined) => found(categories.find((category) => category.id === id));

  return {
    'GET /me': {
      scopes: ['user-read-private'],
      run: (_request, who) => {
        const user = userOf(who);
        return {
          json: {
            ...publicUser(user),
            country: user.country ?? 'SE',
            explicit_content: { filter_enabled: false, filter_locked: false },
            product: user.product,
            ...(who.scopes.has('user-read-email') ? { email: `${user.userId}@example.com` } : {}),
          },
        };
      },
    },
    'GET /users/:user_id': {
      run: (request) => ({
        json: publicUser(found(state.accounts.all().find(({ userId }) => userId === request.params.user_id))),
      }),
    },
    'GET /me/top/artists': {
      scopes: ['user-top-read'],
      run: (request, who) => {
        const view = viewOf(state, request, who);
        checkRange(request.query.get('time_range'));
        return {
          json: page([...state.world.artists.values()], placeOf(request, state.base), (thing) =>
            render.artist(view, thing),
          ),
        };
      },
    },
    'GET /me/top/tracks': {
      scopes: ['user-top-read'],
      run: (request, who) => {
        const view = viewOf(state, request, who);
        checkRange(request.query.get('time_range'));
        const top = [...state.world.tracks.values()]
          .sort((a, b) => b.popularity - a.popularity)
          .slice(0, 100);
        return { json: page(top, placeOf(request, state.base), (thing) => render.track(view, thing)) };
      },
    },
    'GET /markets': { run: () => ({ json: { markets } }) },
    'GET /recommendations/available-genre-seeds': { run: () => ({ json: { genres } }) },
    'GET /browse/categories': {
      run: (request) => ({
        json: { categories: page(categories, placeOf(request, state.base), categoryJson) },
      }),
    },
    'GET /browse/categories/:category_id': {
      run: (request) => ({ json: categoryJson(categoryAt(request.params.category_id)) }),
    },
    'GET /browse/categories/:category_id/playlists': {
      run: (request) => {
        const { name } = categoryAt(request.params.category_id);
        return {
          json: {
            message: name,
            playlists: page(featured(), placeOf(request, state.base), (one) => playlistRef(state, one)),
          },
        };
      },
    },
    'GET /browse/featured-playlists': {
      run: (request) => ({
        json: {
          message: 'Something to begin with',
          playlists: page(featured(), placeOf(request, state.base), (one) => playlistRef(state, one)),
        },
      }),
    },
  };
}

const followers = (state: State, { userId }: Account): number =>
  state.accounts.all().filter(({ library }) => library.has(`spotify:user:${userId}`)).length;
