/** What users save and follow: `/me/library`, and the five kinds and the following it took the place of. */
import type { FakeRequest } from '@im/testing';
import type { Account, Principal } from '../account.ts';
import * as render from '../render.ts';
import { bodyOf, idsOf, isObject, page, placeOf, refuse, required } from '../requests.ts';
import { type State, userOf, viewOf } from '../state.ts';
import type { RouteTable } from './table.ts';

const kinds = ['track', 'album', 'episode', 'show', 'audiobook', 'artist', 'user', 'playlist'];
const mostUris = 40;

/** Kind, most ids a call, and how a saved one is shown. */
interface Shelf {
  readonly kind: string;
  readonly most: number;
  readonly scopes: readonly string[];
  readonly show: (view: render.View, id: string) => unknown;
}

const shelves: readonly Shelf[] = [
  {
    kind: 'album',
    most: 20,
    scopes: [],
    show: (view, id) => withThing(view.world.albums.get(id), (thing) => render.album(view, thing)),
  },
  {
    kind: 'track',
    most: 50,
    scopes: [],
    show: (view, id) => withThing(view.world.tracks.get(id), (thing) => render.track(view, thing)),
  },
  {
    kind: 'episode',
    most: 50,
    scopes: ['user-read-playback-position'],
    show: (view, id) => withThing(view.world.parts.get(id), (thing) => render.part(view, thing)),
  },
  {
    kind: 'show',
    most: 50,
    scopes: [],
    show: (view, id) => withThing(view.world.works.get(id), (thing) => render.workRef(view, thing)),
  },
  {
    kind: 'audiobook',
    most: 50,
    scopes: [],
    show: (view, id) => withThing(view.world.works.get(id), (thing) => render.work(view, thing)),
  },
];

const withThing = <Thing>(thing: Thing | undefined, show: (thing: Thing) => unknown) =>
  thing === undefined ? undefined : show(thing);

/** URIs of one kind that the user has, newest first. */
export const savedUris = (user: Account, kind: string): [uri: string, at: number][] =>
  [...user.library].filter(([uri]) => uri.startsWith(`spotify:${kind}:`)).sort(([, a], [, b]) => b - a);

export const timeOf = (at: number): string => new Date(at).toISOString().replace('.000Z', 'Z');

export function libraryRoutes(state: State): RouteTable {
  const urisOf = (request: FakeRequest): string[] => {
    const uris = required(request, 'uris').split(',');
    if (uris.length > mostUris) return refuse(400, 'Too many uris requested');
    for (const uri of uris) {
      const [scheme, kind = '', id = ''] = uri.split(':');
      if (scheme !== 'spotify' || !kinds.includes(kind) || id === '') return refuse(400, 'Invalid uri');
    }
    return uris;
  };
  const save = (who: Principal, uris: readonly string[], at = state.clock.now()) => {
    for (const uri of uris) userOf(who).library.set(uri, at);
  };
  const remove = (who: Principal, uris: readonly string[]) => {
    for (const uri of uris) userOf(who).library.delete(uri);
  };
  const contains = (who: Principal, uris: readonly string[]) =>
    uris.map((uri) => userOf(who).library.has(uri));
  const named = (kind: string, ids: readonly string[]) => ids.map((id) => `spotify:${kind}:${id}`);

  const shelf = ({ kind, most, scopes, show }: Shelf): RouteTable => ({
    [`GET /me/${kind}s`]: {
      scopes: ['user-library-read', ...scopes],
      run: (request, who) => {
        const view = viewOf(state, request, who);
        const shown = savedUris(userOf(who), kind).flatMap(([uri, at]) => {
          const thing = show(view, uri.split(':')[2] ?? '');
          return thing === undefined ? [] : [{ added_at: timeOf(at), [kind]: thing }];
        });
        return { json: page(shown, placeOf(request, state.base), (entry) => entry) };
      },
    },
    [`PUT /me/${kind}s`]: {
      scopes: ['user-library-modify'],
      run: (request, who) => {
        const timed = kind === 'track' ? timesOf(bodyOf(request).timestamped_ids) : [];
        if (timed.length === 0) save(who, named(kind, idsOf(request, most)));
        for (const { id, at } of timed) save(who, named(kind, [id]), at);
        return {};
      },
    },
    [`DELETE /me/${kind}s`]: {
      scopes: ['user-library-modify'],
      run: (request, who) => {
        remove(who, named(kind, idsOf(request, most)));
        return {};
      },
    },
    [`GET /me/${kind}s/contains`]: {
      scopes: ['user-library-read'],
      run: (request, who) => ({ json: contains(who, named(kind, idsOf(request, most))) }),
    },
  });
  const followable = (request: FakeRequest): string => {
    const type = required(request, 'type');
    return type === 'artist' || type === 'user' ? type : refuse(400, 'Invalid type');
  };

  return {
    ...Object.assign({}, ...shelves.map(shelf)),
    'PUT /me/library': {
      scopes: ['user-library-modify'],
      run: (request, who) => {
        save(who, urisOf(request));
        return {};
      },
    },
    'DELETE /me/library': {
      scopes: ['user-library-modify'],
      run: (request, who) => {
        remove(who, urisOf(request));
        return {};
      },
    },
    'GET /me/library/contains': {
      scopes: ['user-library-read'],
      run: (request, who) => ({ json: contains(who, urisOf(request)) }),
    },
    'GET /me/following': {
      scopes: ['user-follow-read'],
      run: (request, who) => {
        if (required(request, 'type') !== 'artist') return refuse(400, 'Invalid type');
        const view = viewOf(state, request, who);
        const { limit } = placeOf(request, state.base);
        const after = request.query.get('after');
        const all = savedUris(userOf(who), 'artist').flatMap(
          ([uri]) => state.world.artists.get(uri.split(':')[2] ?? '') ?? [],
        );
        const start = after === null ? 0 : all.findIndex(({ id }) => id === after) + 1;
        const some = all.slice(start, start + limit);
        const last = some.at(-1)?.id;
        const more = start + limit < all.length && last !== undefined;
        const href = (cursor: string | null | undefined) =>
          `${state.base}/me/following?type=artist&limit=${limit}${cursor ? `&after=${cursor}` : ''}`;
        return {
          json: {
            artists: {
              href: href(after),
              limit,
              // At the end the vendor sends null, which its own description does not allow: left out.
              ...(more ? { next: href(last), cursors: { after: last } } : { cursors: {} }),
              total: all.length,
              items: some.map((thing) => render.artist(view, thing)),
            },
          },
        };
      },
    },
    'PUT /me/following': {
      scopes: ['user-follow-modify'],
      run: (request, who) => {
        save(who, named(followable(request), idsOf(request, 50)));
        return { status: 204 };
      },
    },
    'DELETE /me/following': {
      scopes: ['user-follow-modify'],
      run: (request, who) => {
        remove(who, named(followable(request), idsOf(request, 50)));
        return { status: 204 };
      },
    },
    'GET /me/following/contains': {
      scopes: ['user-follow-read'],
      run: (request, who) => ({ json: contains(who, named(followable(request), idsOf(request, 50))) }),
    },
  };
}

/** `timestamped_ids` of a body. */
function timesOf(value: unknown): { readonly id: string; readonly at: number }[] {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > 50) return refuse(400, 'Invalid timestamped_ids');
  return value.map((entry) => {
    const at = isObject(entry) ? Date.parse(String(entry.added_at)) : Number.NaN;
    return isObject(entry) && typeof entry.id === 'string' && !Number.isNaN(at)
      ? { id: entry.id, at }
      : refuse(400, 'Invalid timestamped_ids');
  });
}
