/** What the vendor claims to have measured in a track: numbers that follow from its id. */
import { type Json, shareOf } from './render.ts';
import type { TrackThing } from './world.ts';

const shares = [
  'acousticness',
  'danceability',
  'energy',
  'instrumentalness',
  'liveness',
  'speechiness',
  'valence',
] as const;

export const features = (base: string, { id, durationMs }: TrackThing): Json => ({
  ...Object.fromEntries(shares.map((name) => [name, shareOf(id, name)])),
  analysis_url: `${base}/audio-analysis/${id}`,
  duration_ms: durationMs,
  id,
  key: Math.floor(shareOf(id, 'key') * 12),
  loudness: -20 * shareOf(id, 'loudness'),
  mode: shareOf(id, 'mode') < 0.5 ? 0 : 1,
  tempo: 70 + 100 * shareOf(id, 'tempo'),
  time_signature: 4,
  track_href: `${base}/tracks/${id}`,
  type: 'audio_features',
  uri: `spotify:track:${id}`,
});

export const analysis = ({ id, durationMs }: TrackThing): Json => {
  const duration = durationMs / 1_000;
  const tempo = 70 + 100 * shareOf(id, 'tempo');
  const beat = 60 / tempo;
  const grid = (length: number, count: number) =>
    Array.from({ length: count }, (_, index) => ({
      start: index * length,
      duration: length,
      confidence: 0.8,
    }));
  const common = { loudness: -8.5, tempo, key: 2, mode: 1, time_signature: 4 };
  const sure = {
    tempo_confidence: 0.7,
    key_confidence: 0.6,
    mode_confidence: 0.5,
    time_signature_confidence: 1,
  };
  return {
    meta: {
      analyzer_version: '4.0.0',
      platform: 'Linux',
      detailed_status: 'OK',
      status_code: 0,
      timestamp: 1_495_193_577,
    },
    track: { num_samples: Math.round(duration * 22_050), duration, ...common, ...sure },
    bars: grid(beat * 4, 4),
    beats: grid(beat, 16),
    tatums: grid(beat / 2, 32),
    sections: grid(duration / 2, 2).map((section) => ({ ...section, ...common, ...sure })),
    segments: grid(beat, 4).map((segment) => ({
      ...segment,
      loudness_start: -23,
      loudness_max: -9,
      loudness_max_time: 0.1,
      loudness_end: -12,
      pitches: Array.from({ length: 12 }, (_, index) => index / 12),
      timbre: Array.from({ length: 12 }, (_, index) => 40 - index * 7.5),
    })),
  };
};
