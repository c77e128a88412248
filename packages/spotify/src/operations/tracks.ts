import { type Call, read } from '@im/core';

import { toAudioAnalysis, toAudioFeatures, toRecommendations, toTrack } from '../map/music.ts';
import {
  wireAudioAnalysis,
  wireAudioFeatures,
  wireGenres,
  wireManyAudioFeatures,
  wireManyTracks,
  wireRecommendations,
  wireTrack,
} from '../wire/music.ts';
import { batch, type Connection, invalid, noSuccessor, notes, path } from './shared.ts';

/** Names of measures that recommendations can be tuned by, in the vendor's spelling. */
export type Tunable =
  | 'acousticness'
  | 'danceability'
  | 'duration_ms'
  | 'energy'
  | 'instrumentalness'
  | 'key'
  | 'liveness'
  | 'loudness'
  | 'mode'
  | 'popularity'
  | 'speechiness'
  | 'tempo'
  | 'time_signature'
  | 'valence';

/** What recommendations shall go with: 1 to 5 seeds over all three kinds. */
export interface RecommendationSeeds {
  readonly artists?: readonly string[] | undefined;
  readonly tracks?: readonly string[] | undefined;
  /** Among those of `getGenreSeeds`. */
  readonly genres?: readonly string[] | undefined;
  /** Number of tracks, 1 to 100. Default 20. */
  readonly limit?: number | undefined;
  readonly market?: string | undefined;
  /** Bounds and aims by measure: `{ min_energy: 0.4, target_tempo: 120 }`. */
  readonly tuning?: Readonly<Partial<Record<`${'min' | 'max' | 'target'}_${Tunable}`, number>>> | undefined;
}

export const trackOperations = ({ http, market: home }: Connection) => ({
  /** A track. `market`: ISO 3166-1 alpha-2; default: the option `market`. */
  getTrack: read(
    async (id: string, market: string | undefined, call: Call) =>
      toTrack(await http.get(path`tracks/${id}`, wireTrack, call, { query: { market: market ?? home } })),
    notes('get-track'),
  ),
  /**
   * Up to 50 tracks, in the order of the ids; `undefined` for an id the vendor does not know.
   * @deprecated since February 2026: use `getTrack` for each.
   */
  getTracks: read(
    async (ids: readonly string[], market: string | undefined, call: Call) => {
      const query = { ids: batch(ids, 50), market: market ?? home };
      const { tracks } = await http.get('tracks', wireManyTracks, call, { query });
      return tracks.map((track) => (track === null ? undefined : toTrack(track)));
    },
    notes('get-several-tracks', [], 'since February 2026: use getTrack for each'),
  ),
  /**
   * What the vendor measured in a track.
   * @deprecated since November 2024: the vendor names no successor and closes it to new apps.
   */
  getAudioFeatures: read(
    async (id: string, call: Call) =>
      toAudioFeatures(await http.get(path`audio-features/${id}`, wireAudioFeatures, call)),
    notes('get-audio-features', [], `since November 2024: ${noSuccessor}`),
  ),
  /**
   * The same for up to 100 tracks, in the order of the ids; `undefined` for an id the vendor does not know.
   * @deprecated since November 2024: the vendor names no successor and closes it to new apps.
   */
  getSeveralAudioFeatures: read(
    async (ids: readonly string[], call: Call) => {
      const query = { ids: batch(ids, 100) };
      const { audio_features: all } = await http.get('audio-features', wireManyAudioFeatures, call, {
        query,
      });
      return all.map((features) => (features === null ? undefined : toAudioFeatures(features)));
    },
    notes('get-several-audio-features', [], `since November 2024: ${noSuccessor}`),
  ),
  /**
   * The structure of a track: bars, beats, sections, segments.
   * @deprecated since November 2024: the vendor names no successor and closes it to new apps.
   */
  getAudioAnalysis: read(
    async (id: string, call: Call) =>
      toAudioAnalysis(await http.get(path`audio-analysis/${id}`, wireAudioAnalysis, call)),
    notes('get-audio-analysis', [], `since November 2024: ${noSuccessor}`),
  ),
  /**
   * Tracks that go with 1 to 5 seeds.
   * @deprecated since November 2024: the vendor names no successor and closes it to new apps.
   */
  getRecommendations: read(
    async (seeds: RecommendationSeeds, call: Call) => {
      const { artists = [], tracks = [], genres = [], limit, market, tuning } = seeds;
      const count = artists.length + tracks.length + genres.length;
      if (count < 1 || count > 5) throw invalid(`takes 1 to 5 seeds in all, not ${count}`);
      const query = {
        seed_artists: some(artists),
        seed_tracks: some(tracks),
        seed_genres: some(genres),
        limit,
        market: market ?? home,
        ...tuning,
      };
      return toRecommendations(await http.get('recommendations', wireRecommendations, call, { query }));
    },
    notes('get-recommendations', [], `since November 2024: ${noSuccessor}`),
  ),
  /**
   * Genres that `getRecommendations` takes as seeds.
   * @deprecated since November 2024: the vendor names no successor and closes it to new apps.
   */
  getGenreSeeds: read(
    async (call: Call): Promise<readonly string[]> =>
      (await http.get('recommendations/available-genre-seeds', wireGenres, call)).genres,
    notes('get-recommendation-genres', [], `since November 2024: ${noSuccessor}`),
  ),
});

/** An empty list leaves its parameter out. */
const some = (values: readonly string[]) => (values.length === 0 ? undefined : values);
