/** Spotify's playlists and users into our shapes. */
import type { LocalTrack } from '../model/music.ts';
import type {
  Category,
  CurrentUser,
  Playable,
  Playlist,
  PlaylistItem,
  PlaylistRef,
  User,
} from '../model/playlists.ts';
import type {
  WireCategory,
  WireCurrentUser,
  WirePlayable,
  WirePlaylist,
  WirePlaylistItem,
  WirePlaylistRef,
  WireUser,
} from '../wire/playlists.ts';
import { toArtistRef, toTrack } from './music.ts';
import { toEpisode } from './spoken.ts';

const toPlayable = (wire: WirePlayable): Playable =>
  wire.type === 'track' ? toTrack(wire) : toEpisode(wire);

export const toItem = (wire: WirePlayable): Playable | LocalTrack =>
  wire.type === 'track' && (wire.is_local || wire.id === undefined)
    ? {
        type: 'local',
        uri: wire.uri,
        name: wire.name,
        artists: wire.artists.map(toArtistRef),
        album: wire.album?.name,
        durationMs: wire.duration_ms,
      }
    : toPlayable(wire);

/** A place that the vendor leaves `null` is kept, empty: positions count. */
export const toPlaylistItem = (wire: WirePlaylistItem | null): PlaylistItem => {
  const item = wire?.item ?? wire?.track;
  return {
    addedAt: wire?.added_at,
    addedBy: wire?.added_by?.id,
    isLocal: wire?.is_local ?? false,
    item: item && toItem(item),
  };
};

const toShared = (wire: Omit<WirePlaylistRef, 'items' | 'tracks'>) => ({
  id: wire.id,
  uri: wire.uri,
  name: wire.name,
  description: wire.description,
  collaborative: wire.collaborative ?? false,
  public: wire.public,
  snapshotId: wire.snapshot_id,
  owner: { id: wire.owner?.id, name: wire.owner?.display_name },
  images: wire.images,
  url: wire.external_urls?.spotify,
});

export const toPlaylistRef = (wire: WirePlaylistRef): PlaylistRef => ({
  ...toShared(wire),
  total: (wire.items ?? wire.tracks)?.total,
});

export const toPlaylist = (wire: WirePlaylist): Playlist => {
  const contents = wire.items ?? wire.tracks;
  return {
    ...toShared(wire),
    followers: wire.followers?.total,
    total: contents?.total,
    items: contents?.items.map(toPlaylistItem),
  };
};

export const toCategory = ({ id, name, icons }: WireCategory): Category => ({ id, name, icons });

export const toUser = (wire: WireUser): User => ({
  id: wire.id,
  uri: wire.uri,
  name: wire.display_name,
  images: wire.images,
  followers: wire.followers?.total,
  url: wire.external_urls?.spotify,
});

export const toCurrentUser = (wire: WireCurrentUser): CurrentUser => ({
  ...toUser(wire),
  country: wire.country,
  email: wire.email,
  product: wire.product,
});
