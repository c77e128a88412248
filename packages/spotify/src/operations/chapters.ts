import { type Call, read } from '@im/core';

import { toChapter } from '../map/spoken.ts';
import { wireChapter, wireManyChapters } from '../wire/spoken.ts';
import { batch, type Connection, notes, path } from './shared.ts';

export const chapterOperations = ({ http, market: home }: Connection) => ({
  /** A chapter of an audiobook. Found in the markets AU, CA, GB, IE, NZ and US only. */
  getChapter: read(
    async (id: string, market: string | undefined, call: Call) =>
      toChapter(
        await http.get(path`chapters/${id}`, wireChapter, call, { query: { market: market ?? home } }),
      ),
    notes('get-a-chapter'),
  ),
  /**
   * Up to 50 chapters, in the order of the ids; `undefined` for an id the vendor does not know.
   * @deprecated since February 2026: use `getChapter` for each.
   */
  getChapters: read(
    async (ids: readonly string[], market: string | undefined, call: Call) => {
      const query = { ids: batch(ids, 50), market: market ?? home };
      const { chapters } = await http.get('chapters', wireManyChapters, call, { query });
      return chapters.map((chapter) => (chapter === null ? undefined : toChapter(chapter)));
    },
    notes('get-several-chapters', [], 'since February 2026: use getChapter for each'),
  ),
});
