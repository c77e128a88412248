/** A fake of Spotify, and what the conformance suite needs to run it. For tests and for the sandbox. */
export type { Account } from './fake/account.ts';
export {
  albumIdOf,
  artistIdOf,
  type Catalogue,
  type CataloguePlaylist,
  type CatalogueTrack,
  playlistIdOf,
  trackIdOf,
  userIdOf,
} from './fake/catalogue.ts';
export { harness, sampleIds } from './fake/harness.ts';
export type { FakeDevice, Played, Player } from './fake/player.ts';
export type { NewPlaylist } from './fake/playlists.ts';
export {
  type SpotifyFake,
  type StartSpotifyFakeOptions,
  sampleTenant,
  startFake,
} from './fake/start-fake.ts';
