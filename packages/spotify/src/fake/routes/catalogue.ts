/** Albums, artists, tracks, podcasts, audiobooks: what everybody sees. */
import type { FakeResponse } from '@im/testing';
import { analysis, features } from '../measures.ts';
import * as render from '../render.ts';
import { found, idsOf, integer, page, placeOf, refuse } from '../requests.ts';
import { type State, viewOf } from '../state.ts';
import type { PartThing, TrackThing, WorkThing } from '../world.ts';
import type { RouteTable } from './table.ts';

const position = ['user-read-playback-position'];

export function catalogueRoutes(state: State): RouteTable {
  /** Speech is found in a known market only: without a user's country or a market, nowhere. */
  const workAt = (view: render.View, kind: WorkThing['kind'], id: string) => {
    const work = state.world.works.get(id);
    return work?.kind === kind && view.market !== undefined && render.isSold(view, work.markets)
      ? work
      : undefined;
  };
  const partAt = (view: render.View, kind: PartThing['kind'], id: string) => {
    const part = state.world.parts.get(id);
    return part?.kind === kind && workAt(view, kind === 'episode' ? 'show' : 'audiobook', part.workId)
      ? part
      : undefined;
  };
  const json = (value: unknown): FakeResponse => ({ json: value });
  const many = <Thing>(
    ids: readonly string[],
    find: (id: string) => Thing | undefined,
    show: (thing: Thing) => unknown,
  ) =>
    ids.flatMap((id) => {
      const thing = find(id);
      return thing === undefined ? [] : [show(thing)];
    });
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
    'GET /shows/:id': {
      scopes: position,
      optionalUser: true,
      run: (request, who) => {
        const view = viewOf(state, request, who);
        return json(render.work(view, found(workAt(view, 'show', request.params.id ?? ''))));
      },
    },
    'GET /shows': {
      run: (request, who) => {
        const view = viewOf(state, request, who);
        return json({
          shows: many(
            idsOf(request, 50),
            (id) => workAt(view, 'show', id),
            (thing) => render.workRef(view, thing),
          ),
        });
      },
    },
    'GET /shows/:id/episodes': {
      scopes: position,
      optionalUser: true,
      run: (request, who) => {
        const view = viewOf(state, request, who);
        const show = found(workAt(view, 'show', request.params.id ?? ''));
        return json(
          page(render.partsOf(view, show), placeOf(request, state.base), (thing) =>
            render.partRef(view, thing),
          ),
        );
      },
    },
    'GET /episodes/:id': {
      scopes: position,
      optionalUser: true,
      run: (request, who) => {
        const view = viewOf(state, request, who);
        return json(render.part(view, found(partAt(view, 'episode', request.params.id ?? ''))));
      },
    },
    'GET /episodes': {
      scopes: position,
      optionalUser: true,
      run: (request, who) => {
        const view = viewOf(state, request, who);
        return json({
          episodes: many(
            idsOf(request, 50),
            (id) => partAt(view, 'episode', id),
            (thing) => render.part(view, thing),
          ),
        });
      },
    },
    'GET /audiobooks/:id': {
      run: (request, who) => {
        const view = viewOf(state, request, who);
        return json(render.work(view, found(workAt(view, 'audiobook', request.params.id ?? ''))));
      },
    },
    'GET /audiobooks': {
      run: (request, who) => {
        const view = viewOf(state, request, who);
        return json({
          audiobooks: many(
            idsOf(request, 50),
            (id) => workAt(view, 'audiobook', id),
            (thing) => render.work(view, thing),
          ),
        });
      },
    },
    'GET /audiobooks/:id/chapters': {
      run: (request, who) => {
        const view = viewOf(state, request, who);
        const book = found(workAt(view, 'audiobook', request.params.id ?? ''));
        return json(
          page(render.partsOf(view, book), placeOf(request, state.base), (thing) =>
            render.partRef(view, thing),
          ),
        );
      },
    },
    'GET /chapters/:id': {
      run: (request, who) => {
        const view = viewOf(state, request, who);
        return json(render.part(view, found(partAt(view, 'chapter', request.params.id ?? ''))));
      },
    },
    'GET /chapters': {
      run: (request, who) => {
        const view = viewOf(state, request, who);
        return json({
          chapters: many(
            idsOf(request, 50),
            (id) => partAt(view, 'chapter', id),
            (thing) => render.part(view, thing),
          ),
        });
      },
    },
  };
}
