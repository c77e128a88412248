import { z } from 'zod';
import {
  listOf,
  maybe,
  maybeFlag,
  maybeNumber,
  maybeText,
  texts,
  wireImage,
  wirePaging,
  wireRestrictions,
  wireUrls,
} from './common.ts';

const wireResumePoint = maybe(z.object({ fully_played: maybeFlag, resume_position_ms: maybeNumber }));

const worksFields = {
  id: z.string(),
  uri: z.string(),
  name: z.string(),
  description: maybeText,
  explicit: maybeFlag,
  images: listOf(wireImage),
  languages: texts,
  publisher: maybeText,
  available_markets: maybe(z.array(z.string())),
  external_urls: wireUrls,
};

const partFields = {
  id: z.string(),
  uri: z.string(),
  name: z.string(),
  description: maybeText,
  duration_ms: z.number(),
  explicit: maybeFlag,
  images: listOf(wireImage),
  languages: texts,
  release_date: maybeText,
  release_date_precision: maybeText,
  is_playable: maybeFlag,
  resume_point: wireResumePoint,
  restrictions: wireRestrictions,
  external_urls: wireUrls,
};

/** A show inside something else. */
export const wireShowRef = z.object({ ...worksFields, total_episodes: maybeNumber });
/** An episode inside a list of its show. */
export const wireShowEpisode = z.object(partFields);
export const wireShow = z.object({
  ...wireShowRef.shape,
  episodes: maybe(wirePaging(wireShowEpisode)),
});
export const wireEpisode = z.object({
  ...partFields,
  type: maybe(z.literal('episode')),
  show: maybe(wireShowRef),
});

const wirePeople = listOf(z.object({ name: maybeText }));

/** An audiobook inside something else. */
export const wireAudiobookRef = z.object({
  ...worksFields,
  authors: wirePeople,
  narrators: wirePeople,
  edition: maybeText,
  total_chapters: maybeNumber,
});
/** A chapter inside a list of its audiobook. */
export const wireBookChapter = z.object({ ...partFields, chapter_number: maybeNumber });
export const wireAudiobook = z.object({
  ...wireAudiobookRef.shape,
  chapters: maybe(wirePaging(wireBookChapter)),
});
export const wireChapter = z.object({ ...wireBookChapter.shape, audiobook: maybe(wireAudiobookRef) });

export const wireManyShows = z.object({ shows: z.array(wireShowRef.nullable()) });
export const wireManyEpisodes = z.object({ episodes: z.array(wireEpisode.nullable()) });
export const wireManyAudiobooks = z.object({ audiobooks: z.array(wireAudiobook.nullable()) });
export const wireManyChapters = z.object({ chapters: z.array(wireChapter.nullable()) });
export const wireSavedShow = z.object({ added_at: maybeText, show: wireShowRef });
export const wireSavedEpisode = z.object({ added_at: maybeText, episode: wireEpisode });
/** The description wraps a saved audiobook with `added_at`; the service has been seen to send it bare. */
export const wireSavedAudiobook = z.union([
  z.object({ added_at: maybeText, audiobook: wireAudiobook }),
  wireAudiobook.transform((audiobook) => ({ added_at: undefined, audiobook })),
]);

export type WireShowRef = z.output<typeof wireShowRef>;
export type WireShow = z.output<typeof wireShow>;
export type WireShowEpisode = z.output<typeof wireShowEpisode>;
export type WireEpisode = z.output<typeof wireEpisode>;
export type WireAudiobookRef = z.output<typeof wireAudiobookRef>;
export type WireAudiobook = z.output<typeof wireAudiobook>;
export type WireBookChapter = z.output<typeof wireBookChapter>;
export type WireChapter = z.output<typeof wireChapter>;
