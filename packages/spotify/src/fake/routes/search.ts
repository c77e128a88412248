/** Search over everything public: words, and filters such as `artist:"…"`, `year:1955-1960`, `isrc:…`. */
import type { FakeRequest } from '@im/testing';
import { playlistRef } from '../playlist-view.ts';
import * as render from '../render.ts';
import { page, placeOf, refuse, required } from '../requests.ts';
import { mayEnter, type State, viewOf } from '../state.ts';
import type { WorkThing } from '../world.ts';
import type { RouteTable } from './table.ts';

/** What an item offers to be found by. */
interface Card {
  readonly words: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly show: () => unknown;
}

interface Query {
  readonly words: readonly string[];
  readonly filters: readonly (readonly [name: string, value: string])[];
}

export function searchRoutes(state: State): RouteTable {
  const cards = (type: string, view: render.View, user: Parameters<typeof mayEnter>[1]): Card[] => {
    const { world } = state;
    const artistName = (id: string) => world.artists.get(id)?.name ?? '';
    const works = (kind: WorkThing['kind']) =>
      [...world.works.values()].filter((thing) => thing.kind === kind && render.isSold(view, thing.markets));
    const makers: Readonly<Record<string, () => Card[]>> = {
      track: () =>
        [...world.tracks.values()]
          .filter((thing) => thing.insteadId !== undefined || render.isSold(view, thing.markets))
          .map((thing) => {
            const album = world.albums.get(thing.albumId);
            const artist = artistName(thing.artistId);
            const genre = world.artists.get(thing.artistId)?.genres.join(' ') ?? '';
            const year = album?.releaseDate.slice(0, 4) ?? '';
            const fields = {
              track: thing.name,
              artist,
              album: album?.name ?? '',
              year,
              genre,
              isrc: render.isrcOf(thing.id),
            };
            return {
              words: `${thing.name} ${artist} ${album?.name}`,
              fields,
              show: () => render.track(view, thing),
            };
          }),
      artist: () =>
        [...world.artists.values()].map((thing) => ({
          words: thing.name,
          fields: { artist: thing.name, genre: thing.genres.join(' ') },
          show: () => render.artist(view, thing),
        })),
      album: () =>
        [...world.albums.values()]
          .filter((thing) => render.isSold(view, thing.markets))
          .map((thing) => {
            const artist = artistName(thing.artistId);
            const upc = JSON.stringify(render.album(view, thing).external_ids);
            const fields = { album: thing.name, artist, year: thing.releaseDate.slice(0, 4), upc };
            return { words: `${thing.name} ${artist}`, fields, show: () => render.albumRef(view, thing) };
          }),
      playlist: () =>
        [...state.playlists.values()]
          .filter((playlist) => playlist.public || mayEnter(playlist, user))
          .map((playlist) => ({
            words: playlist.name,
            fields: {},
            show: () => playlistRef(state, playlist),
          })),
      show: () =>
        works('show').map((thing) => ({
          words: `${thing.name} ${thing.publisher}`,
          fields: {},
          show: () => render.workRef(view, thing),
        })),
      audiobook: () =>
        works('audiobook').map((thing) => ({
          words: `${thing.name} ${thing.author}`,
          fields: {},
          show: () => render.workRef(view, thing),
        })),
      episode: () =>
        [...world.parts.values()]
          .filter(({ kind }) => kind === 'episode')
          .map((thing) => ({ words: thing.name, fields: {}, show: () => render.partRef(view, thing) })),
    };
    return makers[type]?.() ?? refuse(400, 'Bad search type field');
  };

  return {
    'GET /search': {
      run: (request, who) => {
        const query = parse(required(request, 'q'));
        const view = viewOf(state, request, who);
        const types = required(request, 'type').split(',');
        const place = placeOf(request, state.base, { most: 10, default: 5, farthest: 1_000 });
        return {
          json: Object.fromEntries(
            types.map((type) => {
              const hits = cards(type, view, who.user).filter((card) => matches(card, query));
              // The vendor gives the first thousand.
              return [
                `${type}s`,
                page(hits.slice(0, 1_000), placeFor(place, request, type), (card) => card.show()),
              ];
            }),
          ),
        };
      },
    },
  };
}

/** Links of one kind lead to more of that kind only. */
function placeFor(place: ReturnType<typeof placeOf>, request: FakeRequest, type: string) {
  const query = new URLSearchParams(request.query);
  query.set('type', type);
  return { ...place, query };
}

function parse(text: string): Query {
  const filters: [string, string][] = [];
  const rest = text.replaceAll(
    /\b(album|artist|track|year|upc|tag|isrc|genre):(?:"([^"]*)"|(\S+))/g,
    (_all, name: string, quoted: string | undefined, plain: string | undefined) => {
      filters.push([name, fold(quoted ?? plain ?? '')]);
      return ' ';
    },
  );
  return {
    filters,
    words: fold(rest)
      .split(/[\s"]+/)
      .filter((word) => word !== ''),
  };
}

const fold = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();

function matches(card: Card, { words, filters }: Query): boolean {
  const text = fold(card.words);
  return (
    words.every((word) => text.includes(word)) && filters.every(([name, value]) => fits(card, name, value))
  );
}

function fits({ fields }: Card, name: string, value: string): boolean {
  const field = fields[name];
  if (field === undefined) return false;
  if (name !== 'year') return fold(field).includes(value);
  const [from = '', to = from] = value.split('-');
  return field >= from && field <= to;
}
