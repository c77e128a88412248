/** Podcasts and audiobooks. */
import type { FakeResponse } from '@im/testing';
import * as render from '../render.ts';
import { found, idsOf, many, page, placeOf } from '../requests.ts';
import { type State, viewOf } from '../state.ts';
import type { PartThing, WorkThing } from '../world.ts';
import type { RouteTable } from './table.ts';

const position = ['user-read-playback-position'];
const json = (value: unknown): FakeResponse => ({ json: value });

export function speechRoutes(state: State): RouteTable {
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

  return {
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
