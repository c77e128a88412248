/** What the fake answers to requests about the rows of a table. */
import { googleLegacyError } from '../../common/fake/error.ts';
import { bodyOf, type GoogleRoutes, isObject, pageOf } from '../../common/fake/service.ts';
import { faultsOf, rowJson } from './cells.ts';
import { tableOf, typeOf } from './find.ts';
import type { BigqueryWorld } from './world.ts';

type Handler = GoogleRoutes<BigqueryWorld>[string];

/** How long rows of the same `insertId` are known again. */
const dedupMs = 60_000;

const listRows: Handler = (request, world) => {
  const table = tableOf(request, world);
  if (typeOf(table) === 'VIEW') return googleLegacyError(400, `Cannot list a table of type VIEW.`, 'invalid');
  const useInt64Timestamp = request.query.get('formatOptions.useInt64Timestamp') === 'true';
  const { items, nextPageToken } = pageOf(request, table.rows, {
    sizeName: 'maxResults',
    usual: 10_000,
    most: 100_000,
  });
  return {
    json: {
      kind: 'bigquery#tableDataList',
      totalRows: String(table.rows.length),
      ...(nextPageToken && { pageToken: nextPageToken }),
      rows: items.map((row) => rowJson(row, table.fields, { useInt64Timestamp })),
    },
  };
};

const insertAll: Handler = (request, world) => {
  const table = tableOf(request, world);
  const { rows, skipInvalidRows, ignoreUnknownValues } = bodyOf(request);
  if (!Array.isArray(rows) || rows.length === 0)
    return googleLegacyError(400, 'No rows present in the request.', 'invalid');
  const ignore = ignoreUnknownValues === true;
  const judged = rows.map((row: unknown) => {
    const { json, insertId } = isObject(row) ? row : {};
    const values = isObject(json) ? json : {};
    return { values, insertId, faults: faultsOf(values, table.fields, ignore) };
  });
  const isBad = judged.some(({ faults }) => faults.length > 0);
  const takesAny = !isBad || skipInvalidRows === true;
  const now = world.clock.now();
  const insertErrors = judged.flatMap(({ faults }, index) => {
    if (faults.length > 0)
      return [{ index, errors: faults.map((fault) => ({ reason: 'invalid', ...fault })) }];
    return takesAny ? [] : [{ index, errors: [{ reason: 'stopped', message: '' }] }];
  });
  for (const { values, insertId, faults } of takesAny ? judged : []) {
    const before = table.inserted.get(String(insertId));
    const isTwice = insertId !== undefined && before !== undefined && now - before < dedupMs;
    if (faults.length > 0 || isTwice) continue;
    if (insertId !== undefined) table.inserted.set(String(insertId), now);
    table.rows.push(Object.fromEntries(table.fields.map(({ name }) => [name, values[name]])));
  }
  return {
    json: { kind: 'bigquery#tableDataInsertAllResponse', ...(insertErrors.length > 0 && { insertErrors }) },
  };
};

const table = '/bigquery/v2/projects/:project/datasets/:dataset/tables/:table';

export const rowRoutes: GoogleRoutes<BigqueryWorld> = {
  [`GET ${table}/data`]: listRows,
  [`POST ${table}/insertAll`]: insertAll,
};
