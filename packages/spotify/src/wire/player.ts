import { z } from 'zod';
import { listOf, maybe, maybeFlag, maybeNumber, maybeText } from './common.ts';
import { wireTrack } from './music.ts';
import { wireAnyPlayable } from './playlists.ts';

export const wireDevice = z.object({
  id: maybeText,
  is_active: maybeFlag,
  is_private_session: maybeFlag,
  is_restricted: maybeFlag,
  name: z.string(),
  type: maybeText,
  volume_percent: maybeNumber,
  supports_volume: maybeFlag,
});
export const wireDevices = z.object({ devices: z.array(wireDevice) });

const wireContext = maybe(z.object({ type: maybeText, uri: maybeText }));

const currentFields = {
  context: wireContext,
  timestamp: maybeNumber,
  progress_ms: maybeNumber,
  is_playing: maybeFlag,
  item: wireAnyPlayable,
  currently_playing_type: maybeText,
  /** The service nests the flags under `disallows`; the description has them flat. */
  actions: maybe(z.record(z.string(), z.unknown())),
};

/** No body at all (204) means that nothing plays. */
export const wireCurrentlyPlaying = z.object(currentFields).optional();
export const wirePlaybackState = z
  .object({
    ...currentFields,
    device: maybe(wireDevice),
    repeat_state: maybeText,
    shuffle_state: maybeFlag,
  })
  .optional();

export const wireQueue = z.object({ currently_playing: wireAnyPlayable, queue: listOf(wireAnyPlayable) });

export const wirePlayHistory = z.object({ track: wireTrack, played_at: z.string(), context: wireContext });

export type WireDevice = z.output<typeof wireDevice>;
export type WireCurrentlyPlaying = NonNullable<z.output<typeof wireCurrentlyPlaying>>;
export type WirePlaybackState = NonNullable<z.output<typeof wirePlaybackState>>;
export type WireQueue = z.output<typeof wireQueue>;
export type WirePlayHistory = z.output<typeof wirePlayHistory>;
