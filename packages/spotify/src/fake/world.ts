/** The catalogue's things and how they hang together. Knows nothing of HTTP or of accounts. */
import { audiobookMarkets, books, builtInTracks, genres, markets, podcasts, standIns } from './built-in.ts';
import { albumIdOf, artistIdOf, type CatalogueTrack, idOf, trackIdOf } from './catalogue.ts';

export interface ArtistThing {
  readonly id: string;
  readonly name: string;
  readonly genres: readonly string[];
}

export interface AlbumThing {
  readonly id: string;
  readonly name: string;
  readonly artistId: string;
  readonly releaseDate: string;
  readonly markets: readonly string[];
  readonly trackIds: string[];
}

export interface TrackThing {
  readonly id: string;
  readonly name: string;
  readonly artistId: string;
  readonly albumId: string;
  readonly number: number;
  readonly durationMs: number;
  readonly popularity: number;
  readonly explicit: boolean;
  readonly markets: readonly string[];
  /** Where this one is not sold, that one is given instead. */
  insteadId?: string;
}

/** A podcast or an audiobook. */
export interface WorkThing {
  readonly kind: 'show' | 'audiobook';
  readonly id: string;
  readonly name: string;
  readonly publisher: string;
  readonly author: string;
  readonly narrator: string;
  readonly markets: readonly string[];
  readonly partIds: string[];
}

/** An episode or a chapter. */
export interface PartThing {
  readonly kind: 'episode' | 'chapter';
  readonly id: string;
  readonly workId: string;
  readonly name: string;
  readonly number: number;
  readonly durationMs: number;
  readonly releaseDate: string;
}

export interface World {
  readonly artists: Map<string, ArtistThing>;
  readonly albums: Map<string, AlbumThing>;
  readonly tracks: Map<string, TrackThing>;
  readonly works: Map<string, WorkThing>;
  readonly parts: Map<string, PartThing>;
}

/** The built-in world, or one with speech but no music. */
export function createWorld(withMusic = true): World {
  const world: World = {
    artists: new Map(),
    albums: new Map(),
    tracks: new Map(),
    works: new Map(),
    parts: new Map(),
  };
  addSpeech(world);
  if (!withMusic) return world;
  for (const track of builtInTracks) addTrack(world, track);
  for (const { wanted, instead } of standIns) {
    const track = world.tracks.get(trackIdOf(wanted));
    if (track !== undefined) track.insteadId = trackIdOf(instead);
  }
  return world;
}

/** Adds a track with its artist and album, where they are not there yet. @returns its id */
export function addTrack(world: World, track: CatalogueTrack): string {
  const id = trackIdOf(track);
  if (world.tracks.has(id)) return id;
  const artistId = artistIdOf(track.artist);
  const albumId = albumIdOf(track);
  const sold = track.markets ?? markets;
  if (!world.artists.has(artistId)) {
    const genre = genres[track.artist.length % genres.length] as string;
    world.artists.set(artistId, { id: artistId, name: track.artist, genres: [genre] });
  }
  const album = world.albums.get(albumId) ?? {
    id: albumId,
    name: track.album,
    artistId,
    releaseDate: track.releaseDate ?? '2020',
    markets: sold,
    trackIds: [],
  };
  world.albums.set(albumId, album);
  album.trackIds.push(id);
  world.tracks.set(id, {
    id,
    name: track.name,
    artistId,
    albumId,
    number: album.trackIds.length,
    durationMs: track.durationMs,
    popularity: track.popularity ?? 0,
    explicit: track.explicit ?? false,
    markets: sold,
  });
  return id;
}

function addSpeech(world: World): void {
  const add = (work: Omit<WorkThing, 'id' | 'partIds'>, parts: readonly string[]) => {
    const workId = idOf(work.kind, work.name);
    const kind = work.kind === 'show' ? 'episode' : 'chapter';
    const partIds = parts.map((name, index) => {
      const id = idOf(kind, work.name, name);
      const durationMs = 900_000 + ((name.length * 104_729 + index * 60_013) % 1_800_000);
      const releaseDate = `2024-0${(index % 9) + 1}-15`;
      world.parts.set(id, { kind, id, workId, name, number: index + 1, durationMs, releaseDate });
      return id;
    });
    world.works.set(workId, { ...work, id: workId, partIds });
  };
  for (const { name, publisher, episodes } of podcasts) {
    add({ kind: 'show', name, publisher, author: '', narrator: '', markets }, episodes);
  }
  for (const { name, author, narrator, chapters } of books) {
    add(
      { kind: 'audiobook', name, publisher: author, author, narrator, markets: audiobookMarkets },
      chapters,
    );
  }
}
