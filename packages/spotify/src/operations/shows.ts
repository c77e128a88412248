import { type Call, pages, read } from '@im/core';

import { toShow, toShowEpisode, toShowRef } from '../map/spoken.ts';
import { wirePaging } from '../wire/common.ts';
import { wireManyShows, wireShow, wireShowEpisode } from '../wire/spoken.ts';
import { offsetQuery, toPage } from './paging.ts';
import { batch, type Connection, notes, path } from './shared.ts';

const position = ['user-read-playback-position'];
const wireEpisodes = wirePaging(wireShowEpisode);

export const showOperations = ({ http, market: home }: Connection) => ({
  /** A podcast. Without a user's account, it is found only when a market is given. */
  getShow: read(
    async (id: string, market: string | undefined, call: Call) =>
      toShow(await http.get(path`shows/${id}`, wireShow, call, { query: { market: market ?? home } })),
    notes('get-a-show', position),
  ),
  /**
   * Up to 50 podcasts, in the order of the ids; `undefined` for an id the vendor does not know.
   * @deprecated since February 2026: use `getShow` for each.
   */
  getShows: read(
    async (ids: readonly string[], market: string | undefined, call: Call) => {
      const query = { ids: batch(ids, 50), market: market ?? home };
      const { shows } = await http.get('shows', wireManyShows, call, { query });
      return shows.map((show) => (show === null ? undefined : toShowRef(show)));
    },
    notes('get-multiple-shows', [], 'since February 2026: use getShow for each'),
  ),
  /** The episodes of a podcast, newest first. */
  listShowEpisodes: pages(
    read(
      async (id: string, market: string | undefined, call: Call) => {
        const query = { market: market ?? home, ...offsetQuery(call) };
        return toPage(
          await http.get(path`shows/${id}/episodes`, wireEpisodes, call, { query }),
          toShowEpisode,
        );
      },
      notes('get-a-shows-episodes', position),
    ),
  ),
});
