/** A picture; sizes in pixels, absent when the vendor does not know them. */
export interface Image {
  readonly url: string;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

/** How exactly a release date is known: `2019`, `2019-06` or `2019-06-14`. */
export type DatePrecision = 'year' | 'month' | 'day';

/** An artist as it stands on tracks and albums. */
export interface ArtistRef {
  /** Absent on local files. */
  readonly id?: string | undefined;
  readonly uri?: string | undefined;
  readonly name: string;
}

/** An artist. */
export interface Artist {
  readonly id: string;
  readonly uri: string;
  readonly name: string;
  readonly images: readonly Image[];
  /** Page for people. */
  readonly url?: string | undefined;
  /** Empty where the vendor gives none; deprecated by it in 2026. */
  readonly genres: readonly string[];
  readonly followers?: number | undefined;
  /** 0 to 100. Deprecated by the vendor in 2026. */
  readonly popularity?: number | undefined;
}

/** An album as it stands on tracks and in lists. */
export interface AlbumRef {
  /** Absent on local files. */
  readonly id?: string | undefined;
  readonly uri?: string | undefined;
  readonly name: string;
  /** `album`, `single` or `compilation`. */
  readonly albumType?: string | undefined;
  /** How an artist stands to it, in that artist's list: the album types, and `appears_on`. */
  readonly albumGroup?: string | undefined;
  readonly totalTracks?: number | undefined;
  /** As exact as `releaseDatePrecision` says: `1981`, `1981-12` or `1981-12-15`. */
  readonly releaseDate?: string | undefined;
  readonly releaseDatePrecision?: DatePrecision | undefined;
  readonly artists: readonly ArtistRef[];
  readonly images: readonly Image[];
  readonly url?: string | undefined;
  /** ISO 3166-1 alpha-2. Absent when a market was asked for, and to newer apps. */
  readonly markets?: readonly string[] | undefined;
  /** Why it cannot be played here: `market`, `product`, `explicit`. */
  readonly restriction?: string | undefined;
}

/** An album. */
export interface Album extends AlbumRef {
  readonly id: string;
  readonly uri: string;
  /** The first tracks; `listAlbumTracks` gives all of them. */
  readonly tracks: readonly AlbumTrack[];
  readonly copyrights: readonly string[];
  readonly genres: readonly string[];
  readonly label?: string | undefined;
  readonly popularity?: number | undefined;
  readonly upc?: string | undefined;
  readonly ean?: string | undefined;
}

/** A track as it stands in its album. */
export interface AlbumTrack {
  /** Empty for a file of the user's own that stands in another list than a playlist: it has none. */
  readonly id: string;
  readonly uri: string;
  readonly name: string;
  readonly artists: readonly ArtistRef[];
  readonly durationMs: number;
  readonly explicit: boolean;
  readonly discNumber?: number | undefined;
  readonly trackNumber?: number | undefined;
  /** Absent: no market was asked for. */
  readonly isPlayable?: boolean | undefined;
  /** The track that was asked for, when another stands in for it in this market. Use its id to change playlists. */
  readonly linkedFrom?: { readonly id?: string | undefined; readonly uri?: string | undefined } | undefined;
  readonly restriction?: string | undefined;
  readonly markets?: readonly string[] | undefined;
  readonly previewUrl?: string | undefined;
  readonly url?: string | undefined;
}

/** A track. */
export interface Track extends AlbumTrack {
  readonly type: 'track';
  readonly album?: AlbumRef | undefined;
  /** International Standard Recording Code. */
  readonly isrc?: string | undefined;
  /** 0 to 100. Deprecated by the vendor in 2026. */
  readonly popularity?: number | undefined;
}

/** A file of the user's own: it has no id and cannot be fetched, only moved or removed within its playlist. */
export interface LocalTrack {
  readonly type: 'local';
  readonly uri: string;
  readonly name: string;
  readonly artists: readonly ArtistRef[];
  /** Name of the album. */
  readonly album?: string | undefined;
  readonly durationMs: number;
}

/** Something in the user's library, with the time it was saved (ISO 8601, UTC). */
export interface Saved<Item> {
  readonly addedAt?: string | undefined;
  readonly item: Item;
}

/** What the vendor measured in a track. All without unit from 0 to 1 unless said. */
export interface AudioFeatures {
  readonly id: string;
  readonly uri: string;
  readonly durationMs: number;
  readonly acousticness: number;
  readonly danceability: number;
  readonly energy: number;
  readonly instrumentalness: number;
  /** Pitch class, 0 is C; -1 when none was found. */
  readonly key: number;
  readonly liveness: number;
  /** Decibels. */
  readonly loudness: number;
  /** 1 major, 0 minor. */
  readonly mode: number;
  readonly speechiness: number;
  /** Beats per minute. */
  readonly tempo: number;
  /** Beats per bar, 3 to 7. */
  readonly timeSignature: number;
  readonly valence: number;
}

/** A stretch of a track, in seconds; confidence from 0 to 1. */
export interface TimeInterval {
  readonly start: number;
  readonly duration: number;
  readonly confidence: number;
}

/** The structure of a track. */
export interface AudioAnalysis {
  readonly track: {
    /** Seconds. */
    readonly duration: number;
    readonly loudness: number;
    readonly tempo: number;
    readonly timeSignature: number;
    readonly key: number;
    readonly mode: number;
  };
  readonly bars: readonly TimeInterval[];
  readonly beats: readonly TimeInterval[];
  readonly tatums: readonly TimeInterval[];
  readonly sections: readonly (TimeInterval & {
    readonly loudness: number;
    readonly tempo: number;
    readonly key: number;
    readonly mode: number;
    readonly timeSignature: number;
  })[];
  readonly segments: readonly (TimeInterval & {
    readonly loudnessStart: number;
    readonly loudnessMax: number;
    readonly loudnessMaxTime: number;
    readonly pitches: readonly number[];
    readonly timbre: readonly number[];
  })[];
}

/** Tracks that go with some seeds. */
export interface Recommendations {
  readonly tracks: readonly Track[];
  readonly seeds: readonly {
    readonly id?: string | undefined;
    readonly type?: string | undefined;
    readonly initialPoolSize?: number | undefined;
    readonly afterFilteringSize?: number | undefined;
    readonly afterRelinkingSize?: number | undefined;
  }[];
}
