import { z } from 'zod';
import {
  listOf,
  maybe,
  maybeFlag,
  maybeNumber,
  maybeText,
  texts,
  wireCopyright,
  wireFollowers,
  wireImage,
  wirePaging,
  wireRestrictions,
  wireUrls,
} from './common.ts';

export const wireArtistRef = z.object({
  id: maybeText,
  uri: maybeText,
  name: z.string(),
  external_urls: wireUrls,
});

export const wireArtist = z.object({
  id: z.string(),
  uri: z.string(),
  name: z.string(),
  images: listOf(wireImage),
  external_urls: wireUrls,
  followers: wireFollowers,
  genres: texts,
  popularity: maybeNumber,
});

/** An album inside something else. A local file's album has a name at most. */
export const wireAlbumRef = z.object({
  id: maybeText,
  uri: maybeText,
  name: z.string(),
  album_type: maybeText,
  album_group: maybeText,
  total_tracks: maybeNumber,
  release_date: maybeText,
  release_date_precision: maybeText,
  artists: listOf(wireArtistRef),
  images: listOf(wireImage),
  external_urls: wireUrls,
  available_markets: maybe(z.array(z.string())),
  restrictions: wireRestrictions,
});

const trackFields = {
  id: maybeText,
  uri: z.string(),
  name: z.string(),
  artists: listOf(wireArtistRef),
  duration_ms: z.number(),
  explicit: maybeFlag,
  disc_number: maybeNumber,
  track_number: maybeNumber,
  is_local: maybeFlag,
  is_playable: maybeFlag,
  linked_from: maybe(z.object({ id: maybeText, uri: maybeText })),
  restrictions: wireRestrictions,
  available_markets: maybe(z.array(z.string())),
  preview_url: maybeText,
  external_urls: wireUrls,
};

/** A track inside an album. */
export const wireAlbumTrack = z.object(trackFields);

export const wireTrack = z.object({
  ...trackFields,
  type: maybe(z.literal('track')),
  album: maybe(wireAlbumRef),
  external_ids: maybe(z.object({ isrc: maybeText })),
  popularity: maybeNumber,
});

export const wireAlbum = z.object({
  ...wireAlbumRef.shape,
  id: z.string(),
  uri: z.string(),
  tracks: maybe(wirePaging(wireAlbumTrack)),
  copyrights: listOf(wireCopyright),
  external_ids: maybe(z.object({ upc: maybeText, ean: maybeText })),
  genres: texts,
  label: maybeText,
  popularity: maybeNumber,
});

export const wireSavedAlbum = z.object({ added_at: maybeText, album: wireAlbum });
export const wireSavedTrack = z.object({ added_at: maybeText, track: wireTrack });
export const wireManyAlbums = z.object({ albums: z.array(wireAlbum.nullable()) });
export const wireManyArtists = z.object({ artists: z.array(wireArtist.nullable()) });
export const wireManyTracks = z.object({ tracks: z.array(wireTrack.nullable()) });

export const wireAudioFeatures = z.object({
  id: z.string(),
  uri: z.string(),
  duration_ms: z.number(),
  acousticness: z.number(),
  danceability: z.number(),
  energy: z.number(),
  instrumentalness: z.number(),
  key: z.number(),
  liveness: z.number(),
  loudness: z.number(),
  mode: z.number(),
  speechiness: z.number(),
  tempo: z.number(),
  time_signature: z.number(),
  valence: z.number(),
});
export const wireManyAudioFeatures = z.object({ audio_features: z.array(wireAudioFeatures.nullable()) });

const interval = { start: z.number(), duration: z.number(), confidence: z.number() };
const wireInterval = z.object(interval);

export const wireAudioAnalysis = z.object({
  track: z.object({
    duration: z.number(),
    loudness: z.number(),
    tempo: z.number(),
    time_signature: z.number(),
    key: z.number(),
    mode: z.number(),
  }),
  bars: listOf(wireInterval),
  beats: listOf(wireInterval),
  tatums: listOf(wireInterval),
  sections: listOf(
    z.object({
      ...interval,
      loudness: z.number(),
      tempo: z.number(),
      key: z.number(),
      mode: z.number(),
      time_signature: z.number(),
    }),
  ),
  segments: listOf(
    z.object({
      ...interval,
      loudness_start: z.number(),
      loudness_max: z.number(),
      loudness_max_time: z.number(),
      pitches: z.array(z.number()),
      timbre: z.array(z.number()),
    }),
  ),
});

export const wireRecommendations = z.object({
  seeds: listOf(
    z.object({
      id: maybeText,
      type: maybeText,
      initialPoolSize: maybeNumber,
      afterFilteringSize: maybeNumber,
      afterRelinkingSize: maybeNumber,
    }),
  ),
  tracks: z.array(wireTrack),
});
export const wireGenres = z.object({ genres: z.array(z.string()) });

export type WireArtistRef = z.output<typeof wireArtistRef>;
export type WireArtist = z.output<typeof wireArtist>;
export type WireAlbumRef = z.output<typeof wireAlbumRef>;
export type WireAlbum = z.output<typeof wireAlbum>;
export type WireAlbumTrack = z.output<typeof wireAlbumTrack>;
export type WireTrack = z.output<typeof wireTrack>;
export type WireAudioFeatures = z.output<typeof wireAudioFeatures>;
export type WireAudioAnalysis = z.output<typeof wireAudioAnalysis>;
export type WireRecommendations = z.output<typeof wireRecommendations>;
