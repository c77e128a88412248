import { z } from 'zod';
import {
  listOf,
  maybe,
  maybeFlag,
  maybeNumber,
  maybeText,
  wireFollowers,
  wireImage,
  wirePaging,
  wireUrls,
} from './common.ts';
import { wireTrack } from './music.ts';
import { wireEpisode } from './spoken.ts';

/** A track or an episode, told apart by `type`. */
export const wirePlayable = z.discriminatedUnion('type', [
  wireTrack.extend({ type: z.literal('track') }),
  wireEpisode.extend({ type: z.literal('episode') }),
]);

const known = new Set<unknown>(wirePlayable.options.map((option) => option.shape.type.value));

/** The same, for places where the vendor may put kinds that we do not know: these read as nothing. */
export const wireAnyPlayable = maybe(
  z.preprocess((value) => (isKnown(value) ? value : undefined), wirePlayable.optional()),
);

const isKnown = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'type' in value && known.has(value.type);

/** One place in a playlist. `item` since 2026, `track` before; null where the item is gone. */
export const wirePlaylistItem = z.object({
  added_at: maybeText,
  added_by: maybe(z.object({ id: maybeText })),
  is_local: maybeFlag,
  item: wireAnyPlayable,
  track: wireAnyPlayable,
});

const playlistFields = {
  id: z.string(),
  uri: z.string(),
  name: z.string(),
  description: maybeText,
  collaborative: maybeFlag,
  public: maybeFlag,
  snapshot_id: maybeText,
  owner: maybe(z.object({ id: maybeText, display_name: maybeText })),
  images: listOf(wireImage),
  external_urls: wireUrls,
};
const wireReference = maybe(z.object({ total: maybeNumber }));

/** A playlist inside a list. */
export const wirePlaylistRef = z.object({ ...playlistFields, items: wireReference, tracks: wireReference });

/** The contents of a playlist. A place that is `null` is kept, since positions count. */
export const wireContents = z.object({
  items: z.array(wirePlaylistItem.nullable()),
  next: maybeText,
  total: maybeNumber,
});
export const wirePlaylist = z.object({
  ...playlistFields,
  followers: wireFollowers,
  items: maybe(wireContents),
  tracks: maybe(wireContents),
});
export const wireSnapshot = z.object({ snapshot_id: z.string() });
export const wireImages = z.array(wireImage);

export const wireCategory = z.object({ id: z.string(), name: z.string(), icons: listOf(wireImage) });
export const wireCategories = z.object({ categories: wirePaging(wireCategory) });
export const wireFeatured = z.object({
  message: maybeText,
  playlists: wirePaging(wirePlaylistRef),
});
export const wireMarkets = z.object({ markets: z.array(z.string()) });

export const wireUser = z.object({
  id: z.string(),
  uri: z.string(),
  display_name: maybeText,
  images: listOf(wireImage),
  followers: wireFollowers,
  external_urls: wireUrls,
});
export const wireCurrentUser = wireUser.extend({
  country: maybeText,
  email: maybeText,
  product: maybeText,
});

export type WirePlayable = z.output<typeof wirePlayable>;
export type WirePlaylistItem = z.output<typeof wirePlaylistItem>;
export type WirePlaylistRef = z.output<typeof wirePlaylistRef>;
export type WirePlaylist = z.output<typeof wirePlaylist>;
export type WireCategory = z.output<typeof wireCategory>;
export type WireUser = z.output<typeof wireUser>;
export type WireCurrentUser = z.output<typeof wireCurrentUser>;
