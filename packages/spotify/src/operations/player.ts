import { type Call, idempotent, type Page, pages, read, unsafe, VendorError } from '@im/core';
import { cursorPage, fromCursor, none } from '@im/http';
import { toCurrentlyPlaying, toDevice, toPlaybackState, toPlayedTrack, toQueue } from '../map/player.ts';
import type {
  CurrentlyPlaying,
  Device,
  PlaybackState,
  PlayedTrack,
  Queue,
  RepeatMode,
} from '../model/player.ts';
import { wireCursorPaging } from '../wire/common.ts';
import {
  wireCurrentlyPlaying,
  wireDevices,
  wirePlaybackState,
  wirePlayHistory,
  wireQueue,
} from '../wire/player.ts';
import { pageLimit, usualPage } from './paging.ts';
import { batch, type Connection, invalid, notes } from './shared.ts';

/** What to play. Nothing given: go on with what was playing. */
export interface Playback {
  /** URI of an album, artist or playlist. Not together with `uris`. */
  readonly contextUri?: string | undefined;
  /** URIs of tracks or episodes. */
  readonly uris?: readonly string[] | undefined;
  /** Where in the context or the list to begin: a position from 0, or a URI. */
  readonly offset?: { readonly position: number } | { readonly uri: string } | undefined;
  /** Milliseconds into the first item. Default 0. */
  readonly positionMs?: number | undefined;
  /** Default: the active device. */
  readonly deviceId?: string | undefined;
}

/** Bounds of what was played. */
export interface PlayedFilter {
  /** Only what was played after this instant, milliseconds since 1970; the newest page of that comes, and no other. */
  readonly after?: number | undefined;
  /** Only what was played before this instant, milliseconds since 1970. Not together with `after`. */
  readonly before?: number | undefined;
}

const view = ['user-read-playback-state'];
const viewItem = ['user-read-currently-playing'];
const modify = ['user-modify-playback-state'];
const wireHistory = wireCursorPaging(wirePlayHistory);

/** The vendor refuses to pause what is paused and to resume what plays: what was wanted holds, so that is success. */
async function reached(sent: Promise<void>, reason: string): Promise<void> {
  try {
    await sent;
  } catch (error) {
    if (!(error instanceof VendorError) || error.failure.reason !== reason) throw error;
  }
}

/**
 * The player of the connected user. Commands need Spotify Premium (`permission_denied`) and a device
 * (`failed_precondition` with reason `NO_ACTIVE_DEVICE`); the vendor does not promise to run them in order.
 */
export const playerOperations = ({ http, market: home }: Connection) => ({
  /** What plays, where and how; `undefined` when nothing does. */
  getPlaybackState: read(
    async (market: string | undefined, call: Call): Promise<PlaybackState | undefined> => {
      const query = { market: market ?? home, additional_types: ['track', 'episode'] };
      const wire = await http.get('me/player', wirePlaybackState, call, { query });
      return wire && toPlaybackState(wire);
    },
    notes('get-information-about-the-users-current-playback', view),
  ),
  /** What plays; `undefined` when nothing does. */
  getCurrentlyPlaying: read(
    async (market: string | undefined, call: Call): Promise<CurrentlyPlaying | undefined> => {
      const query = { market: market ?? home, additional_types: ['track', 'episode'] };
      const wire = await http.get('me/player/currently-playing', wireCurrentlyPlaying, call, { query });
      return wire && toCurrentlyPlaying(wire);
    },
    notes('get-the-users-currently-playing-track', viewItem),
  ),
  /** The devices that can play now. */
  getDevices: read(
    async (call: Call): Promise<readonly Device[]> =>
      (await http.get('me/player/devices', wireDevices, call)).devices.map(toDevice),
    notes('get-a-users-available-devices', view),
  ),
  /** Goes on at another device; `play` starts it, otherwise it stays as it was. */
  transferPlayback: idempotent(
    (deviceId: string, play: boolean | undefined, call: Call): Promise<void> =>
      http.put('me/player', none, call, { json: { device_ids: [deviceId], play } }),
    notes('transfer-a-users-playback', modify),
  ),
  /** Starts or resumes. With something to play, repeating it begins that anew. */
  startPlayback: idempotent(
    async (playback: Playback | undefined, call: Call): Promise<void> => {
      const { contextUri, uris, offset, positionMs, deviceId } = playback ?? {};
      if (contextUri !== undefined && uris !== undefined) throw invalid('takes contextUri or uris, not both');
      const json = {
        context_uri: contextUri,
        uris: uris && batch(uris, 800, 'URIs'),
        offset,
        position_ms: positionMs,
      };
      await reached(
        http.put('me/player/play', none, call, { query: { device_id: deviceId }, json }),
        'ALREADY_PLAYING',
      );
    },
    notes('start-a-users-playback', modify),
  ),
  /** Pauses; nothing happens when nothing plays. */
  pausePlayback: idempotent(
    (deviceId: string | undefined, call: Call): Promise<void> =>
      reached(http.put('me/player/pause', none, call, { query: { device_id: deviceId } }), 'ALREADY_PAUSED'),
    notes('pause-a-users-playback', modify),
  ),
  /** Skips one item. */
  skipToNext: unsafe(
    (deviceId: string | undefined, call: Call): Promise<void> =>
      http.post('me/player/next', none, call, { query: { device_id: deviceId } }),
    notes('skip-users-playback-to-next-track', modify),
  ),
  /** Goes back one item. */
  skipToPrevious: unsafe(
    (deviceId: string | undefined, call: Call): Promise<void> =>
      http.post('me/player/previous', none, call, { query: { device_id: deviceId } }),
    notes('skip-users-playback-to-previous-track', modify),
  ),
  /** Goes to a place in what plays, in milliseconds; a place behind the end goes to the next item. */
  seek: idempotent(
    async (positionMs: number, deviceId: string | undefined, call: Call): Promise<void> => {
      if (!Number.isInteger(positionMs) || positionMs < 0)
        throw invalid('takes a position of whole milliseconds from 0');
      await http.put('me/player/seek', none, call, {
        query: { position_ms: positionMs, device_id: deviceId },
      });
    },
    notes('seek-to-position-in-currently-playing-track', modify),
  ),
  /** Sets what begins again at its end. */
  setRepeat: idempotent(
    (mode: RepeatMode, deviceId: string | undefined, call: Call): Promise<void> =>
      http.put('me/player/repeat', none, call, { query: { state: mode, device_id: deviceId } }),
    notes('set-repeat-mode-on-users-playback', modify),
  ),
  /** Sets the volume, 0 to 100 percent. */
  setVolume: idempotent(
    async (percent: number, deviceId: string | undefined, call: Call): Promise<void> => {
      if (!Number.isInteger(percent) || percent < 0 || percent > 100)
        throw invalid('takes a whole percentage from 0 to 100');
      await http.put('me/player/volume', none, call, {
        query: { volume_percent: percent, device_id: deviceId },
      });
    },
    notes('set-volume-for-users-playback', modify),
  ),
  /** Switches shuffling on or off. */
  setShuffle: idempotent(
    (shuffle: boolean, deviceId: string | undefined, call: Call): Promise<void> =>
      http.put('me/player/shuffle', none, call, { query: { state: shuffle, device_id: deviceId } }),
    notes('toggle-shuffle-for-users-playback', modify),
  ),
  /** The tracks played last, newest first; the vendor keeps some fifty. */
  listRecentlyPlayed: pages(
    read(
      async (filter: PlayedFilter | undefined, call: Call): Promise<Page<PlayedTrack>> => {
        if (filter?.after !== undefined && filter.before !== undefined)
          throw invalid('takes after or before, not both');
        const cursor = fromCursor(call);
        const before = cursor ?? filter?.before;
        const after = cursor === undefined ? filter?.after : undefined;
        const query = { limit: pageLimit(call, usualPage), before, after };
        const wire = await http.get('me/player/recently-played', wireHistory, call, { query });
        // A page asked for by `after` is the newest one; what follows it lies before, beyond the bound that was given.
        const more =
          wire.next === undefined || filter?.after !== undefined ? undefined : wire.cursors?.before;
        return cursorPage(wire.items.map(toPlayedTrack), more, wire.total);
      },
      notes('get-recently-played', ['user-read-recently-played']),
    ),
  ),
  /** What plays and what comes next. */
  getQueue: read(
    async (call: Call): Promise<Queue> => toQueue(await http.get('me/player/queue', wireQueue, call)),
    notes('get-queue', [...viewItem, ...view]),
  ),
  /** Puts a track or an episode behind what plays. */
  addToQueue: unsafe(
    (uri: string, deviceId: string | undefined, call: Call): Promise<void> =>
      http.post('me/player/queue', none, call, { query: { uri, device_id: deviceId } }),
    notes('add-to-queue', modify),
  ),
});
