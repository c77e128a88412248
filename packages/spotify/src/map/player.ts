/** Spotify's player into our shapes. */
import type {
  CurrentlyPlaying,
  Device,
  PlaybackState,
  PlayedTrack,
  Queue,
  RepeatMode,
} from '../model/player.ts';
import type {
  WireCurrentlyPlaying,
  WireDevice,
  WirePlaybackState,
  WirePlayHistory,
  WireQueue,
} from '../wire/player.ts';
import { toTrack } from './music.ts';
import { toItem } from './playlists.ts';

export const toDevice = (wire: WireDevice): Device => ({
  id: wire.id,
  name: wire.name,
  type: wire.type,
  isActive: wire.is_active ?? false,
  isPrivateSession: wire.is_private_session ?? false,
  isRestricted: wire.is_restricted ?? false,
  volumePercent: wire.volume_percent,
  supportsVolume: wire.supports_volume ?? true,
});

const toRepeat = (value: string | undefined): RepeatMode | undefined =>
  value === 'off' || value === 'track' || value === 'context' ? value : undefined;

/** The flags stand flat, or under `disallows`. */
function toDisallowed(actions: Readonly<Record<string, unknown>> | undefined): string[] {
  const nested = actions?.disallows;
  const flags = typeof nested === 'object' && nested !== null ? nested : (actions ?? {});
  return Object.entries(flags).flatMap(([name, flag]) => (flag === true ? name : []));
}

export const toCurrentlyPlaying = (wire: WireCurrentlyPlaying): CurrentlyPlaying => ({
  item: wire.item && toItem(wire.item),
  itemType: wire.currently_playing_type,
  isPlaying: wire.is_playing ?? false,
  progressMs: wire.progress_ms,
  context: wire.context,
  timestamp: wire.timestamp,
  disallowed: toDisallowed(wire.actions),
});

export const toPlaybackState = (wire: WirePlaybackState): PlaybackState => ({
  ...toCurrentlyPlaying(wire),
  device: wire.device && toDevice(wire.device),
  repeat: toRepeat(wire.repeat_state),
  shuffle: wire.shuffle_state,
});

export const toQueue = (wire: WireQueue): Queue => ({
  currentlyPlaying: wire.currently_playing && toItem(wire.currently_playing),
  queue: wire.queue.flatMap((item) => (item === undefined ? [] : toItem(item))),
});

export const toPlayedTrack = (wire: WirePlayHistory): PlayedTrack => ({
  track: toTrack(wire.track),
  playedAt: wire.played_at,
  context: wire.context,
});
