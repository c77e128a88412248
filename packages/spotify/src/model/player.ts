import type { LocalTrack, Track } from './music.ts';
import type { Playable } from './playlists.ts';

/** Something that plays. */
export interface Device {
  /** Not kept for ever; absent on devices that cannot be controlled. */
  readonly id?: string | undefined;
  readonly name: string;
  /** `computer`, `smartphone`, `speaker`… */
  readonly type?: string | undefined;
  readonly isActive: boolean;
  readonly isPrivateSession: boolean;
  /** The device takes no commands of the API. */
  readonly isRestricted: boolean;
  readonly volumePercent?: number | undefined;
  readonly supportsVolume: boolean;
}

/** Whether what plays begins again at its end. */
export type RepeatMode = 'off' | 'track' | 'context';

/** What plays now. */
export interface CurrentlyPlaying {
  readonly item?: Playable | LocalTrack | undefined;
  /** `track`, `episode`, `ad` or `unknown`. */
  readonly itemType?: string | undefined;
  readonly isPlaying: boolean;
  readonly progressMs?: number | undefined;
  /** Album, artist, playlist or show that it is played from. */
  readonly context?: { readonly type?: string | undefined; readonly uri?: string | undefined } | undefined;
  /** When the state last changed, milliseconds since 1970. */
  readonly timestamp?: number | undefined;
  /** What the user may not do now, in the vendor's words: `skipping_next`. */
  readonly disallowed: readonly string[];
}

/** What plays now, where and how. */
export interface PlaybackState extends CurrentlyPlaying {
  readonly device?: Device | undefined;
  readonly repeat?: RepeatMode | undefined;
  readonly shuffle?: boolean | undefined;
}

/** What comes next. */
export interface Queue {
  readonly currentlyPlaying?: Playable | LocalTrack | undefined;
  readonly queue: readonly (Playable | LocalTrack)[];
}

/** A track that was played. */
export interface PlayedTrack {
  readonly track: Track;
  /** ISO 8601, UTC. */
  readonly playedAt: string;
  readonly context?: { readonly type?: string | undefined; readonly uri?: string | undefined } | undefined;
}
