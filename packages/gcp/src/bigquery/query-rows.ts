/** All rows of a query, however long it runs and however many there are. */
import type { CallOptions, ClientOf, Clock } from '@im/core';
import type { bigquery } from './bigquery.ts';
import type { QueryOptions } from './model/queries.ts';
import type { Row } from './model/values.ts';
import { waitForJob } from './wait-for-job.ts';

/** The operations that are needed: a client of BigQuery has them. */
export type QueryClient = Pick<ClientOf<typeof bigquery>, 'query' | 'getJob' | 'listQueryResults'>;

/** How rows are read. */
export interface QueryRowsOptions
  extends QueryOptions,
    Pick<CallOptions, 'signal' | 'idempotencyKey' | 'reference'> {
  /** Rows a request, as far as 10 MB go. */
  readonly pageSize?: number | undefined;
  /** Milliseconds to wait for the end of the query. Default: until it ends. */
  readonly timeoutMs?: number | undefined;
  /** Default: the system's. */
  readonly clock?: Clock | undefined;
}

/**
 * Runs a query when it is iterated, waits for its end, and gives its rows page by page.
 *
 * ```ts
 * for await (const row of queryRows(client, 'SELECT name FROM people WHERE age > @age', { parameters: { age: 30 } })) …
 * ```
 *
 * While iterating it throws what `query`, `waitForJob` and `listQueryResults` throw.
 */
export async function* queryRows(
  client: QueryClient,
  sql: string,
  options: QueryRowsOptions = {},
): AsyncGenerator<Row, void, undefined> {
  const { signal, idempotencyKey, reference, pageSize, timeoutMs, clock, ...query } = options;
  const answer = await client.query(
    sql,
    { ...query, maxRows: pageSize },
    { signal, idempotencyKey, reference },
  );
  yield* answer.rows;
  const { job, cursor } = answer;
  if (job === undefined || (answer.isComplete && cursor === undefined)) return;
  if (!answer.isComplete) await waitForJob(client, job, { signal, timeoutMs, clock });
  yield* client.listQueryResults(job, { integers: query.integers }, { signal, cursor, pageSize });
}
