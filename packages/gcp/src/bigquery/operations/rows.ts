/** Rows of a table, without a query. */
import { type Call, keyed, pages, read } from '@im/core';
import { fromPageToken, pageTokenPage } from '@im/http';
import { pageSize, toBase64 } from '../../common/fields.ts';
import { invalid } from '../../common/resource.ts';
import { insertIdOf, withoutHeader } from '../keys.ts';
import type { ReadOptions } from '../model/queries.ts';
import type { InsertOptions, InsertResult, NewRow } from '../model/tables.ts';
import type { Field } from '../model/values.ts';
import { tablePath } from '../names.ts';
import { toRows } from '../values.ts';
import { wireInserted, wireTableData } from '../wire.ts';
import { type Connection, notes } from './shared.ts';

/** Rows of a page; the vendor cuts a page at 10 MB in any case. */
const mostRows = 10_000;
/** The vendor's limits for one request that streams rows in. */
const mostInserted = 50_000;
const mostBytes = 10_000_000;
const longestInsertId = 128;

export const rowOperations = ({ rest, names, options: home }: Connection) => ({
  /**
   * The rows of a table as they are stored. The vendor sends no types along: `fields` are those of `getTable`. Of a view there are
   * none; query it.
   */
  listRows: pages(
    read(
      async (table: string, fields: readonly Field[], options: ReadOptions | undefined, call: Call) => {
        const query = {
          maxResults: pageSize(call, mostRows),
          pageToken: fromPageToken(call),
          'formatOptions.useInt64Timestamp': true,
        };
        const path = tablePath(await names.table(table, call));
        const wire = await rest.get(path, '/data', wireTableData, call, { query });
        const rows = toRows(wire.rows, fields, options?.integers ?? home.integers);
        return pageTokenPage(rows, wire.pageToken, wire.totalRows);
      },
      notes('tabledata/list', 'tables.getData'),
    ),
  ),
  /**
   * Streams up to 50,000 rows of 10 MB together into a table. What is wrong with a row is told as data; the call itself succeeds.
   * Rows are known again by their `insertId`, so that a repeated attempt does not add them twice, as far as the vendor can.
   */
  insertRows: keyed(
    async (
      table: string,
      rows: readonly NewRow[],
      options: InsertOptions | undefined,
      call: Call,
    ): Promise<InsertResult> => {
      if (rows.length === 0 || rows.length > mostInserted)
        throw invalid(`takes 1 to ${mostInserted} rows a call, not ${rows.length}`);
      const wireRows = rows.map(({ values, insertId }, index) => ({
        insertId: checkInsertId(insertId ?? insertIdOf(call, index), index),
        json: values,
      }));
      const { skipInvalidRows, ignoreUnknownValues } = options ?? {};
      const body = JSON.stringify({ skipInvalidRows, ignoreUnknownValues, rows: wireRows }, toJson);
      const bytes = Buffer.byteLength(body);
      if (bytes > mostBytes)
        throw invalid(`the rows have ${bytes} bytes together; ${mostBytes} a call are taken`);
      const path = tablePath(await names.table(table, call));
      const headers = { ...withoutHeader, 'content-type': 'application/json' };
      const { insertErrors } = await rest.post(path, '/insertAll', wireInserted, call, { body, headers });
      return { failures: insertErrors.map(({ index, errors }) => ({ index: index ?? 0, problems: errors })) };
    },
    notes('tabledata/insertAll', 'tables.updateData'),
  ),
});

function checkInsertId(insertId: string, index: number): string {
  if (insertId.length > 0 && insertId.length <= longestInsertId) return insertId;
  throw invalid(
    `row ${index}: its insertId has ${insertId.length} characters; 1 to ${longestInsertId} are taken`,
  );
}

/** Values that JSON does not have. `Buffer` would write itself otherwise, so the value is looked up again. */
function toJson(this: Readonly<Record<string, unknown>>, key: string, value: unknown): unknown {
  const given = this[key];
  if (given instanceof Uint8Array) return toBase64(given);
  if (typeof given === 'bigint') return String(given);
  if (typeof given === 'number' && !Number.isFinite(given)) return String(given);
  return value;
}
