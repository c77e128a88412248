/** Playlists with versions. An entry keeps its identity, so that a change meant for an older version finds its place. */
import type { Clock } from '@im/core';
import { type Catalogue, idOf, playlistIdOf, userIdOf } from './catalogue.ts';
import { addTrack, type World } from './world.ts';

/** One place in a playlist. */
export interface Entry {
  readonly uri: string;
  /** Milliseconds since 1970. */
  readonly addedAt: number;
  /** Id of the user. */
  readonly addedBy: string;
}

export interface Playlist {
  readonly id: string;
  readonly ownerId: string;
  name: string;
  description: string | null;
  public: boolean;
  collaborative: boolean;
  entries: readonly Entry[];
  snapshotId: string;
  /** Every version there was. */
  readonly versions: Map<string, readonly Entry[]>;
  /** Id of an uploaded cover. */
  coverId: string | undefined;
}

/** All playlists of a fake, in order of creation. */
export type Playlists = Map<string, Playlist>;

/** What a playlist is made from. */
export interface NewPlaylist {
  readonly id: string;
  readonly ownerId: string;
  readonly name: string;
  readonly description?: string | null | undefined;
  readonly public?: boolean | undefined;
  readonly collaborative?: boolean | undefined;
}

/** Adds a playlist. */
export function addPlaylist(
  playlists: Playlists,
  from: NewPlaylist,
  entries: readonly Entry[] = [],
): Playlist {
  const playlist: Playlist = {
    id: from.id,
    ownerId: from.ownerId,
    name: from.name,
    description: from.description ?? null,
    public: from.public ?? true,
    collaborative: from.collaborative ?? false,
    entries: [],
    snapshotId: '',
    versions: new Map(),
    coverId: undefined,
  };
  playlists.set(playlist.id, playlist);
  setEntries(playlist, entries);
  return playlist;
}

/** Puts `entries` in place of the contents, as a new version. @returns the version */
export function setEntries(playlist: Playlist, entries: readonly Entry[]): string {
  const number = playlist.versions.size + 1;
  const words = entries.map(({ uri }) => uri).join(' ');
  // The vendor's look the same: base 64 of a count and a hash.
  playlist.snapshotId = Buffer.from(`${number},${idOf('snapshot', playlist.id, number, words)}`).toString(
    'base64',
  );
  playlist.entries = entries;
  playlist.versions.set(playlist.snapshotId, entries);
  return playlist.snapshotId;
}

/** Adds the playlists of a catalogue, and their tracks to the world. */
export function addCatalogue(playlists: Playlists, world: World, catalogue: Catalogue, clock: Clock): void {
  const copies = new Map<string, number>();
  for (const { owner, name, description, public: shown, tracks } of catalogue.playlists) {
    const key = JSON.stringify([owner, name]);
    const copy = copies.get(key) ?? 0;
    copies.set(key, copy + 1);
    const ownerId = userIdOf(owner);
    const entries = tracks.map((track) => ({
      uri: `spotify:track:${addTrack(world, track)}`,
      addedAt: clock.now(),
      addedBy: ownerId,
    }));
    addPlaylist(
      playlists,
      { id: playlistIdOf(owner, name, copy), ownerId, name, description, public: shown },
      entries,
    );
  }
}
