import { type Call, pages, read } from '@im/core';

import { toAudiobook, toBookChapter } from '../map/spoken.ts';
import { wirePaging } from '../wire/common.ts';
import { wireAudiobook, wireBookChapter, wireManyAudiobooks } from '../wire/spoken.ts';
import { offsetQuery, toPage } from './paging.ts';
import { batch, type Connection, notes, path } from './shared.ts';

const wireChapters = wirePaging(wireBookChapter);

export const audiobookOperations = ({ http, market: home }: Connection) => ({
  /** An audiobook. Found in the markets AU, CA, GB, IE, NZ and US only. */
  getAudiobook: read(
    async (id: string, market: string | undefined, call: Call) =>
      toAudiobook(
        await http.get(path`audiobooks/${id}`, wireAudiobook, call, { query: { market: market ?? home } }),
      ),
    notes('get-an-audiobook'),
  ),
  /**
   * Up to 50 audiobooks, in the order of the ids; `undefined` for an id the vendor does not know.
   * @deprecated since February 2026: use `getAudiobook` for each.
   */
  getAudiobooks: read(
    async (ids: readonly string[], market: string | undefined, call: Call) => {
      const query = { ids: batch(ids, 50), market: market ?? home };
      const { audiobooks } = await http.get('audiobooks', wireManyAudiobooks, call, { query });
      return audiobooks.map((audiobook) => (audiobook === null ? undefined : toAudiobook(audiobook)));
    },
    notes('get-multiple-audiobooks', [], 'since February 2026: use getAudiobook for each'),
  ),
  /** The chapters of an audiobook, in order. */
  listAudiobookChapters: pages(
    read(async (id: string, market: string | undefined, call: Call) => {
      const query = { market: market ?? home, ...offsetQuery(call) };
      return toPage(
        await http.get(path`audiobooks/${id}/chapters`, wireChapters, call, { query }),
        toBookChapter,
      );
    }, notes('get-audiobook-chapters')),
  ),
});
