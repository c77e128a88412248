/** Albums, artists, tracks and what goes with tracks. */
import type { FakeResponse } from '@im/testing';
import { analysis, features } from '../measures.ts';
import * as render from '../render.ts';
import { found, idsOf, integer, many, page, placeOf, refuse } from '../requests.ts';
import { type State, viewOf } from '../state.ts';
import type { TrackThing } from '../world.ts';
import type { RouteTable } from './table.ts';

const json = (value: unknown): FakeResponse => ({ json: value });

export function musicRoutes(state: State): RouteTable {
  const tracksOf = (ids: readonly string[]): TrackThing[] =>
    ids.flatMap((id) => state.world.tracks.get(id) ?? []);
  const albumsOf = (artistId: string) =>
    [...state.world.albums.values()].filter((album) => album.artistId === artistId);

  return {
    'GET /albums/:id': {
      run: (request, who) => {
        const view = viewOf(state, request, who);
        return json(render.album(view, found(state.world.albums.get(request.params.id ?? ''))));
      },
    },
    'GET /albums': {
      run: (request, who) => {
        const view = viewOf(state, request, who);
        return json({
          albums: many(
            idsOf(request, 20),
            (id) => state.world.albums.get(id),
            (thing) => render.album(view, thing),
          ),
        });
      },
    },
    'GET /albums/:id/tracks': {
      run: (request, who) => {
        const view = viewOf(state, request, who);
        const album = found(state.world.albums.get(request.params.id ?? ''));
        return json(
          page(tracksOf(album.trackIds), placeOf(request, state.base), (thing) =>
            render.albumTrack(view, thing),
          ),
        );
      },
    },
    'GET /browse/new-releases': {
      run: (request, who) => {
        const view = viewOf(state, request, who);
        const newest = [...state.world.albums.values()].sort((a, b) =>
          b.releaseDate.localeCompare(a.releaseDate),
        );
        return json({
          albums: page(newest, placeOf(request, state.base), (thing) => render.albumRef(view, thing)),
        });
      },
    },
    'GET /artists/:id': {
      run: (request, who) =>
        json(
          render.artist(viewOf(state, request, who), found(state.world.artists.get(request.params.id ?? ''))),
        ),
    },
    'GET /artists': {
      run: (request, who) => {
        const view = viewOf(state, request, who);
        return json({
          artists: many(
            idsOf(request, 50),
            (id) => state.world.artists.get(id),
            (thing) => render.artist(view, thing),
          ),
        });
      },
    },
    'GET /artists/:id/albums': {
      run: (request, who) => {
        const view = viewOf(state, request, who);
        const { id } = found(state.world.artists.get(request.params.id ?? ''));
        const groups = request.query.get('include_groups')?.split(',');
        const wanted = albumsOf(id)
          .filter((album) => render.isSold(view, album.markets))
          .filter((album) => groups?.includes(String(render.albumRef(view, album).album_type)) ?? true);
        return json(
          page(wanted, placeOf(request, state.base, { most: 10, default: 5 }), (thing) =>
            render.discographyAlbum(view, thing),
          ),
        );
      },
    },
    'GET /artists/:id/top-tracks': {
      run: (request, who) => {
        const view = viewOf(state, request, who);
        const { id } = found(state.world.artists.get(request.params.id ?? ''));
        const theirs = [...state.world.tracks.values()].filter((track) => track.artistId === id);
        const top = theirs.sort((a, b) => b.popularity - a.popularity).slice(0, 10);
        return json({ tracks: top.map((thing) => render.track(view, thing)) });
      },
    },
    'GET /artists/:id/related-artists': {
      run: (request, who) => {
        const view = viewOf(state, request, who);
        const { id } = found(state.world.artists.get(request.params.id ?? ''));
        const others = [...state.world.artists.values()].filter((artist) => artist.id !== id).slice(0, 20);
        return json({ artists: others.map((thing) => render.artist(view, thing)) });
      },
    },
    'GET /tracks/:id': {
      run: (request, who) =>
        json(
          render.track(viewOf(state, request, who), found(state.world.tracks.get(request.params.id ?? ''))),
        ),
    },
    'GET /tracks': {
      run: (request, who) => {
        const view = viewOf(state, request, who);
        return json({
          tracks: many(
            idsOf(request, 50),
            (id) => state.world.tracks.get(id),
            (thing) => render.track(view, thing),
          ),
        });
      },
    },
    'GET /audio-features/:id': {
      run: (request) => json(features(state.base, found(state.world.tracks.get(request.params.id ?? '')))),
    },
    'GET /audio-features': {
      run: (request) =>
        json({ audio_features: tracksOf(idsOf(request, 100)).map((track) => features(state.base, track)) }),
    },
    'GET /audio-analysis/:id': {
      run: (request) => json(analysis(found(state.world.tracks.get(request.params.id ?? '')))),
    },
    'GET /recommendations': {
      run: (request, who) => {
        const view = viewOf(state, request, who);
        const seeds = ['artists', 'tracks', 'genres'].flatMap((kind) =>
          (request.query.get(`seed_${kind}`)?.split(',') ?? []).map((id) => ({
            id,
            type: kind.slice(0, -1).toUpperCase(),
          })),
        );
        if (seeds.length === 0 || seeds.length > 5)
          return refuse(400, 'Invalid request: 1 to 5 seeds are needed');
        const limit = integer(request, 'limit', { min: 1, max: 100, default: 20 });
        const given = [...state.world.tracks.values()].filter(
          ({ id }) => !seeds.some((seed) => seed.id === id),
        );
        const pool = given.length;
        return json({
          seeds: seeds.map((seed) => ({
            ...seed,
            href: '',
            initialPoolSize: pool,
            afterFilteringSize: pool,
            afterRelinkingSize: pool,
          })),
          tracks: given.slice(0, limit).map((thing) => render.track(view, thing)),
        });
      },
    },
  };
}
