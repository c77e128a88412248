/** Spotify's music into our shapes. */
import type {
  Album,
  AlbumRef,
  AlbumTrack,
  Artist,
  ArtistRef,
  AudioAnalysis,
  AudioFeatures,
  DatePrecision,
  Recommendations,
  Track,
} from '../model/music.ts';
import type {
  WireAlbum,
  WireAlbumRef,
  WireAlbumTrack,
  WireArtist,
  WireArtistRef,
  WireAudioAnalysis,
  WireAudioFeatures,
  WireRecommendations,
  WireTrack,
} from '../wire/music.ts';

/** The precision, where it is one that we know. */
export const toPrecision = (value: string | undefined): DatePrecision | undefined =>
  value === 'year' || value === 'month' || value === 'day' ? value : undefined;

export const toArtistRef = ({ id, uri, name }: WireArtistRef): ArtistRef => ({ id, uri, name });

export const toArtist = (wire: WireArtist): Artist => ({
  id: wire.id,
  uri: wire.uri,
  name: wire.name,
  images: wire.images,
  url: wire.external_urls?.spotify,
  genres: wire.genres,
  followers: wire.followers?.total,
  popularity: wire.popularity,
});

export const toAlbumRef = (wire: WireAlbumRef): AlbumRef => ({
  id: wire.id,
  uri: wire.uri,
  name: wire.name,
  albumType: wire.album_type,
  albumGroup: wire.album_group,
  totalTracks: wire.total_tracks,
  releaseDate: wire.release_date,
  releaseDatePrecision: toPrecision(wire.release_date_precision),
  artists: wire.artists.map(toArtistRef),
  images: wire.images,
  url: wire.external_urls?.spotify,
  markets: wire.available_markets,
  restriction: wire.restrictions?.reason,
});

export const toAlbum = (wire: WireAlbum): Album => ({
  ...toAlbumRef(wire),
  id: wire.id,
  uri: wire.uri,
  tracks: (wire.tracks?.items ?? []).map(toAlbumTrack),
  copyrights: wire.copyrights.flatMap(({ text }) => text ?? []),
  genres: wire.genres,
  label: wire.label,
  popularity: wire.popularity,
  upc: wire.external_ids?.upc,
  ean: wire.external_ids?.ean,
});

export const toAlbumTrack = (wire: WireAlbumTrack): AlbumTrack => ({
  id: wire.id ?? '',
  uri: wire.uri,
  name: wire.name,
  artists: wire.artists.map(toArtistRef),
  durationMs: wire.duration_ms,
  explicit: wire.explicit ?? false,
  discNumber: wire.disc_number,
  trackNumber: wire.track_number,
  isPlayable: wire.is_playable,
  linkedFrom: wire.linked_from,
  restriction: wire.restrictions?.reason,
  markets: wire.available_markets,
  previewUrl: wire.preview_url,
  url: wire.external_urls?.spotify,
});

export const toTrack = (wire: WireTrack): Track => ({
  type: 'track',
  ...toAlbumTrack(wire),
  album: wire.album && toAlbumRef(wire.album),
  isrc: wire.external_ids?.isrc,
  popularity: wire.popularity,
});

export const toAudioFeatures = ({
  duration_ms,
  time_signature,
  ...wire
}: WireAudioFeatures): AudioFeatures => ({
  ...wire,
  durationMs: duration_ms,
  timeSignature: time_signature,
});

export const toAudioAnalysis = (wire: WireAudioAnalysis): AudioAnalysis => {
  const { time_signature, ...track } = wire.track;
  return {
    track: { ...track, timeSignature: time_signature },
    bars: wire.bars,
    beats: wire.beats,
    tatums: wire.tatums,
    sections: wire.sections.map(({ time_signature: timeSignature, ...section }) => ({
      ...section,
      timeSignature,
    })),
    segments: wire.segments.map(({ loudness_start, loudness_max, loudness_max_time, ...segment }) => ({
      ...segment,
      loudnessStart: loudness_start,
      loudnessMax: loudness_max,
      loudnessMaxTime: loudness_max_time,
    })),
  };
};

export const toRecommendations = (wire: WireRecommendations): Recommendations => ({
  tracks: wire.tracks.map(toTrack),
  seeds: wire.seeds,
});
