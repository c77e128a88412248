/** One sample call of each operation, in an order in which each finds what it needs. */
import type { Harness, Samples } from '@im/testing';
import type { spotify } from '../spotify.ts';
import { books, builtInTracks, podcasts, starterPlaylists } from './built-in.ts';
import {
  albumIdOf,
  artistIdOf,
  type CatalogueTrack,
  idOf,
  playlistIdOf,
  trackIdOf,
  userIdOf,
} from './catalogue.ts';
import { deviceIdOf } from './player.ts';
import { sampleTenant, startFake } from './start-fake.ts';

const [first, second, third] = builtInTracks as readonly [CatalogueTrack, CatalogueTrack, CatalogueTrack];
const [podcast] = podcasts as readonly [(typeof podcasts)[number]];
const [book] = books as readonly [(typeof books)[number]];

/** Ids of things in the built-in world, as the account of `tenant` meets it: the music is everybody's, the rest its own. */
const idsFor = (tenant: string) => ({
  track: trackIdOf(first),
  otherTrack: trackIdOf(second),
  album: albumIdOf(first),
  artist: artistIdOf(first.artist),
  show: idOf('show', podcast.name),
  episode: idOf('episode', podcast.name, podcast.episodes[0] ?? ''),
  audiobook: idOf('audiobook', book.name),
  chapter: idOf('chapter', book.name, book.chapters[0] ?? ''),
  /** A public playlist of the account: 12 items, of which the first comes twice. */
  playlist: playlistIdOf(tenant, starterPlaylists.shared),
  /** A private one. */
  secretPlaylist: playlistIdOf(tenant, starterPlaylists.secret),
  user: userIdOf(tenant),
  computer: deviceIdOf(tenant, 0),
  speaker: deviceIdOf(tenant, 1),
});

/** Ids of things in the built-in world; playlists, user and devices are those of {@link sampleTenant}. */
export const sampleIds = idsFor(sampleTenant);

const addedUri = `spotify:track:${trackIdOf(third)}`;
/** The beginning of a JPEG: its magic number. */
const jpeg = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 74, 70, 73, 70, 0);

function samplesFor(tenant: string): Samples<typeof spotify> {
  const { track, otherTrack, album, artist, show, episode, audiobook, chapter, playlist, user, speaker } =
    idsFor(tenant);
  const uris = [`spotify:track:${track}`, `spotify:track:${otherTrack}`];
  return {
    getAlbum: [album],
    getAlbums: [[album]],
    listAlbumTracks: [album],
    listNewReleases: [],
    getArtist: [artist],
    getArtists: [[artist]],
    listArtistAlbums: [artist, { groups: ['album', 'single'] }],
    getArtistTopTracks: [artist],
    getRelatedArtists: [artist],
    getTrack: [track],
    getTracks: [[track, otherTrack]],
    getAudioFeatures: [track],
    getSeveralAudioFeatures: [[track, otherTrack]],
    getAudioAnalysis: [track],
    getRecommendations: [{ tracks: [track], limit: 5, tuning: { min_energy: 0.1, target_tempo: 120 } }],
    getGenreSeeds: [],
    getShow: [show],
    getShows: [[show]],
    listShowEpisodes: [show],
    getEpisode: [episode],
    getEpisodes: [[episode]],
    getAudiobook: [audiobook, 'GB'],
    getAudiobooks: [[audiobook], 'GB'],
    listAudiobookChapters: [audiobook, 'GB'],
    getChapter: [chapter, 'GB'],
    getChapters: [[chapter], 'GB'],
    search: ['a', ['track', 'artist', 'album', 'playlist', 'show', 'episode', 'audiobook']],
    searchTracks: ['low'],
    searchArtists: ['vela'],
    searchAlbums: ['artist:"The Paper Lanterns"'],
    searchPlaylists: ['road'],
    searchShows: ['lost'],
    searchEpisodes: ['glass'],
    searchAudiobooks: ['lighthouse', { market: 'GB' }],
    getCurrentUser: [],
    getUser: [user],
    listTopArtists: ['short_term'],
    listTopTracks: [],
    listFollowedArtists: [],
    follow: ['artist', [artist]],
    checkFollows: ['artist', [artist]],
    unfollow: ['artist', [artist]],
    getPlaylist: [playlist],
    getPlaylistSnapshot: [playlist],
    updatePlaylist: [playlist, { description: 'For longer drives' }],
    createPlaylist: [{ name: 'Made by a sample', public: false }],
    createPlaylistForUser: [user, { name: 'Made by another sample' }],
    listMyPlaylists: [],
    listUserPlaylists: [user],
    getPlaylistCover: [playlist],
    uploadPlaylistCover: [playlist, jpeg],
    listPlaylistItems: [playlist],
    addPlaylistItems: [playlist, [addedUri], 0],
    reorderPlaylistItems: [playlist, { from: 0, before: 2 }],
    removePlaylistItems: [playlist, [addedUri]],
    replacePlaylistItems: [playlist, uris],
    listPlaylistTracks: [playlist],
    addPlaylistTracks: [playlist, [addedUri]],
    reorderPlaylistTracks: [playlist, { from: 0, before: 2 }],
    removePlaylistTracks: [playlist, [addedUri]],
    replacePlaylistTracks: [playlist, uris],
    followPlaylist: [playlist],
    checkFollowsPlaylist: [playlist],
    unfollowPlaylist: [playlist],
    listFeaturedPlaylists: [],
    listCategories: ['sv_SE'],
    getCategory: ['travel'],
    listCategoryPlaylists: ['travel'],
    getMarkets: [],
    listSavedAlbums: [],
    listSavedTracks: [],
    listSavedEpisodes: [],
    listSavedShows: [],
    listSavedAudiobooks: [],
    saveToLibrary: [[...uris, `spotify:album:${album}`]],
    checkLibrary: [uris],
    removeFromLibrary: [uris],
    saveAlbums: [[album]],
    checkSavedAlbums: [[album]],
    removeAlbums: [[album]],
    saveTracks: [[{ id: track, addedAt: '2029-12-31T12:00:00Z' }]],
    checkSavedTracks: [[track]],
    removeTracks: [[track]],
    saveEpisodes: [[episode]],
    checkSavedEpisodes: [[episode]],
    removeEpisodes: [[episode]],
    saveShows: [[show]],
    checkSavedShows: [[show]],
    removeShows: [[show]],
    saveAudiobooks: [[audiobook]],
    checkSavedAudiobooks: [[audiobook]],
    removeAudiobooks: [[audiobook]],
    getPlaybackState: [],
    getCurrentlyPlaying: [],
    getDevices: [],
    transferPlayback: [speaker, true],
    startPlayback: [{ contextUri: `spotify:album:${album}`, offset: { position: 1 }, positionMs: 1_000 }],
    setRepeat: ['context'],
    setShuffle: [false],
    setVolume: [40],
    seek: [5_000],
    addToQueue: [`spotify:track:${track}`],
    getQueue: [],
    skipToNext: [],
    skipToPrevious: [],
    listRecentlyPlayed: [],
    pausePlayback: [],
  };
}

/** For `describeIntegration` of `@im/testing`. */
export const harness: Harness<typeof spotify> = {
  startFake,
  samples: samplesFor(sampleTenant),
  samplesFor,
  forwards: { method: 'GET', path: 'me' },
};
