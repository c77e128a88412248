/** What jobs of the fake do when they end. Files are lines of JSON; other formats are told as not implemented. */
import { isObject } from '../../common/fake/service.ts';
import type { Field } from '../model/values.ts';
import { wireSchema } from '../schema.ts';
import { type FakeRow, faultsOf } from './cells.ts';
import {
  addTable,
  type BigqueryWorld,
  type FakeAnswer,
  type JobOutcome,
  tableIn,
  tableTitle,
} from './world.ts';

type Body = Readonly<Record<string, unknown>>;

const failed = (reason: string, message: string): JobOutcome => ({ error: { reason, message } });

/** Runs a query: its answer, into a table where one is named. */
export function runQuery(world: BigqueryWorld, query: Body, answer: FakeAnswer): JobOutcome {
  if (answer.error !== undefined) return { error: answer.error };
  answer.apply?.(world);
  const { fields = [], rows = [], affectedRows } = answer;
  const written = query.destinationTable === undefined ? undefined : write(world, query, fields, rows);
  return written?.error === undefined ? { fields, rows, affectedRows } : written;
}

/** Loads lines of JSON out of {@link BigqueryWorld.files}. */
export function runLoad(world: BigqueryWorld, load: Body): JobOutcome {
  if (load.sourceFormat !== 'NEWLINE_DELIMITED_JSON')
    return failed('notImplemented', 'The fake loads lines of JSON only.');
  const rows: FakeRow[] = [];
  for (const address of Array.isArray(load.sourceUris) ? load.sourceUris.map(String) : []) {
    const contents = filesAt(world, address);
    if (contents.length === 0) return failed('notFound', `Not found: URI ${address}`);
    const lines = contents.flatMap((content) => content.split('\n')).filter((line) => line.trim() !== '');
    for (const [index, line] of lines.entries()) {
      const row = parsed(line);
      if (row === undefined)
        return failed(
          'invalid',
          `Error while reading data, error message: JSON parsing error in row ${index}.`,
        );
      rows.push(row);
    }
  }
  const given = isObject(load.schema) ? wireSchema.parse(load.schema) : undefined;
  const fields = given ?? destinationOf(world, load)?.table?.fields;
  if (fields === undefined) return failed('invalid', 'No schema specified on job or table.');
  const bad = rows.flatMap((row) => faultsOf(row, fields, load.ignoreUnknownValues === true).slice(0, 1));
  if (bad.length > Number(load.maxBadRecords ?? 0)) return failed('invalid', bad[0]?.message ?? '');
  const good = rows.filter((row) => faultsOf(row, fields, load.ignoreUnknownValues === true).length === 0);
  const { error } = write(world, load, fields, good);
  return error === undefined ? { affectedRows: good.length } : { error };
}

/** Copies rows from one table or several. */
export function runCopy(world: BigqueryWorld, copy: Body): JobOutcome {
  const names = Array.isArray(copy.sourceTables) ? copy.sourceTables : [copy.sourceTable];
  const tables = names.filter(isObject).map((name) => {
    const found = tableIn(world, String(name.datasetId), String(name.tableId));
    return found ?? `${String(name.datasetId)}.${String(name.tableId)}`;
  });
  const absent = tables.find((table) => typeof table === 'string');
  if (absent !== undefined) return failed('notFound', `Not found: Table ${absent}`);
  const sources = tables.filter((table) => typeof table !== 'string');
  return write(
    world,
    copy,
    sources[0]?.fields ?? [],
    sources.flatMap(({ rows }) => rows),
  );
}

/** Writes lines of JSON into {@link BigqueryWorld.files}. */
export function runExtract(world: BigqueryWorld, extract: Body): JobOutcome {
  if (extract.destinationFormat !== 'NEWLINE_DELIMITED_JSON')
    return failed('notImplemented', 'The fake extracts lines of JSON only.');
  const name = isObject(extract.sourceTable) ? extract.sourceTable : {};
  const table = tableIn(world, String(name.datasetId), String(name.tableId));
  if (table === undefined)
    return failed('notFound', `Not found: Table ${String(name.datasetId)}.${String(name.tableId)}`);
  const [address = ''] = Array.isArray(extract.destinationUris) ? extract.destinationUris.map(String) : [];
  const lines = table.rows.map((row) =>
    JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? String(value) : value)),
  );
  world.files.set(address.replace('*', '000000000000'), `${lines.join('\n')}\n`);
  return {};
}

function destinationOf(world: BigqueryWorld, { destinationTable }: Body) {
  if (!isObject(destinationTable)) return undefined;
  const datasetId = String(destinationTable.datasetId);
  const tableId = String(destinationTable.tableId);
  return { datasetId, tableId, table: tableIn(world, datasetId, tableId) };
}

/** Writes rows where a job wants them, as its dispositions say. */
function write(
  world: BigqueryWorld,
  job: Body,
  fields: readonly Field[],
  rows: readonly FakeRow[],
): JobOutcome {
  const destination = destinationOf(world, job);
  if (destination === undefined) return failed('required', 'Required parameter is missing: destinationTable');
  const { datasetId, tableId, table } = destination;
  if (!world.datasets.has(datasetId)) return failed('notFound', `Not found: Dataset ${datasetId}`);
  if (table === undefined) {
    if (job.createDisposition === 'CREATE_NEVER')
      return failed('notFound', `Not found: ${tableTitle(destination)}`);
    addTable(world, datasetId, tableId, fields, { rows });
    return {};
  }
  if (job.writeDisposition === 'WRITE_EMPTY' && table.rows.length > 0)
    return failed('duplicate', `Already Exists: ${tableTitle(destination)}`);
  if (job.writeDisposition === 'WRITE_TRUNCATE') {
    table.rows = [];
    table.fields = fields;
  }
  table.rows.push(...rows);
  table.modifiedAt = world.clock.now();
  return {};
}

function filesAt({ files }: BigqueryWorld, address: string): readonly string[] {
  const [before = '', after] = address.split('*');
  if (after === undefined) return [files.get(address) ?? []].flat();
  return [...files]
    .filter(([name]) => name.startsWith(before) && name.endsWith(after))
    .map(([, content]) => content);
}

function parsed(line: string): FakeRow | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isObject(value) ? value : undefined;
  } catch {
    // Told by the caller, with the number of the line.
    return undefined;
  }
}
