import { type Call, pages, read } from '@im/core';

import { toCategory, toPlaylistRef } from '../map/playlists.ts';
import { wireCategories, wireCategory, wireFeatured, wireMarkets } from '../wire/playlists.ts';
import { offsetQuery, toPage } from './paging.ts';
import { type Connection, noSuccessor, notes, path } from './shared.ts';

const closed = `since November 2024: ${noSuccessor}`;
const dropped = `since February 2026: ${noSuccessor}`;

/** What the vendor's own pages show. All of it is on its way out. */
export const browseOperations = ({ http, locale: tongue }: Connection) => ({
  /**
   * Playlists that the vendor features. `locale`: `sv_SE`; default: the option `locale`.
   * @deprecated since November 2024: the vendor names no successor and closes it to new apps.
   */
  listFeaturedPlaylists: pages(
    read(
      async (locale: string | undefined, call: Call) => {
        const query = { locale: locale ?? tongue, ...offsetQuery(call) };
        const { playlists } = await http.get('browse/featured-playlists', wireFeatured, call, { query });
        return toPage(playlists, toPlaylistRef);
      },
      notes('get-featured-playlists', [], closed),
    ),
  ),
  /**
   * Names under which the vendor groups playlists, in the language of `locale`.
   * @deprecated since February 2026: the vendor names no successor and closes it to new apps.
   */
  listCategories: pages(
    read(
      async (locale: string | undefined, call: Call) => {
        const query = { locale: locale ?? tongue, ...offsetQuery(call) };
        const { categories } = await http.get('browse/categories', wireCategories, call, { query });
        return toPage(categories, toCategory);
      },
      notes('get-categories', [], dropped),
    ),
  ),
  /**
   * One such name.
   * @deprecated since February 2026: the vendor names no successor and closes it to new apps.
   */
  getCategory: read(
    async (categoryId: string, locale: string | undefined, call: Call) => {
      const query = { locale: locale ?? tongue };
      return toCategory(await http.get(path`browse/categories/${categoryId}`, wireCategory, call, { query }));
    },
    notes('get-a-category', [], dropped),
  ),
  /**
   * The playlists under such a name.
   * @deprecated since November 2024: the vendor names no successor and closes it to new apps.
   */
  listCategoryPlaylists: pages(
    read(
      async (categoryId: string, call: Call) => {
        const query = offsetQuery(call);
        const wire = await http.get(path`browse/categories/${categoryId}/playlists`, wireFeatured, call, {
          query,
        });
        return toPage(wire.playlists, toPlaylistRef);
      },
      notes('get-a-categories-playlists', [], closed),
    ),
  ),
  /**
   * Where Spotify is sold: ISO 3166-1 alpha-2 codes.
   * @deprecated since February 2026: the vendor names no successor and closes it to new apps.
   */
  getMarkets: read(
    async (call: Call): Promise<readonly string[]> => (await http.get('markets', wireMarkets, call)).markets,
    notes('get-available-markets', [], dropped),
  ),
});
