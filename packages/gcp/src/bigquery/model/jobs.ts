/** What callers say and see of jobs. Times are RFC 3339; byte and row counts are exact up to 2^53. */
import type { QueryOptions } from './queries.ts';
import type { Field } from './values.ts';

/** Names a job: project, id and where it runs. */
export interface JobRef {
  readonly jobId: string;
  readonly projectId: string;
  readonly location?: string | undefined;
}

/** Why something went wrong, or what to know about it. */
export interface JobProblem {
  /** The vendor's word: `invalidQuery`. */
  readonly reason: string;
  readonly message: string;
  /** Where: a field, a line of a file. */
  readonly location?: string | undefined;
}

/** What a job does and how far it is. */
export interface Job extends JobRef {
  /** `unknown`: an earlier attempt had started it, and the vendor said no more than that. */
  readonly state: 'pending' | 'running' | 'done' | 'unknown';
  readonly type: 'query' | 'load' | 'extract' | 'copy' | 'unknown';
  /** Set when it has failed. */
  readonly error?: JobProblem | undefined;
  /** What came up on the way; a job may succeed all the same. */
  readonly problems: readonly JobProblem[];
  readonly createdAt?: string | undefined;
  readonly startedAt?: string | undefined;
  readonly endedAt?: string | undefined;
  readonly bytesProcessed?: number | undefined;
  readonly bytesBilled?: number | undefined;
  /** Rows that a load wrote, or that a statement changed. */
  readonly affectedRows?: number | undefined;
  readonly statementType?: string | undefined;
  readonly user?: string | undefined;
}

/** What becomes of what a table has already. */
export type WriteMode = 'append' | 'truncate' | 'if-empty';

/** What every job takes. */
interface JobOptions {
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly location?: string | undefined;
}

/** Where a job writes. */
interface Destination {
  /** `dataset.table`, `project.dataset.table`, or `table` where the option `dataset` is set. */
  readonly destination: string;
  /** Default: `append`; of a query and a copy: `if-empty`. */
  readonly write?: WriteMode | undefined;
  /** Whether the table is made where it is not there. Default true. */
  readonly create?: boolean | undefined;
}

/** Files of Cloud Storage into a table. */
export interface LoadJob extends JobOptions, Destination {
  /** `gs://bucket/object`; one `*` an address. */
  readonly sources: readonly string[];
  readonly format: 'csv' | 'json' | 'avro' | 'parquet' | 'orc';
  /** Default: that of the table, or what the files say. */
  readonly fields?: readonly Field[] | undefined;
  /** Reads types out of the files. */
  readonly autodetect?: boolean | undefined;
  readonly skipLeadingRows?: number | undefined;
  readonly maxBadRecords?: number | undefined;
  readonly ignoreUnknownValues?: boolean | undefined;
}

/** A query that runs for long, or into a table. */
export interface QueryJob
  extends JobOptions,
    Omit<QueryOptions, 'integers' | 'location' | 'labels'>,
    Partial<Destination> {
  readonly sql: string;
  /** `batch` waits for idle resources. Default `interactive`. */
  readonly priority?: 'interactive' | 'batch' | undefined;
}

/** Tables into a table. */
export interface CopyJob extends JobOptions, Destination {
  readonly sources: readonly string[];
}

/** A table into files of Cloud Storage. */
export interface ExtractJob extends JobOptions {
  readonly source: string;
  /** `gs://bucket/object`; with one `*` for more than 1 GB. */
  readonly destinations: readonly string[];
  readonly format?: 'csv' | 'json' | 'avro' | 'parquet' | undefined;
  readonly compression?: 'none' | 'gzip' | 'deflate' | 'snappy' | 'zstd' | undefined;
}

/** A job to start: exactly one of these. */
export type NewJob =
  | { readonly load: LoadJob }
  | { readonly query: QueryJob }
  | { readonly copy: CopyJob }
  | { readonly extract: ExtractJob };
