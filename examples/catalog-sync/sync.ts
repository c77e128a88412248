/** One tenant's work: every playlist of the account, every item, page by page, into its own file. */
import type { ClientOf } from '@im/core';
import type { PlaylistItem, spotify } from '@im/spotify';
import type { Output } from './checkpoint.ts';

/** How far a tenant is, for whoever shows it. */
export interface Progress {
  readonly rows: number;
  readonly playlists: number;
  readonly playlistsDone: number;
}

/** What {@link syncTenant} needs. */
export interface SyncOptions {
  readonly client: ClientOf<typeof spotify>;
  readonly output: Output;
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
}

/** Pulls everything that is not written yet. Takes up where the output's checkpoint says. */
export async function syncTenant({ client, output, signal, onProgress }: SyncOptions): Promise<void> {
  const playlists = await client.listMyPlaylists({ signal }).toArray();
  const tell = () =>
    onProgress({
      rows: output.checkpoint.rows,
      playlists: playlists.length,
      playlistsDone: output.checkpoint.playlistsDone,
    });
  tell();
  if (playlists.length === 0) await output.commit([], { playlistsDone: 0, done: true });

  const { playlistsDone: begin, playlist: open, cursor } = output.checkpoint;
  if (open !== undefined && playlists[begin]?.id !== open) {
    throw new Error('the account changed since the run was interrupted; remove the output to begin anew');
  }
  for (const [index, playlist] of playlists.entries()) {
    if (index < begin) continue;
    const from = index === begin ? cursor : undefined;
    for await (const page of client
      .listPlaylistItems(playlist.id, undefined, { cursor: from, signal })
      .pages()) {
      const lines = page.items.map((item) => toLine(playlist.name, item));
      await output.commit(
        lines,
        page.next === undefined
          ? { playlistsDone: index + 1, done: index + 1 === playlists.length }
          : { playlistsDone: index, playlist: playlist.id, cursor: page.next, done: false },
      );
      tell();
    }
  }
}

/** One row of the output. A place whose item the vendor no longer has still counts. */
function toLine(playlist: string, { item }: PlaylistItem): string {
  if (item === undefined)
    return JSON.stringify({ playlist, track: null, artist: null, album: null, durationMs: null });
  const { name: track, durationMs } = item;
  if (item.type === 'episode') {
    return JSON.stringify({ playlist, track, artist: null, album: item.show?.name ?? null, durationMs });
  }
  const artist = item.artists.map(({ name }) => name).join(', ');
  const album = typeof item.album === 'string' ? item.album : (item.album?.name ?? null);
  return JSON.stringify({ playlist, track, artist, album, durationMs });
}
