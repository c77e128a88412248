/** Saving by kind: superseded by `/me/library` in February 2026. Tables, since the five kinds differ in nothing but their path. */
import { type Call, idempotent, type OperationNotes, read } from '@im/core';
import { none } from '@im/http';
import { wireBooleans } from '../wire/common.ts';
import { batch, type Connection, invalid, notes, path } from './shared.ts';

/** A track and when it shall count as saved: ISO 8601, UTC. */
export interface TimedTrack {
  readonly id: string;
  readonly addedAt?: string | undefined;
}

const view = ['user-library-read'];
const modify = ['user-library-modify'];
const save = 'since February 2026: use saveToLibrary';
const remove = 'since February 2026: use removeFromLibrary';
const check = 'since February 2026: use checkLibrary';

export const savedOperations = (connection: Connection) => {
  const albums = saving(connection, 'albums', 20);
  const tracks = saving(connection, 'tracks', 50);
  const episodes = saving(connection, 'episodes', 50);
  const shows = saving(connection, 'shows', 50);
  const audiobooks = saving(connection, 'audiobooks', 50);
  return {
    /**
     * Saves up to 20 albums by id.
     * @deprecated since February 2026: use `saveToLibrary`.
     */
    saveAlbums: albums.save(notes('save-albums-user', modify, save)),
    /**
     * Removes up to 20 albums by id.
     * @deprecated since February 2026: use `removeFromLibrary`.
     */
    removeAlbums: albums.remove(notes('remove-albums-user', modify, remove)),
    /**
     * Whether each of up to 20 albums is saved, in the order of the ids.
     * @deprecated since February 2026: use `checkLibrary`.
     */
    checkSavedAlbums: albums.check(notes('check-users-saved-albums', view, check)),
    /**
     * Saves up to 50 tracks by id, each as of now or as of a time of its own.
     * @deprecated since February 2026: use `saveToLibrary`.
     */
    saveTracks: idempotent(
      async (tracks: readonly (string | TimedTrack)[], call: Call): Promise<void> => {
        const timed = tracks.map((track) => (typeof track === 'string' ? { id: track } : track));
        const ids = batch(
          timed.map(({ id }) => id),
          50,
        );
        const at = timed.flatMap(({ id, addedAt }) =>
          addedAt === undefined ? [] : { id, added_at: addedAt },
        );
        if (at.length > 0 && at.length < ids.length)
          throw invalid('takes a time for every track or for none');
        const json = at.length > 0 ? { ids, timestamped_ids: at } : { ids };
        await connection.http.put('me/tracks', none, call, { json });
      },
      notes('save-tracks-user', modify, save),
    ),
    /**
     * Removes up to 50 tracks by id.
     * @deprecated since February 2026: use `removeFromLibrary`.
     */
    removeTracks: tracks.remove(notes('remove-tracks-user', modify, remove)),
    /**
     * Whether each of up to 50 tracks is saved, in the order of the ids.
     * @deprecated since February 2026: use `checkLibrary`.
     */
    checkSavedTracks: tracks.check(notes('check-users-saved-tracks', view, check)),
    /**
     * Saves up to 50 episodes by id.
     * @deprecated since February 2026: use `saveToLibrary`.
     */
    saveEpisodes: episodes.save(notes('save-episodes-user', modify, save)),
    /**
     * Removes up to 50 episodes by id.
     * @deprecated since February 2026: use `removeFromLibrary`.
     */
    removeEpisodes: episodes.remove(notes('remove-episodes-user', modify, remove)),
    /**
     * Whether each of up to 50 episodes is saved, in the order of the ids.
     * @deprecated since February 2026: use `checkLibrary`.
     */
    checkSavedEpisodes: episodes.check(notes('check-users-saved-episodes', view, check)),
    /**
     * Saves up to 50 podcasts by id.
     * @deprecated since February 2026: use `saveToLibrary`.
     */
    saveShows: shows.save(notes('save-shows-user', modify, save)),
    /**
     * Removes up to 50 podcasts by id.
     * @deprecated since February 2026: use `removeFromLibrary`.
     */
    removeShows: shows.remove(notes('remove-shows-user', modify, remove)),
    /**
     * Whether each of up to 50 podcasts is saved, in the order of the ids.
     * @deprecated since February 2026: use `checkLibrary`.
     */
    checkSavedShows: shows.check(notes('check-users-saved-shows', view, check)),
    /**
     * Saves up to 50 audiobooks by id.
     * @deprecated since February 2026: use `saveToLibrary`.
     */
    saveAudiobooks: audiobooks.save(notes('save-audiobooks-user', modify, save)),
    /**
     * Removes up to 50 audiobooks by id.
     * @deprecated since February 2026: use `removeFromLibrary`.
     */
    removeAudiobooks: audiobooks.remove(notes('remove-audiobooks-user', modify, remove)),
    /**
     * Whether each of up to 50 audiobooks is saved, in the order of the ids.
     * @deprecated since February 2026: use `checkLibrary`.
     */
    checkSavedAudiobooks: audiobooks.check(notes('check-users-saved-audiobooks', view, check)),
  };
};

const saving = ({ http }: Connection, kind: string, most: number) => ({
  save: (facts: OperationNotes) =>
    idempotent(
      async (ids: readonly string[], call: Call): Promise<void> =>
        http.put(path`me/${kind}`, none, call, { query: { ids: batch(ids, most) } }),
      facts,
    ),
  remove: (facts: OperationNotes) =>
    idempotent(
      async (ids: readonly string[], call: Call): Promise<void> =>
        http.delete(path`me/${kind}`, none, call, { query: { ids: batch(ids, most) } }),
      facts,
    ),
  check: (facts: OperationNotes) =>
    read(
      async (ids: readonly string[], call: Call): Promise<readonly boolean[]> =>
        http.get(path`me/${kind}/contains`, wireBooleans, call, { query: { ids: batch(ids, most) } }),
      facts,
    ),
});
