import type { DatePrecision, Image } from './music.ts';

/** Where the user stopped. Needs the scope `user-read-playback-position`. */
export interface ResumePoint {
  readonly fullyPlayed: boolean;
  readonly positionMs: number;
}

interface Work {
  readonly id: string;
  readonly uri: string;
  readonly name: string;
  /** Plain text. */
  readonly description?: string | undefined;
  readonly explicit: boolean;
  readonly images: readonly Image[];
  /** ISO 639-1 codes. */
  readonly languages: readonly string[];
  readonly publisher?: string | undefined;
  readonly markets?: readonly string[] | undefined;
  readonly url?: string | undefined;
}

interface Part {
  readonly id: string;
  readonly uri: string;
  readonly name: string;
  readonly description?: string | undefined;
  readonly durationMs: number;
  readonly explicit: boolean;
  readonly images: readonly Image[];
  readonly languages: readonly string[];
  readonly releaseDate?: string | undefined;
  readonly releaseDatePrecision?: DatePrecision | undefined;
  readonly isPlayable?: boolean | undefined;
  readonly resumePoint?: ResumePoint | undefined;
  /** Why it cannot be played: `market`, `product`, `explicit`, `payment_required`. */
  readonly restriction?: string | undefined;
  readonly url?: string | undefined;
}

/** A podcast as it stands in lists and on episodes. */
export interface ShowRef extends Work {
  readonly totalEpisodes?: number | undefined;
}

/** A podcast. */
export interface Show extends ShowRef {
  /** The first episodes; `listShowEpisodes` gives all of them. */
  readonly episodes: readonly ShowEpisode[];
}

/** An episode as it stands in its show. */
export interface ShowEpisode extends Part {}

/** An episode of a podcast. */
export interface Episode extends Part {
  readonly type: 'episode';
  readonly show?: ShowRef | undefined;
}

/** An audiobook as it stands in lists and on chapters. */
export interface AudiobookRef extends Work {
  readonly authors: readonly string[];
  readonly narrators: readonly string[];
  readonly edition?: string | undefined;
  readonly totalChapters?: number | undefined;
}

/** An audiobook. Sold in some markets only. */
export interface Audiobook extends AudiobookRef {
  /** The first chapters; `listAudiobookChapters` gives all of them. */
  readonly chapters: readonly BookChapter[];
}

/** A chapter as it stands in its audiobook. */
export interface BookChapter extends Part {
  readonly chapterNumber?: number | undefined;
}

/** A chapter of an audiobook. */
export interface Chapter extends BookChapter {
  readonly audiobook?: AudiobookRef | undefined;
}
