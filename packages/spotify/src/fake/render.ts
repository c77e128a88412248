/** Things of the world in the vendor's JSON, with every field that its description requires. */
import { digitsOf, idOf } from './catalogue.ts';
import { page } from './requests.ts';
import type { AlbumThing, ArtistThing, PartThing, TrackThing, WorkThing, World } from './world.ts';

export type Json = Readonly<Record<string, unknown>>;

/** What rendering depends on beside the thing itself. */
export interface View {
  readonly world: World;
  /** `http://127.0.0.1:1234/v1` */
  readonly base: string;
  /** The user's country, else the market that was asked for. */
  readonly market: string | undefined;
}

export const urlsOf = (kind: string, id: string) => ({ spotify: `https://open.spotify.com/${kind}/${id}` });

export const imagesOf = (id: string): Json[] =>
  [640, 300, 64].map((size) => ({
    url: `https://i.scdn.co/image/${digitsOf(['image', id, size], 40)}`,
    height: size,
    width: size,
  }));

const links = (view: View, kind: string, id: string) => ({
  external_urls: urlsOf(kind, id),
  href: `${view.base}/${kind}s/${id}`,
  id,
  type: kind,
  uri: `spotify:${kind}:${id}`,
});

const precisionOf = (date: string) => (date.length === 4 ? 'year' : date.length === 7 ? 'month' : 'day');

/** Whether something can be had in the view's market; without a market, everything can. */
export const isSold = (view: View, markets: readonly string[]): boolean =>
  view.market === undefined || markets.includes(view.market);

export const artistRef = (view: View, { id, name }: ArtistThing): Json => ({
  ...links(view, 'artist', id),
  name,
});

/** How many like it; follows from the id. */
const popularityOf = (id: string): number => id.charCodeAt(0) % 101;

export const artist = (view: View, thing: ArtistThing): Json => ({
  ...artistRef(view, thing),
  followers: { href: null, total: thing.name.length * 1_013 },
  genres: thing.genres,
  images: imagesOf(thing.id),
  popularity: popularityOf(thing.id),
});

const artistsOf = (view: View, artistId: string): Json[] => {
  const thing = view.world.artists.get(artistId);
  return thing === undefined ? [] : [artistRef(view, thing)];
};

export const albumRef = (view: View, thing: AlbumThing): Json => ({
  ...links(view, 'album', thing.id),
  album_type: thing.trackIds.length < 3 ? 'single' : 'album',
  total_tracks: thing.trackIds.length,
  available_markets: thing.markets,
  images: imagesOf(thing.id),
  name: thing.name,
  release_date: thing.releaseDate,
  release_date_precision: precisionOf(thing.releaseDate),
  ...(isSold(view, thing.markets) ? {} : { restrictions: { reason: 'market' } }),
  artists: artistsOf(view, thing.artistId),
});

export const discographyAlbum = (view: View, thing: AlbumThing): Json => {
  const json = albumRef(view, thing);
  return { ...json, album_group: json.album_type };
};

/** Digits that end in a check digit, as bar codes do. */
const barcodeOf = (id: string): string => {
  const number = [...id].reduce((sum, digit) => (sum * 31 + digit.charCodeAt(0)) % 1_000_000_007, 7);
  return `0${String(number).padStart(12, '0').slice(-12)}`;
};

export const album = (view: View, thing: AlbumThing): Json => ({
  ...albumRef(view, thing),
  tracks: page(
    thing.trackIds.flatMap((id) => view.world.tracks.get(id) ?? []),
    { base: view.base, path: `/albums/${thing.id}/tracks`, limit: 50, offset: 0 },
    (track) => albumTrack(view, track),
  ),
  copyrights: [{ text: `${thing.releaseDate.slice(0, 4)} Northwind Records`, type: 'P' }],
  external_ids: { upc: barcodeOf(thing.id) },
  genres: [],
  label: 'Northwind Records',
  popularity: popularityOf(thing.id),
});

/** The track that is given for `thing` in this market, and the one it stands in for. */
function relink(view: View, thing: TrackThing): { readonly given: TrackThing; readonly wanted?: TrackThing } {
  const instead = thing.insteadId === undefined ? undefined : view.world.tracks.get(thing.insteadId);
  return instead === undefined || isSold(view, thing.markets)
    ? { given: thing }
    : { given: instead, wanted: thing };
}

export const albumTrack = (view: View, thing: TrackThing): Json => {
  const { given, wanted } = relink(view, thing);
  const sold = isSold(view, given.markets);
  return {
    ...links(view, 'track', given.id),
    artists: artistsOf(view, given.artistId),
    // With a market, the vendor says whether it plays there in place of where it plays at all.
    ...(view.market === undefined ? { available_markets: given.markets } : { is_playable: sold }),
    ...(sold ? {} : { restrictions: { reason: 'market' } }),
    ...(wanted === undefined ? {} : { linked_from: links(view, 'track', wanted.id) }),
    disc_number: 1,
    duration_ms: given.durationMs,
    explicit: given.explicit,
    name: given.name,
    preview_url: null,
    track_number: given.number,
    is_local: false,
  };
};

/** International Standard Recording Code of a track. */
export const isrcOf = (id: string): string => `QZFAK${barcodeOf(id).slice(-7)}`;

export const track = (view: View, thing: TrackThing): Json => {
  const { given } = relink(view, thing);
  const from = view.world.albums.get(given.albumId);
  return {
    ...albumTrack(view, thing),
    ...(from === undefined ? {} : { album: albumRef(view, from) }),
    external_ids: { isrc: isrcOf(given.id) },
    popularity: given.popularity,
  };
};

/** A file of the user's own, as it stands in a playlist: it has no id. */
export const localTrack = (uri: string): Json => {
  const [, , artistName = '', albumName = '', name = '', seconds = '0'] = uri
    .split(':')
    .map(decodeURIComponent);
  return {
    artists: [{ name: artistName, type: 'artist' }],
    disc_number: 0,
    duration_ms: Number(seconds) * 1_000,
    explicit: false,
    is_local: true,
    name: name === '' ? albumName : name,
    preview_url: null,
    track_number: 0,
    type: 'track',
    uri,
  };
};

const describe = (text: string) => ({ description: text, html_description: `<p>${text}</p>` });

export const workRef = (view: View, thing: WorkThing): Json => ({
  ...links(view, thing.kind, thing.id),
  ...describe(`About ${thing.name}`),
  available_markets: thing.markets,
  copyrights: [],
  explicit: false,
  images: imagesOf(thing.id),
  languages: ['en'],
  media_type: 'audio',
  name: thing.name,
  publisher: thing.publisher,
  ...(thing.kind === 'show'
    ? { is_externally_hosted: false, total_episodes: thing.partIds.length }
    : {
        authors: [{ name: thing.author }],
        narrators: [{ name: thing.narrator }],
        edition: 'Unabridged',
        total_chapters: thing.partIds.length,
      }),
});

export const partRef = (view: View, thing: PartThing): Json => ({
  ...links(view, thing.kind, thing.id),
  // The vendor's description gives chapters the type of episodes.
  type: 'episode',
  ...describe(`${thing.name}, part ${thing.number}`),
  audio_preview_url: null,
  duration_ms: thing.durationMs,
  explicit: false,
  images: imagesOf(thing.id),
  is_playable: true,
  languages: ['en'],
  name: thing.name,
  release_date: thing.releaseDate,
  release_date_precision: precisionOf(thing.releaseDate),
  resume_point: { fully_played: false, resume_position_ms: 0 },
  ...(thing.kind === 'episode'
    ? { is_externally_hosted: false, language: 'en' }
    : { chapter_number: thing.number - 1 }),
});

/** Parts of a work: episodes newest first, chapters in order. */
export const partsOf = (view: View, thing: WorkThing): PartThing[] => {
  const parts = thing.partIds.flatMap((id) => view.world.parts.get(id) ?? []);
  return thing.kind === 'show' ? parts.reverse() : parts;
};

export const work = (view: View, thing: WorkThing): Json => {
  const name = thing.kind === 'show' ? 'episodes' : 'chapters';
  const place = { base: view.base, path: `/${thing.kind}s/${thing.id}/${name}`, limit: 50, offset: 0 };
  return {
    ...workRef(view, thing),
    [name]: page(partsOf(view, thing), place, (part) => partRef(view, part)),
  };
};

export const part = (view: View, thing: PartThing): Json => {
  const whole = view.world.works.get(thing.workId);
  const name = thing.kind === 'episode' ? 'show' : 'audiobook';
  return { ...partRef(view, thing), ...(whole === undefined ? {} : { [name]: workRef(view, whole) }) };
};

/** Whatever plays under this URI: a track or an episode. */
export function playable(view: View, uri: string): Json | undefined {
  const [, kind, id = ''] = uri.split(':');
  if (kind === 'local') return localTrack(uri);
  const music = kind === 'track' ? view.world.tracks.get(id) : undefined;
  if (music !== undefined) return track(view, music);
  const speech = kind === 'episode' ? view.world.parts.get(id) : undefined;
  return speech?.kind === 'episode' ? part(view, speech) : undefined;
}

/** Numbers from 0 to 1 that follow from a text. */
export const shareOf = (...parts: readonly (string | number)[]): number =>
  Number.parseInt(
    idOf(...parts)
      .replace(/\D/g, '')
      .padEnd(4, '5')
      .slice(0, 4),
    10,
  ) / 10_000;
