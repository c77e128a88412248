/** Tables, datasets and jobs on their way out, checked and in the vendor's spelling. */
import { invalid } from '../common/resource.ts';
import type { DatasetChanges, NewTable, TableChanges } from './model/tables.ts';
import { fromFields } from './schema.ts';

const hour = 3_600_000;
const mostClustering = 4;

/** The body of `tables.insert`, without its name. @throws `VendorError` `invalid_argument` */
export function toNewTable(table: NewTable): object {
  const { partitioning, clustering, view, fields } = table;
  if (view !== undefined && fields !== undefined)
    throw invalid('a view has the columns of its query; leave `fields` out');
  if (clustering !== undefined && (clustering.length === 0 || clustering.length > mostClustering))
    throw invalid(`clustering takes 1 to ${mostClustering} columns, not ${clustering.length}`);
  return {
    ...toTable(table),
    timePartitioning: partitioning && {
      type: partitioning.by.toUpperCase(),
      field: partitioning.field,
      expirationMs: countOf(partitioning.expiresAfterMs),
    },
    clustering: clustering && { fields: clustering },
    view: view === undefined ? undefined : { query: view, useLegacySql: false },
  };
}

/** The body of `tables.patch`: `null` takes away. @throws `VendorError` `invalid_argument` */
export function toTableChanges(changes: TableChanges): object {
  if (changes.fields === null) throw invalid('fields cannot be taken away from a table');
  return withNulls(toTable(given(changes)), changes, { expiresAt: 'expirationTime' });
}

function toTable({ fields, description, friendlyName, labels, expiresAt }: NewTable): object {
  return {
    schema: fields && fromFields(fields),
    description,
    friendlyName,
    labels,
    expirationTime: expiresAt === undefined ? undefined : countOf(timeOf(expiresAt)),
  };
}

/** Settings of a dataset, for `datasets.insert` and `datasets.patch`. @throws `VendorError` `invalid_argument` */
export function toDataset(changes: DatasetChanges): object {
  const { description, friendlyName, labels, tablesExpireAfterMs } = given(changes);
  if (tablesExpireAfterMs !== undefined && !(tablesExpireAfterMs >= hour))
    throw invalid(`tablesExpireAfterMs is ${tablesExpireAfterMs}; tables live for ${hour} ms at least`);
  const wire = { description, friendlyName, labels, defaultTableExpirationMs: countOf(tablesExpireAfterMs) };
  return withNulls(wire, changes, { tablesExpireAfterMs: 'defaultTableExpirationMs' });
}

/** @throws `VendorError` `invalid_argument` where nothing is changed */
export function checkChanges(changes: object): void {
  if (Object.values(changes).every((value) => value === undefined)) throw invalid('nothing to change');
}

/** The same without what is `null`. */
function given<Settings>(
  changes: { readonly [Name in keyof Settings]?: Settings[Name] | null },
): Partial<Settings> {
  return Object.fromEntries(
    Object.entries(changes).filter(([, value]) => value !== null),
  ) as Partial<Settings>;
}

function withNulls(wire: object, changes: object, names: Readonly<Record<string, string>>): object {
  const taken = Object.entries(changes).filter(([, value]) => value === null);
  return { ...wire, ...Object.fromEntries(taken.map(([name]) => [names[name] ?? name, null])) };
}

/** 64-bit numbers go as text. */
export function countOf(value: number | undefined): string | undefined {
  return value === undefined ? undefined : String(Math.trunc(value));
}

function timeOf(time: string): number {
  const at = Date.parse(time);
  if (Number.isNaN(at)) throw invalid(`expiresAt is ${JSON.stringify(time)}; give a time by RFC 3339`);
  return at;
}
