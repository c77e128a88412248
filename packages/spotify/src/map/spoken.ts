/** Spotify's podcasts and audiobooks into our shapes. */
import type {
  Audiobook,
  AudiobookRef,
  BookChapter,
  Chapter,
  Episode,
  Show,
  ShowEpisode,
  ShowRef,
} from '../model/spoken.ts';
import type {
  WireAudiobook,
  WireAudiobookRef,
  WireBookChapter,
  WireChapter,
  WireEpisode,
  WireShow,
  WireShowEpisode,
  WireShowRef,
} from '../wire/spoken.ts';
import { toPrecision } from './music.ts';

const toWork = (wire: Pick<WireShowRef, Exclude<keyof WireShowRef, 'total_episodes'>>) => ({
  id: wire.id,
  uri: wire.uri,
  name: wire.name,
  description: wire.description,
  explicit: wire.explicit ?? false,
  images: wire.images,
  languages: wire.languages,
  publisher: wire.publisher,
  markets: wire.available_markets,
  url: wire.external_urls?.spotify,
});

export const toShowEpisode = (wire: WireShowEpisode): ShowEpisode => ({
  id: wire.id,
  uri: wire.uri,
  name: wire.name,
  description: wire.description,
  durationMs: wire.duration_ms,
  explicit: wire.explicit ?? false,
  images: wire.images,
  languages: wire.languages,
  releaseDate: wire.release_date,
  releaseDatePrecision: toPrecision(wire.release_date_precision),
  isPlayable: wire.is_playable,
  resumePoint: wire.resume_point && {
    fullyPlayed: wire.resume_point.fully_played ?? false,
    positionMs: wire.resume_point.resume_position_ms ?? 0,
  },
  restriction: wire.restrictions?.reason,
  url: wire.external_urls?.spotify,
});

export const toShowRef = (wire: WireShowRef): ShowRef => ({
  ...toWork(wire),
  totalEpisodes: wire.total_episodes,
});

export const toShow = (wire: WireShow): Show => ({
  ...toShowRef(wire),
  episodes: (wire.episodes?.items ?? []).map(toShowEpisode),
});

export const toEpisode = (wire: WireEpisode): Episode => ({
  type: 'episode',
  ...toShowEpisode(wire),
  show: wire.show && toShowRef(wire.show),
});

export const toAudiobookRef = (wire: WireAudiobookRef): AudiobookRef => ({
  ...toWork(wire),
  authors: wire.authors.flatMap(({ name }) => name ?? []),
  narrators: wire.narrators.flatMap(({ name }) => name ?? []),
  edition: wire.edition,
  totalChapters: wire.total_chapters,
});

export const toAudiobook = (wire: WireAudiobook): Audiobook => ({
  ...toAudiobookRef(wire),
  chapters: (wire.chapters?.items ?? []).map(toBookChapter),
});

export const toBookChapter = (wire: WireBookChapter): BookChapter => ({
  ...toShowEpisode(wire),
  chapterNumber: wire.chapter_number,
});

export const toChapter = (wire: WireChapter): Chapter => ({
  ...toBookChapter(wire),
  audiobook: wire.audiobook && toAudiobookRef(wire.audiobook),
});
