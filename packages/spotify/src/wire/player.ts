import { z } from 'zod';
import { listOf, maybe } from './common.ts';
import { wireTrack } from './music.ts';
import { wireAnyPlayable } from './playlists.ts';

export const wireDevice = z.object({
  id: maybe(z.string()),
  is_active: maybe(z.boolean()),
  is_private_session: maybe(z.boolean()),
  is_restricted: maybe(z.boolean()),
  name: z.string(),
  type: maybe(z.string()),
  volume_percent: maybe(z.number()),
  supports_volume: maybe(z.boolean()),
});
export const wireDevices = z.object({ devices: z.array(wireDevice) });

const wireContext = maybe(z.object({ type: maybe(z.string()), uri: maybe(z.string()) }));

const currentFields = {
  context: wireContext,
  timestamp: maybe(z.number()),
  progress_ms: maybe(z.number()),
  is_playing: maybe(z.boolean()),
  item: wireAnyPlayable,
  currently_playing_type: maybe(z.string()),
  /** The service nests the flags under `disallows`; the description has them flat. */
  actions: maybe(z.record(z.string(), z.unknown())),
};

/** No body at all (204) means that nothing plays. */
export const wireCurrentlyPlaying = z.object(currentFields).optional();
export const wirePlaybackState = z
  .object({
    ...currentFields,
    device: maybe(wireDevice),
    repeat_state: maybe(z.string()),
    shuffle_state: maybe(z.boolean()),
  })
  .optional();

export const wireQueue = z.object({ currently_playing: wireAnyPlayable, queue: listOf(wireAnyPlayable) });

export const wirePlayHistory = z.object({ track: wireTrack, played_at: z.string(), context: wireContext });

export type WireDevice = z.output<typeof wireDevice>;
export type WireCurrentlyPlaying = NonNullable<z.output<typeof wireCurrentlyPlaying>>;
export type WirePlaybackState = NonNullable<z.output<typeof wirePlaybackState>>;
export type WireQueue = z.output<typeof wireQueue>;
export type WirePlayHistory = z.output<typeof wirePlayHistory>;
