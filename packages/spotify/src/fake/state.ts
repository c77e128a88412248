/** Everything one fake holds, and how its routes look at it. */
import type { Clock } from '@im/core';
import type { FakeRequest, FakeResponse } from '@im/testing';
import type { Account, Principal } from './account.ts';
import type { Accounts } from './accounts.ts';
import { starterCatalogue } from './built-in.ts';
import type { Catalogue } from './catalogue.ts';
import { createPlayer, remember } from './player.ts';
import { addCatalogue, type Playlist, type Playlists } from './playlists.ts';
import type { View } from './render.ts';
import { refuse } from './requests.ts';
import { createWorld, type World } from './world.ts';

export interface State {
  readonly clock: Clock;
  readonly accounts: Accounts;
  world: World;
  playlists: Playlists;
  /** A catalogue was loaded: accounts begin empty. */
  loaded: boolean;
  /** Tenants whose accounts were furnished with the built-in world's things. */
  readonly furnished: Set<string>;
  /** `http://127.0.0.1:1234/v1` */
  base: string;
}

/** A route's work, once the token is known. */
export type Handler = (request: FakeRequest, principal: Principal) => FakeResponse;

/** The user's country, else the market asked for: https://developer.spotify.com/documentation/web-api/concepts/track-relinking */
export function viewOf(state: State, request: FakeRequest, { user }: Principal): View {
  const asked = request.query.get('market');
  if (asked !== null && !/^([A-Z]{2}|from_token)$/.test(asked)) refuse(400, 'Invalid market code');
  const market = user?.country ?? (asked === 'from_token' ? undefined : (asked ?? undefined));
  return { world: state.world, base: state.base, market };
}

/** The user a token speaks for; an app alone has none. */
export function userOf({ user }: Principal): Account {
  return user ?? refuse(401, 'Valid user authentication required');
}

/** Whether `user` may see what stands in the playlist. */
export function mayEnter(playlist: Playlist, user: Account | undefined): boolean {
  if (user === undefined) return false;
  return (
    playlist.ownerId === user.userId ||
    (playlist.collaborative && user.library.has(`spotify:playlist:${playlist.id}`))
  );
}

/** The playlist, when `user` may know of it. A private one of somebody else is as if it were not there. */
export function visiblePlaylist(state: State, id: string, user: Account | undefined): Playlist {
  const playlist = state.playlists.get(id);
  return playlist !== undefined && (playlist.public || mayEnter(playlist, user))
    ? playlist
    : refuse(404, 'Resource not found');
}

/** Length of whatever plays under this URI, milliseconds. */
export function lengthOf(state: State, uri: string): number {
  const [, kind, id = ''] = uri.split(':');
  const thing = kind === 'track' ? state.world.tracks.get(id) : state.world.parts.get(id);
  return thing?.durationMs ?? 0;
}

/** The account of a tenant, with something in it the first time. */
export function accountOf(state: State, tenant: string): Account {
  const account = state.accounts.account(tenant);
  if (state.furnished.has(tenant)) return account;
  state.furnished.add(tenant);
  if (!state.loaded) furnish(state, account);
  return account;
}

/** Puts `catalogue` in place of the built-in music: playlists, libraries and players begin anew. */
export function loadCatalogue(state: State, catalogue: Catalogue): void {
  state.loaded = true;
  state.world = createWorld(false);
  state.playlists = new Map();
  for (const { owner } of catalogue.playlists) accountOf(state, owner);
  addCatalogue(state.playlists, state.world, catalogue, state.clock);
  for (const account of state.accounts.all()) {
    account.library.clear();
    Object.assign(account.player, createPlayer(state.clock, account.tenant));
  }
}

/** Two playlists, a few saved things, a player at work. */
function furnish(state: State, account: Account): void {
  const { world, clock } = state;
  const now = clock.now();
  addCatalogue(state.playlists, world, starterCatalogue(account.tenant), clock);
  const take = (things: Iterable<string>, count: number, kind: string) => {
    for (const [index, id] of [...things].slice(0, count).entries()) {
      account.library.set(`spotify:${kind}:${id}`, now - (index + 1) * 86_400_000);
    }
  };
  const idsOfKind = (kind: string) =>
    [...world.works.values()].filter((work) => work.kind === kind).map(({ id }) => id);
  take(world.tracks.keys(), 3, 'track');
  take(world.albums.keys(), 2, 'album');
  take(world.artists.keys(), 3, 'artist');
  take(
    [...world.parts.values()].filter(({ kind }) => kind === 'episode').map(({ id }) => id),
    2,
    'episode',
  );
  take(idsOfKind('show'), 1, 'show');
  take(idsOfKind('audiobook'), 1, 'audiobook');
  const { player } = account;
  const album = [...world.albums.values()][0];
  if (album === undefined) return;
  player.contextUri = `spotify:album:${album.id}`;
  player.items = album.trackIds.map((id) => `spotify:track:${id}`);
  for (const [index, uri] of player.items.entries()) remember(player, uri, now - (10 - index) * 300_000);
  player.index = 1;
  player.repeat = 'context';
  player.activeId = player.devices[0]?.id;
  player.isPlaying = true;
}
