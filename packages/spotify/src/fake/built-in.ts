/** The world a fake begins with: invented names, the same in every process. */
import type { Catalogue, CatalogueTrack } from './catalogue.ts';

/** Where the fake's Spotify is sold. */
export const markets: readonly string[] = ['AU', 'CA', 'DE', 'GB', 'IE', 'NZ', 'SE', 'US'];
/** Where it has audiobooks. */
export const audiobookMarkets: readonly string[] = ['AU', 'CA', 'GB', 'IE', 'NZ', 'US'];

/** Genres an artist may have, and seeds of recommendations. */
export const genres: readonly string[] = ['ambient', 'folk', 'indie', 'jazz', 'synth-pop'];

/** Names under which playlists are grouped. */
export const categories: readonly { readonly id: string; readonly name: string }[] = [
  { id: 'toplists', name: 'Top Lists' },
  { id: 'travel', name: 'Travel' },
  { id: 'calm', name: 'Calm' },
];

const album = (
  artist: string,
  name: string,
  releaseDate: string,
  titles: readonly string[],
): CatalogueTrack[] =>
  titles.map((title, index) => ({
    name: title,
    artist,
    album: name,
    releaseDate,
    durationMs: 150_000 + ((title.length * 7_919 + index * 13_007) % 150_000),
    popularity: (title.length * 11 + index * 17) % 101,
    explicit: index === 3,
  }));

const harbour = album('The Paper Lanterns', 'Harbour Lights', '2019-06-14', [
  'Low Tide',
  'Signal Fires',
  'Rope and Tar',
  'Salt in the Wound',
  'Morning Ferry',
]);
const cartography = album('Ines Okafor', 'Cartography', '2021-03', [
  'Meridian',
  'Here Be Dragons',
  'Contour Lines',
  'Uncharted',
  'Compass Rose',
]);
const kettle = album('Kettle & Finch', 'Second Breakfast', '2016', [
  'Toast',
  'Marmalade',
  'Slow Sunday',
  'Crumbs',
]);
const orbit = album('Vela Nine', 'Low Orbit', '2023-11-03', [
  'Apogee',
  'Telemetry',
  'Quiet Burn',
  'Splashdown',
  'Static',
  'Perigee',
]);
/** Not sold in the US; `Telemetry` of the next album stands in for it there. */
const elsewhere = album('Vela Nine', 'Low Orbit (European Edition)', '2023-10-27', ['Telemetry']).map(
  (track) => ({
    ...track,
    markets: ['DE', 'SE', 'IE'],
  }),
);

/** Every track of the built-in world, in the order of the albums. */
export const builtInTracks: readonly CatalogueTrack[] = [
  ...harbour,
  ...cartography,
  ...kettle,
  ...orbit,
  ...elsewhere,
];

/** Tracks that another replaces where they are not sold. */
export const standIns: readonly { readonly wanted: CatalogueTrack; readonly instead: CatalogueTrack }[] = [
  { wanted: elsewhere[0] as CatalogueTrack, instead: orbit[1] as CatalogueTrack },
];

/** Names of the playlists that an account of the built-in world begins with. */
export const starterPlaylists = { shared: 'Road Songs', secret: 'Only Mine' } as const;

/** The playlists of one tenant's account. */
export const starterCatalogue = (owner: string): Catalogue => ({
  playlists: [
    {
      name: starterPlaylists.shared,
      owner,
      description: 'For long drives',
      tracks: [...harbour, ...orbit, harbour[0] as CatalogueTrack],
    },
    { name: starterPlaylists.secret, owner, public: false, tracks: [...kettle, ...cartography] },
  ],
});

/** Podcasts: name, publisher, episodes from old to new. */
export const podcasts: readonly {
  readonly name: string;
  readonly publisher: string;
  readonly episodes: readonly string[];
}[] = [
  {
    name: 'Lost Instruments',
    publisher: 'Northwind Audio',
    episodes: ['The Serpent', 'The Glass Harmonica', 'The Arpeggione', 'The Ondes'],
  },
  { name: 'Night Desk', publisher: 'Harrow & Vale', episodes: ['First Edition', 'Stop Press', 'Retraction'] },
];

/** Audiobooks: name, author, narrator, chapters. */
export const books: readonly {
  readonly name: string;
  readonly author: string;
  readonly narrator: string;
  readonly chapters: readonly string[];
}[] = [
  {
    name: 'The Lighthouse Accountant',
    author: 'Maud Ellery',
    narrator: 'Tobias Grange',
    chapters: ['The Ledger', 'The Lamp', 'The Audit', 'The Storm'],
  },
  {
    name: 'A Field Guide to Clouds',
    author: 'Rui Santos',
    narrator: 'Rui Santos',
    chapters: ['Cirrus', 'Cumulus', 'Stratus'],
  },
];
