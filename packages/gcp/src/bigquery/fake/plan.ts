/**
 * What the fake makes of a query. It is no SQL engine: it knows the texts that were registered, and `SELECT * FROM dataset.table [LIMIT n]`.
 * Every other text is answered as the vendor answers a query that it cannot read.
 */
import { googleLegacyError } from '../../common/fake/error.ts';
import { fakeProject, isObject } from '../../common/fake/service.ts';
import { type BigqueryWorld, type FakeAnswer, type FakeParameters, missing, tableIn } from './world.ts';

const selectAll = /^SELECT \* FROM `?([\w.-]+)`?(?: LIMIT (\d+))?;?$/i;

/** Bytes of a row, about, as the vendor counts them. */
const rowBytes = 100;

/**
 * The answer to a query.
 *
 * @param query `jobs.query`'s body, or `configuration.query` of a job
 * @throws the vendor's answer for a query that cannot be read
 */
export function planOf(world: BigqueryWorld, query: Readonly<Record<string, unknown>>): FakeAnswer {
  const sql = String(query.query ?? '');
  if (query.useLegacySql !== false) throw invalidQuery('The fake knows no legacy SQL.');
  const answer = world.answerTo(sql, parametersOf(query.queryParameters));
  if (answer !== undefined) return answer;
  const [whole, name = '', limit] = selectAll.exec(sql.replace(/\s+/g, ' ').trim()) ?? [];
  const [tableId = '', dataset = homeOf(query), project = fakeProject, ...more] = name.split('.').reverse();
  if (whole === undefined || project !== fakeProject || more.length > 0)
    throw invalidQuery(`Syntax error: the fake knows no answer to ${JSON.stringify(sql.slice(0, 100))}`);
  const table = dataset === undefined ? undefined : tableIn(world, dataset, tableId);
  if (table === undefined) throw missing(`Table ${fakeProject}:${dataset ?? ''}.${tableId}`);
  const rows = limit === undefined ? table.rows : table.rows.slice(0, Number(limit));
  return { fields: table.fields, rows, bytes: table.rows.length * rowBytes };
}

function homeOf({ defaultDataset }: Readonly<Record<string, unknown>>): string | undefined {
  return isObject(defaultDataset) ? String(defaultDataset.datasetId) : undefined;
}

function parametersOf(list: unknown): FakeParameters {
  const entries = (Array.isArray(list) ? list : []).filter(isObject).map((one, index) => {
    const value = isObject(one.parameterValue) ? plain(one.parameterValue) : undefined;
    return [String(one.name ?? index), value] as const;
  });
  return Object.fromEntries(entries);
}

function plain({ value, arrayValues, structValues }: Readonly<Record<string, unknown>>): unknown {
  if (Array.isArray(arrayValues)) return arrayValues.filter(isObject).map(plain);
  if (!isObject(structValues)) return value ?? null;
  return Object.fromEntries(
    Object.entries(structValues).map(([name, member]) => [name, isObject(member) ? plain(member) : null]),
  );
}

/** The vendor's answer for a query that it cannot read. */
export function invalidQuery(message: string) {
  return googleLegacyError(400, message, 'invalidQuery');
}
