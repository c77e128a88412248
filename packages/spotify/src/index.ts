export {
  type Authorization,
  type AuthorizationRequest,
  type ConnectedAccount,
  type FinishAuthorization,
  finishAuthorization,
  startAuthorization,
} from './authorize.ts';
export { spotifyErrors } from './errors.ts';
export type {
  Album,
  AlbumRef,
  AlbumTrack,
  Artist,
  ArtistRef,
  AudioAnalysis,
  AudioFeatures,
  DatePrecision,
  Image,
  LocalTrack,
  Recommendations,
  Saved,
  TimeInterval,
  Track,
} from './model/music.ts';
export type {
  CurrentlyPlaying,
  Device,
  PlaybackState,
  PlayedTrack,
  Queue,
  RepeatMode,
} from './model/player.ts';
export type {
  Category,
  CurrentUser,
  Playable,
  Playlist,
  PlaylistItem,
  PlaylistRef,
  Snapshot,
  User,
} from './model/playlists.ts';
export type {
  Audiobook,
  AudiobookRef,
  BookChapter,
  Chapter,
  Episode,
  ResumePoint,
  Show,
  ShowEpisode,
  ShowRef,
} from './model/spoken.ts';
export type { AlbumGroup, ArtistAlbumsFilter } from './operations/artists.ts';
export type { Playback, PlayedFilter } from './operations/player.ts';
export type { Reordering } from './operations/playlist-contents.ts';
export type { NewPlaylist, PlaylistDetails } from './operations/playlists.ts';
export type { TimedTrack } from './operations/saved.ts';
export type { SearchAllFilter, SearchFilter, SearchResult, SearchType } from './operations/search.ts';
export type { RecommendationSeeds, Tunable } from './operations/tracks.ts';
export type { Followable, TimeRange } from './operations/users.ts';
export { type SpotifyOptions, spotifyOptions } from './options.ts';
export { spotify } from './spotify.ts';
