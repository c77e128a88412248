/** What callers say and see of tables and datasets. Times are RFC 3339; byte and row counts are exact up to 2^53. */
import type { JobProblem } from './jobs.ts';
import type { Field } from './values.ts';

/** Days, hours … by which a table is cut. */
export interface Partitioning {
  readonly by: 'hour' | 'day' | 'month' | 'year';
  /** A column of type TIMESTAMP, DATE or DATETIME. Default: the time of arrival. */
  readonly field?: string | undefined;
  readonly expiresAfterMs?: number | undefined;
}

/** Settings of a table that can be changed later. */
export interface TableSettings {
  readonly fields?: readonly Field[] | undefined;
  readonly description?: string | undefined;
  readonly friendlyName?: string | undefined;
  /** A change sets those that it names; the others stay. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** When the table is deleted. */
  readonly expiresAt?: string | undefined;
}

/** A table or a view to make. */
export interface NewTable extends TableSettings {
  readonly partitioning?: Partitioning | undefined;
  /** Up to four columns. */
  readonly clustering?: readonly string[] | undefined;
  /** Makes a view: its query, in GoogleSQL. */
  readonly view?: string | undefined;
}

/** Changes; what is left out stays, `null` takes it away. */
export type TableChanges = { readonly [Name in keyof TableSettings]?: TableSettings[Name] | null };

/** What a list tells of a table. */
export interface TableRef {
  /** `project.dataset.table`, as the calls take it. */
  readonly name: string;
  readonly projectId: string;
  readonly datasetId: string;
  readonly tableId: string;
  /** By the vendor's name: `TABLE`, `VIEW`, `EXTERNAL`. */
  readonly type?: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
  readonly createdAt?: string | undefined;
  readonly expiresAt?: string | undefined;
}

/** A table or a view, with its columns. */
export interface Table extends TableRef {
  readonly fields: readonly Field[];
  readonly description?: string | undefined;
  readonly friendlyName?: string | undefined;
  readonly modifiedAt?: string | undefined;
  /** Without those that were streamed in lately. */
  readonly rowCount?: number | undefined;
  readonly byteCount?: number | undefined;
  readonly partitioning?: Partitioning | undefined;
  readonly clustering: readonly string[];
  readonly view?: string | undefined;
  readonly location?: string | undefined;
  /** For conditions. */
  readonly etag?: string | undefined;
}

/** Settings of a dataset that can be changed later. */
export interface DatasetSettings {
  readonly description?: string | undefined;
  readonly friendlyName?: string | undefined;
  /** A change sets those that it names; the others stay. */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Milliseconds after which new tables are deleted, an hour at least. */
  readonly tablesExpireAfterMs?: number | undefined;
}

/** A dataset to make. */
export interface NewDataset extends DatasetSettings {
  /** Where it is, for good. Default: the option `location`, else the vendor's. */
  readonly location?: string | undefined;
}

/** Changes; what is left out stays, `null` takes it away. */
export type DatasetChanges = { readonly [Name in keyof DatasetSettings]?: DatasetSettings[Name] | null };

/** What a list tells of a dataset. */
export interface DatasetRef {
  /** `project.dataset`, as the calls take it. */
  readonly name: string;
  readonly projectId: string;
  readonly datasetId: string;
  readonly location?: string | undefined;
  readonly labels: Readonly<Record<string, string>>;
}

/** A dataset: what tables and views stand in. */
export interface Dataset extends DatasetRef {
  readonly description?: string | undefined;
  readonly friendlyName?: string | undefined;
  readonly tablesExpireAfterMs?: number | undefined;
  readonly createdAt?: string | undefined;
  readonly modifiedAt?: string | undefined;
  readonly etag?: string | undefined;
}

/** A row to stream in. */
export interface NewRow {
  /** By column. Values as `Row` has them; a `Date` for times. */
  readonly values: Readonly<Record<string, unknown>>;
  /** The vendor drops rows of the same id, for a minute or so, as well as it can. Default: one of the call's key. */
  readonly insertId?: string | undefined;
}

/** How rows are streamed in. */
export interface InsertOptions {
  /** Takes the good rows though there are bad ones. Default false: all or none. */
  readonly skipInvalidRows?: boolean | undefined;
  /** Leaves out values that no column is there for. Default false: such a row is bad. */
  readonly ignoreUnknownValues?: boolean | undefined;
}

/** What became of rows that were streamed in. */
export interface InsertResult {
  /** Rows that were not taken, by their place; without `skipInvalidRows` all are there as soon as one is bad. Empty: all were taken. */
  readonly failures: readonly { readonly index: number; readonly problems: readonly JobProblem[] }[];
}

/** How a dataset is deleted. */
export interface DeleteDatasetOptions {
  /** Deletes its tables too. Default false. */
  readonly deleteContents?: boolean | undefined;
}

/** Under which condition a change is made. */
export interface EtagCondition {
  /** Only while the thing still has this etag. */
  readonly etag?: string | undefined;
}
