/** The player: https://developer.spotify.com/documentation/web-api/reference/get-information-about-the-users-current-playback */
import type { FakeRequest, FakeResponse } from '@im/testing';
import type { Principal } from '../account.ts';
import {
  catchUp,
  currentUri,
  type FakeDevice,
  goBack,
  goForward,
  type Player,
  remember,
  setPosition,
} from '../player.ts';
import * as render from '../render.ts';
import { bodyOf, integer, isObject, refuse, required, strings } from '../requests.ts';
import { lengthOf, type State, userOf, viewOf, visiblePlaylist } from '../state.ts';
import { contextJson, recentlyPlayed } from './history.ts';
import type { RouteTable } from './table.ts';

const view = ['user-read-playback-state'];
const modify = ['user-modify-playback-state'];

export function playerRoutes(state: State): RouteTable {
  const playerOf = (who: Principal): Player => {
    const { player } = userOf(who);
    catchUp(player, state.clock.now(), (uri) => lengthOf(state, uri));
    return player;
  };
  const deviceJson = (player: Player, device: FakeDevice): render.Json => ({
    id: device.id,
    is_active: device.id === player.activeId,
    is_private_session: false,
    is_restricted: device.isRestricted,
    name: device.name,
    type: device.type,
    volume_percent: device.volumePercent,
    supports_volume: device.supportsVolume,
  });
  const current = (request: FakeRequest, who: Principal, player: Player): render.Json => {
    const uri = currentUri(player);
    const item = uri === undefined ? undefined : render.playable(viewOf(state, request, who), uri);
    return {
      ...(player.contextUri === undefined ? {} : { context: contextJson(state, player.contextUri) }),
      timestamp: Math.floor(player.since),
      progress_ms: Math.round(player.positionMs),
      is_playing: player.isPlaying,
      ...(item === undefined ? {} : { item }),
      currently_playing_type: uri?.split(':')[1] ?? 'unknown',
      actions: { disallows: player.isPlaying ? { resuming: true } : { pausing: true } },
    };
  };
  /** A command: checks the account and finds the device, which becomes the active one when it is named. */
  const command = (
    run: (
      player: Player,
      request: FakeRequest,
      device: FakeDevice,
      who: Principal,
    ) => FakeResponse | undefined,
  ) => ({
    scopes: modify,
    run: (request: FakeRequest, who: Principal): FakeResponse => {
      if (userOf(who).product !== 'premium') {
        return refuse(403, 'Player command failed: Premium required', 'PREMIUM_REQUIRED');
      }
      const player = playerOf(who);
      const device = target(
        player,
        request.query.get('device_id') ?? player.activeId,
        request.query.has('device_id'),
      );
      player.activeId = device.id;
      return run(player, request, device, who) ?? { status: 204 };
    },
  });
  const target = (player: Player, id: string | undefined, named: boolean): FakeDevice => {
    const device = player.devices.find((one) => one.id === id);
    if (device === undefined) {
      return named
        ? refuse(404, 'Device not found')
        : refuse(404, 'Player command failed: No active device found', 'NO_ACTIVE_DEVICE');
    }
    return device.isRestricted
      ? refuse(403, 'Player command failed: Restricted device', 'DEVICE_NOT_CONTROLLABLE')
      : device;
  };
  /** URIs in a context: an album, artist, playlist or show. */
  const itemsOf = (uri: string, who: Principal): string[] => {
    const [, kind, id = ''] = uri.split(':');
    const { world } = state;
    const track = (trackId: string) => `spotify:track:${trackId}`;
    const makers: Readonly<Record<string, () => string[] | undefined>> = {
      album: () => world.albums.get(id)?.trackIds.map(track),
      artist: () =>
        [...world.tracks.values()].filter(({ artistId }) => artistId === id).map((thing) => track(thing.id)),
      playlist: () => visiblePlaylist(state, id, who.user).entries.map((entry) => entry.uri),
      show: () => world.works.get(id)?.partIds.map((partId) => `spotify:episode:${partId}`),
    };
    const items = makers[kind ?? '']?.();
    return items === undefined || items.length === 0 ? refuse(404, 'Context not found') : items;
  };
  const start = (player: Player, request: FakeRequest, who: Principal): void => {
    const { context_uri: contextUri, uris, offset, position_ms: positionMs = 0 } = bodyOf(request);
    const listed = strings(uris);
    const now = state.clock.now();
    if (contextUri === undefined && listed === undefined) {
      if (player.isPlaying) refuse(403, 'Player command failed: Already playing', 'ALREADY_PLAYING');
      if (currentUri(player) === undefined)
        refuse(403, 'Player command failed: Nothing to play', 'NO_SPECIFIC_TRACK');
    } else {
      const items = listed ?? itemsOf(String(contextUri), who);
      for (const uri of items) if (lengthOf(state, uri) === 0 && listed) refuse(400, 'Invalid track uri');
      const place = isObject(offset) ? offset : {};
      const index = typeof place.uri === 'string' ? items.indexOf(place.uri) : Number(place.position ?? 0);
      if (items[index] === undefined) refuse(404, 'Offset not found in the context');
      player.items = [...items];
      player.index = index;
      player.contextUri = listed === undefined ? String(contextUri) : undefined;
      setPosition(player, Number(positionMs), now);
    }
    player.isPlaying = true;
    player.since = now;
  };
  const skip = (go: (player: Player, now: number) => boolean, reason: string) =>
    command((player) => {
      const uri = currentUri(player);
      const now = state.clock.now();
      if (!go(player, now)) return refuse(403, 'Player command failed: Nothing to go to', reason);
      if (uri !== undefined) remember(player, uri, now);
      player.isPlaying = true;
      return undefined;
    });

  return {
    'GET /me/player': {
      scopes: view,
      run: (request, who) => {
        const player = playerOf(who);
        const device = player.devices.find(({ id }) => id === player.activeId);
        if (device === undefined) return { status: 204 };
        const how = {
          device: deviceJson(player, device),
          repeat_state: player.repeat,
          shuffle_state: player.shuffle,
        };
        return { json: { ...current(request, who, player), ...how } };
      },
    },
    'PUT /me/player': {
      scopes: modify,
      run: (request, who) => {
        if (userOf(who).product !== 'premium') {
          return refuse(403, 'Player command failed: Premium required', 'PREMIUM_REQUIRED');
        }
        const { device_ids: ids, play } = bodyOf(request);
        const player = playerOf(who);
        const [id, ...more] = strings(ids) ?? [];
        if (more.length > 0) return refuse(400, 'Only one device is supported');
        player.activeId = target(player, id, true).id;
        if (play === true && currentUri(player) !== undefined) player.isPlaying = true;
        return { status: 204 };
      },
    },
    'GET /me/player/devices': {
      scopes: view,
      run: (_request, who) => {
        const player = playerOf(who);
        return { json: { devices: player.devices.map((device) => deviceJson(player, device)) } };
      },
    },
    'GET /me/player/currently-playing': {
      scopes: ['user-read-currently-playing'],
      run: (request, who) => ({ json: current(request, who, playerOf(who)) }),
    },
    'PUT /me/player/play': command((player, request, _device, who) => {
      start(player, request, who);
      return undefined;
    }),
    'PUT /me/player/pause': command((player) => {
      if (!player.isPlaying) return refuse(403, 'Player command failed: Already paused', 'ALREADY_PAUSED');
      player.isPlaying = false;
      return undefined;
    }),
    'POST /me/player/next': skip(goForward, 'NO_NEXT_TRACK'),
    'POST /me/player/previous': skip(goBack, 'NO_PREV_TRACK'),
    'PUT /me/player/seek': command((player, request) => {
      const position = integer(request, 'position_ms', { min: 0, max: 1e12, default: -1 });
      if (position < 0) return refuse(400, 'Required parameter position_ms missing');
      const uri = currentUri(player);
      if (uri === undefined) return refuse(403, 'Player command failed: Nothing plays', 'NOT_PLAYING_TRACK');
      const now = state.clock.now();
      if (position < lengthOf(state, uri)) setPosition(player, position, now);
      else if (!goForward(player, now)) player.isPlaying = false;
      return undefined;
    }),
    'PUT /me/player/repeat': command((player, request) => {
      const mode = required(request, 'state');
      if (mode !== 'off' && mode !== 'track' && mode !== 'context') return refuse(400, 'Invalid state');
      player.repeat = mode;
      return undefined;
    }),
    'PUT /me/player/volume': command((_player, request, device) => {
      const percent = integer(request, 'volume_percent', { min: 0, max: 100, default: -1 });
      if (percent < 0) return refuse(400, 'Required parameter volume_percent missing');
      if (!device.supportsVolume) {
        return refuse(403, 'Player command failed: Cannot control device volume', 'VOLUME_CONTROL_DISALLOW');
      }
      device.volumePercent = percent;
      return undefined;
    }),
    'PUT /me/player/shuffle': command((player, request) => {
      const text = required(request, 'state');
      if (text !== 'true' && text !== 'false') return refuse(400, 'Invalid state');
      player.shuffle = text === 'true';
      return undefined;
    }),
    'GET /me/player/recently-played': {
      scopes: ['user-read-recently-played'],
      run: (request, who) => recentlyPlayed(state, request, who, playerOf(who)),
    },
    'GET /me/player/queue': {
      scopes: [...view, 'user-read-currently-playing'],
      run: (request, who) => {
        const player = playerOf(who);
        const shown = viewOf(state, request, who);
        const uri = currentUri(player);
        const playing = uri === undefined ? undefined : render.playable(shown, uri);
        const next = [...player.queue, ...player.items.slice(player.index + 1)].slice(0, 20);
        return {
          json: {
            ...(playing === undefined ? {} : { currently_playing: playing }),
            queue: next.flatMap((one) => render.playable(shown, one) ?? []),
          },
        };
      },
    },
    'POST /me/player/queue': command((player, request) => {
      const uri = required(request, 'uri');
      if (lengthOf(state, uri) === 0) return refuse(404, 'Resource not found');
      player.queue.push(uri);
      return undefined;
    }),
  };
}
