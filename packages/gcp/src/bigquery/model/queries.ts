/** What callers say and see of queries. Byte and row counts are exact up to 2^53. */
import type { JobProblem, JobRef } from './jobs.ts';
import type { Field, Row } from './values.ts';

/** What goes along with a query. */
export interface QueryOptions {
  /** By name for `@name`, in order for `?`. Types follow from the values; `parameter` names one where they cannot. */
  readonly parameters?: Readonly<Record<string, unknown>> | readonly unknown[] | undefined;
  /** Default: the option `dataset`. */
  readonly dataset?: string | undefined;
  readonly location?: string | undefined;
  /** Fails, without cost, a query that would be billed for more. */
  readonly maximumBytesBilled?: number | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** Default true. */
  readonly useQueryCache?: boolean | undefined;
  /** What INT64 values are. Default: the option `integers`. */
  readonly integers?: 'bigint' | 'number' | undefined;
}

/** How a query that runs at once is answered. */
export interface RunOptions extends QueryOptions {
  /** Milliseconds that the vendor waits for the end, within the time of one attempt. Default 10,000. */
  readonly waitMs?: number | undefined;
  /** Rows in the answer. Default: as many as fit into 10 MB. */
  readonly maxRows?: number | undefined;
}

/** How rows are read. */
export interface ReadOptions {
  /** What INT64 values are. Default: the option `integers`. */
  readonly integers?: 'bigint' | 'number' | undefined;
}

/** The answer to a query. */
export interface QueryAnswer {
  /** Whether it has ended. If not, `waitForJob`, then `listQueryResults`; `queryRows` does all of it. */
  readonly isComplete: boolean;
  /** Absent: the vendor made none. */
  readonly job?: JobRef | undefined;
  readonly fields: readonly Field[];
  /** The first rows. */
  readonly rows: readonly Row[];
  /** Where `listQueryResults` goes on. Absent: these were all. */
  readonly cursor?: string | undefined;
  readonly totalRows?: number | undefined;
  readonly bytesProcessed?: number | undefined;
  readonly cacheHit: boolean;
  /** Rows that a statement changed. */
  readonly affectedRows?: number | undefined;
  readonly problems: readonly JobProblem[];
}

/** What a query would do. */
export interface QueryEstimate {
  /** What would be read, and billed for unless it is less than the least. */
  readonly bytesProcessed: number;
  readonly fields: readonly Field[];
}
