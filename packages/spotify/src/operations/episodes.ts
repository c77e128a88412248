import { type Call, read } from '@im/core';

import { toEpisode } from '../map/spoken.ts';
import { wireEpisode, wireManyEpisodes } from '../wire/spoken.ts';
import { batch, type Connection, notes, path } from './shared.ts';

const position = ['user-read-playback-position'];

export const episodeOperations = ({ http, market: home }: Connection) => ({
  /** An episode. Without a user's account, it is found only when a market is given. */
  getEpisode: read(
    async (id: string, market: string | undefined, call: Call) =>
      toEpisode(
        await http.get(path`episodes/${id}`, wireEpisode, call, { query: { market: market ?? home } }),
      ),
    notes('get-an-episode', position),
  ),
  /**
   * Up to 50 episodes, in the order of the ids; `undefined` for an id the vendor does not know.
   * @deprecated since February 2026: use `getEpisode` for each.
   */
  getEpisodes: read(
    async (ids: readonly string[], market: string | undefined, call: Call) => {
      const query = { ids: batch(ids, 50), market: market ?? home };
      const { episodes } = await http.get('episodes', wireManyEpisodes, call, { query });
      return episodes.map((episode) => (episode === null ? undefined : toEpisode(episode)));
    },
    notes('get-multiple-episodes', position, 'since February 2026: use getEpisode for each'),
  ),
});
