import type { Image, LocalTrack, Track } from './music.ts';
import type { Episode } from './spoken.ts';

/** What can be played, and stand in a playlist; told apart by `type`. */
export type Playable = Track | Episode;

/** A playlist as it stands in lists. */
export interface PlaylistRef {
  readonly id: string;
  readonly uri: string;
  readonly name: string;
  readonly description?: string | undefined;
  readonly collaborative: boolean;
  /** Whether it is shown on the owner's profile. Absent: not known. */
  readonly public?: boolean | undefined;
  /** Version of the contents; changes with every change. */
  readonly snapshotId?: string | undefined;
  readonly owner: { readonly id?: string | undefined; readonly name?: string | undefined };
  readonly images: readonly Image[];
  readonly url?: string | undefined;
  /** How many items it has. Absent: you may not know, since it is somebody else's. */
  readonly total?: number | undefined;
}

/** A playlist. */
export interface Playlist extends PlaylistRef {
  readonly followers?: number | undefined;
  /** The first items; `listPlaylistItems` gives all of them. Absent: it is somebody else's. */
  readonly items?: readonly PlaylistItem[] | undefined;
}

/** One place in a playlist. */
export interface PlaylistItem {
  /** ISO 8601, UTC. Absent on very old entries. */
  readonly addedAt?: string | undefined;
  /** Id of the user. */
  readonly addedBy?: string | undefined;
  readonly isLocal: boolean;
  /** Absent: the vendor no longer has it. The place still counts. */
  readonly item?: Playable | LocalTrack | undefined;
}

/** A version of a playlist's contents. */
export interface Snapshot {
  readonly snapshotId: string;
}

/** A name under which the vendor groups playlists. */
export interface Category {
  readonly id: string;
  readonly name: string;
  readonly icons: readonly Image[];
}

/** A user as everybody sees it. */
export interface User {
  readonly id: string;
  readonly uri: string;
  readonly name?: string | undefined;
  readonly images: readonly Image[];
  readonly followers?: number | undefined;
  readonly url?: string | undefined;
}

/** The user whose account is connected. */
export interface CurrentUser extends User {
  /** ISO 3166-1 alpha-2. Needs `user-read-private`; deprecated by the vendor in 2026. */
  readonly country?: string | undefined;
  /** Not verified by the vendor. Needs `user-read-email`; deprecated by the vendor in 2026. */
  readonly email?: string | undefined;
  /** `premium` or `free`. Deprecated by the vendor in 2026. */
  readonly product?: string | undefined;
}
