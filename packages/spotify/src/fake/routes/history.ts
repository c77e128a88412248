/** What was played: https://developer.spotify.com/documentation/web-api/reference/get-recently-played */
import type { FakeRequest, FakeResponse } from '@im/testing';
import type { Principal } from '../account.ts';
import type { Player } from '../player.ts';
import * as render from '../render.ts';
import { integer, placeOf, refuse } from '../requests.ts';
import { type State, viewOf } from '../state.ts';
import { timeOf } from './library.ts';

/** Album, artist, playlist or show that something is played from. */
export const contextJson = (state: State, uri: string): render.Json => {
  const [, kind = '', id = ''] = uri.split(':');
  return { type: kind, href: `${state.base}/${kind}s/${id}`, external_urls: render.urlsOf(kind, id), uri };
};

/** Cursors are instants: the next page lies before the oldest that was shown. */
export function recentlyPlayed(
  state: State,
  request: FakeRequest,
  who: Principal,
  player: Player,
): FakeResponse {
  const { limit } = placeOf(request, state.base);
  const bound = (name: string) =>
    request.query.has(name) ? integer(request, name, { min: 0, max: 1e15, default: 0 }) : undefined;
  const after = bound('after');
  const before = bound('before');
  if (after !== undefined && before !== undefined)
    return refuse(400, 'Only one of after and before may be given');
  const all = player.history.filter(
    ({ at }) => (after === undefined || at > after) && (before === undefined || at < before),
  );
  const some = all.slice(0, limit);
  const shown = viewOf(state, request, who);
  const href = (cursor: string) => `${state.base}/me/player/recently-played?limit=${limit}${cursor}`;
  const newest = some[0]?.at;
  const oldest = some.at(-1)?.at;
  const cursors = newest === undefined ? {} : { after: String(newest), before: String(oldest) };
  return {
    json: {
      href: href(''),
      limit,
      ...(all.length > limit ? { next: href(`&before=${oldest}`) } : {}),
      cursors,
      total: all.length,
      items: some.map(({ uri, at, contextUri }) => ({
        track: render.playable(shown, uri),
        played_at: timeOf(at),
        ...(contextUri === undefined ? {} : { context: contextJson(state, contextUri) }),
      })),
    },
  };
}
