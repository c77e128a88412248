/** Lists of objects and of versions, page by page. */
import { createPages, type Page } from '@im/core';
import type { ListEntry } from './driver.ts';
import type { VersionEntry } from './driver-versions.ts';
import { checkCount, checkKey, checkPrefix } from './keys.ts';
import type { ListOptions } from './object-store.types.ts';
import { placeOf, run, type StoreContext, signalOf, versionsOf } from './store-context.ts';

/** What the two kinds of lists share. */
function checkList(context: StoreContext, operation: string, options: ListOptions) {
  const place = placeOf(context, operation);
  const { prefix = '', delimiter, pageSize, limit } = options;
  const { limits } = context.driver;
  checkPrefix(prefix, limits, place);
  if (delimiter !== undefined) checkKey(delimiter, limits, place);
  if (pageSize !== undefined) checkCount('pageSize', pageSize, 1, limits.maxPageSize, place);
  if (limit !== undefined) checkCount('limit', limit, 0, Number.MAX_SAFE_INTEGER, place);
  const most = pageSize ?? limits.maxPageSize;
  return { place, prefix, delimiter, sizeOf: (left: number) => Math.min(most, left) };
}

/** Lists objects. */
export function listObjects(context: StoreContext, options: ListOptions) {
  const { place, prefix, delimiter, sizeOf } = checkList(context, 'list', options);
  const signal = signalOf(options);
  const fetch = (cursor: string | undefined, left: number): Promise<Page<ListEntry>> =>
    run(place, signal, (call) =>
      context.driver.list({ prefix, delimiter, cursor, pageSize: sizeOf(left) }, call),
    );
  return createPages(fetch, options, { provider: place.driver, operation: place.operation });
}

/** Lists versions. */
export function listVersions(context: StoreContext, options: Omit<ListOptions, 'delimiter'>) {
  const { place, prefix, sizeOf } = checkList(context, 'listVersions', options);
  const versions = versionsOf(context, 'listVersions');
  const signal = signalOf(options);
  const fetch = (cursor: string | undefined, left: number): Promise<Page<VersionEntry>> =>
    run(place, signal, (call) => versions.list({ prefix, cursor, pageSize: sizeOf(left) }, call));
  return createPages(fetch, options, { provider: place.driver, operation: place.operation });
}
