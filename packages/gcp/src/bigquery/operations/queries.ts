/** Queries that are answered at once, and their results. */
import { type Call, keyed, pages, read, sleep } from '@im/core';
import { fromPageToken, pageTokenPage } from '@im/http';
import type { z } from 'zod';
import { checkRange, pageSize } from '../../common/fields.ts';
import { invalid } from '../../common/resource.ts';
import { requestIdOf, withoutHeader } from '../keys.ts';
import type { JobRef } from '../model/jobs.ts';
import type { QueryAnswer, QueryEstimate, QueryOptions, ReadOptions, RunOptions } from '../model/queries.ts';
import { checkJob } from '../names.ts';
import { toParameters } from '../parameters.ts';
import { countOf } from '../settings.ts';
import { type Integers, toRows } from '../values.ts';
import { wireResults } from '../wire.ts';
import { type Connection, notes } from './shared.ts';

/** Rows of a page of results. The vendor cuts a page at 10 MB in any case. */
const mostRows = 10_000;
const usualWaitMs = 10_000;
/** The vendor waits no longer. */
const longestWaitMs = 200_000;
/** An answer that is not complete and comes sooner is no wait of the vendor's. */
const quickMs = 1_000;

type Results = z.output<typeof wireResults>;

/** Times as whole microseconds, which lose nothing. */
const formatOptions = { useInt64Timestamp: true };

export function queryOperations({ rest, names, options: home, clock }: Connection) {
  const integersOf = (options: ReadOptions | undefined): Integers => options?.integers ?? home.integers;

  const toRequest = async (sql: string, options: QueryOptions, call: Call) => {
    if (sql.trim() === '') throw invalid('the query is empty');
    const { dataset = home.dataset, location = home.location, maximumBytesBilled } = options;
    if (maximumBytesBilled !== undefined)
      checkRange('maximumBytesBilled', maximumBytesBilled, 1, Number.MAX_SAFE_INTEGER);
    const parameters = toParameters(options.parameters);
    return {
      query: sql,
      useLegacySql: false,
      ...parameters,
      formatOptions,
      location,
      maximumBytesBilled: countOf(maximumBytesBilled),
      labels: options.labels,
      useQueryCache: options.useQueryCache,
      ...(dataset !== undefined && { defaultDataset: await names.dataset(dataset, call) }),
    };
  };

  /** One page, once the query has ended. */
  const pageOf = async (job: JobRef, query: object, call: Call): Promise<Results> => {
    const parent = checkJob(job);
    while (true) {
      const askedAt = clock.now();
      const wire = await rest.get(parent, `/queries/${job.jobId}`, wireResults, call, {
        query: { ...query },
      });
      if (wire.jobComplete !== false) return wire;
      if (clock.now() - askedAt < quickMs) await sleep(clock, quickMs, call.signal);
    }
  };

  return {
    /**
     * Runs a query in GoogleSQL, and gives its first rows. Repeated with the same key within 15 minutes it runs once. One that takes
     * longer than `waitMs` goes on by itself: `isComplete` is false then.
     */
    query: keyed(
      async (sql: string, options: RunOptions | undefined, call: Call): Promise<QueryAnswer> => {
        const { waitMs = usualWaitMs, maxRows } = options ?? {};
        const json = {
          ...(await toRequest(sql, options ?? {}, call)),
          requestId: requestIdOf(call),
          timeoutMs: checkRange('waitMs', waitMs, 0, longestWaitMs),
          ...(maxRows !== undefined && { maxResults: checkRange('maxRows', maxRows, 0, 100_000) }),
        };
        const parent = `projects/${await names.project(call)}`;
        const init = { json, headers: withoutHeader };
        return toAnswer(await rest.post(parent, '/queries', wireResults, call, init), integersOf(options));
      },
      notes('jobs/query', 'jobs.create', 'tables.getData'),
    ),
    /** Checks a query without running it, and tells how much it would read. */
    dryRunQuery: read(
      async (sql: string, options: QueryOptions | undefined, call: Call): Promise<QueryEstimate> => {
        const json = { ...(await toRequest(sql, options ?? {}, call)), dryRun: true };
        const parent = `projects/${await names.project(call)}`;
        const wire = await rest.post(parent, '/queries', wireResults, call, { json });
        return { bytesProcessed: wire.totalBytesProcessed ?? 0, fields: wire.schema };
      },
      notes('jobs/query', 'jobs.create'),
    ),
    /** The rows of a query that was started before; waits for its end within the time of the call. */
    listQueryResults: pages(
      read(
        async (job: JobRef, options: ReadOptions | undefined, call: Call) => {
          const query = {
            location: job.location,
            maxResults: pageSize(call, mostRows),
            pageToken: fromPageToken(call),
            timeoutMs: usualWaitMs,
            'formatOptions.useInt64Timestamp': true,
          };
          const wire = await pageOf(job, query, call);
          const rows = toRows(wire.rows, wire.schema, integersOf(options));
          return pageTokenPage(rows, wire.pageToken, wire.totalRows);
        },
        notes('jobs/getQueryResults', 'jobs.create'),
      ),
    ),
  };
}

function toAnswer(wire: Results, integers: Integers): QueryAnswer {
  return {
    isComplete: wire.jobComplete ?? true,
    job: wire.jobReference,
    fields: wire.schema,
    rows: toRows(wire.rows, wire.schema, integers),
    cursor: pageTokenPage([], wire.pageToken).next,
    totalRows: wire.totalRows,
    bytesProcessed: wire.totalBytesProcessed,
    cacheHit: wire.cacheHit ?? false,
    affectedRows: wire.numDmlAffectedRows,
    problems: wire.errors,
  };
}
