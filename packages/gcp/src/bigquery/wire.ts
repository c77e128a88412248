/** BigQuery's JSON: https://cloud.google.com/bigquery/docs/reference/rest */
import { z } from 'zod';
import { listOf, maybe, maybeCount, maybeFlag, maybeText, textMap } from '../common/fields.ts';
import type { Job, JobProblem, JobRef } from './model/jobs.ts';
import type { Dataset, DatasetRef, Partitioning, Table, TableRef } from './model/tables.ts';
import { wireSchema } from './schema.ts';
import { wireRows } from './values.ts';

/** Milliseconds since 1970, written as text, by RFC 3339. */
const maybeTime = maybeCount.transform((at) => (at === undefined ? undefined : new Date(at).toISOString()));

export const wireProblem = z.object({ reason: maybeText, message: maybeText, location: maybeText }).transform(
  ({ reason, message, location }): JobProblem => ({
    reason: reason ?? 'unknown',
    message: message ?? '',
    location: location || undefined,
  }),
);

const wireJobRef = z
  .object({ jobId: z.string(), projectId: z.string(), location: maybeText })
  .transform((ref): JobRef => ref);

/** A dry run names a project and no job. */
const maybeJobRef = maybe(
  z.object({ jobId: maybeText, projectId: z.string(), location: maybeText }),
).transform((ref): JobRef | undefined =>
  ref?.jobId === undefined ? undefined : { ...ref, jobId: ref.jobId },
);

const states: Readonly<Record<string, Job['state']>> = {
  PENDING: 'pending',
  RUNNING: 'running',
  DONE: 'done',
};
const types: Readonly<Record<string, Job['type']>> = {
  QUERY: 'query',
  LOAD: 'load',
  EXTRACT: 'extract',
  COPY: 'copy',
};

export const wireJob = z
  .object({
    jobReference: wireJobRef,
    configuration: maybe(z.object({ jobType: maybeText })),
    status: maybe(
      z.object({ state: maybeText, errorResult: maybe(wireProblem), errors: listOf(wireProblem) }),
    ),
    statistics: maybe(
      z.object({
        creationTime: maybeTime,
        startTime: maybeTime,
        endTime: maybeTime,
        totalBytesProcessed: maybeCount,
        query: maybe(
          z.object({
            totalBytesBilled: maybeCount,
            numDmlAffectedRows: maybeCount,
            statementType: maybeText,
          }),
        ),
        load: maybe(z.object({ outputRows: maybeCount })),
      }),
    ),
    user_email: maybeText,
  })
  .transform(
    ({ jobReference, configuration, status, statistics, user_email }): Job => ({
      ...jobReference,
      state: states[status?.state ?? ''] ?? 'unknown',
      type: types[configuration?.jobType ?? ''] ?? 'unknown',
      error: status?.errorResult,
      problems: status?.errors ?? [],
      createdAt: statistics?.creationTime,
      startedAt: statistics?.startTime,
      endedAt: statistics?.endTime,
      bytesProcessed: statistics?.totalBytesProcessed,
      bytesBilled: statistics?.query?.totalBytesBilled,
      affectedRows: statistics?.query?.numDmlAffectedRows ?? statistics?.load?.outputRows,
      statementType: statistics?.query?.statementType,
      user: user_email,
    }),
  );

/** A job together with what it was told to do, in the vendor's spelling. */
export const wireConfiguredJob = z
  .looseObject({ configuration: z.record(z.string(), z.unknown()).nullish() })
  .transform((raw) => ({ configuration: raw.configuration ?? {}, job: raw }))
  .pipe(z.object({ configuration: z.record(z.string(), z.unknown()), job: wireJob }));

export const wireCancelled = z.object({ job: wireJob });

/** Of a list, where a job's state stands beside its status. */
export const wireJobs = z.object({ jobs: listOf(wireJob), nextPageToken: maybeText });

/** `jobs.query` and `jobs.getQueryResults` alike. */
export const wireResults = z.object({
  jobComplete: maybeFlag,
  jobReference: maybeJobRef,
  schema: wireSchema,
  rows: wireRows,
  pageToken: maybeText,
  totalRows: maybeCount,
  totalBytesProcessed: maybeCount,
  cacheHit: maybeFlag,
  numDmlAffectedRows: maybeCount,
  errors: listOf(wireProblem),
});

const wireTableName = z.object({ projectId: z.string(), datasetId: z.string(), tableId: z.string() });

const wireTableRef = z.object({
  tableReference: wireTableName,
  type: maybeText,
  labels: textMap,
  creationTime: maybeTime,
  expirationTime: maybeTime,
});

function toTableRef(wire: z.output<typeof wireTableRef>): TableRef {
  const { projectId, datasetId, tableId } = wire.tableReference;
  return {
    name: `${projectId}.${datasetId}.${tableId}`,
    projectId,
    datasetId,
    tableId,
    type: wire.type,
    labels: wire.labels,
    createdAt: wire.creationTime,
    expiresAt: wire.expirationTime,
  };
}

const units: Readonly<Record<string, Partitioning['by']>> = {
  HOUR: 'hour',
  DAY: 'day',
  MONTH: 'month',
  YEAR: 'year',
};

export const wireTable = z
  .object({
    ...wireTableRef.shape,
    schema: wireSchema,
    description: maybeText,
    friendlyName: maybeText,
    lastModifiedTime: maybeTime,
    numRows: maybeCount,
    numBytes: maybeCount,
    timePartitioning: maybe(z.object({ type: z.string(), field: maybeText, expirationMs: maybeCount })),
    clustering: maybe(z.object({ fields: listOf(z.string()) })),
    view: maybe(z.object({ query: maybeText })),
    location: maybeText,
    etag: maybeText,
  })
  .transform(
    (wire): Table => ({
      ...toTableRef(wire),
      fields: wire.schema,
      description: wire.description,
      friendlyName: wire.friendlyName,
      modifiedAt: wire.lastModifiedTime,
      rowCount: wire.numRows,
      byteCount: wire.numBytes,
      partitioning: toPartitioning(wire.timePartitioning),
      clustering: wire.clustering?.fields ?? [],
      view: wire.view?.query,
      location: wire.location,
      etag: wire.etag,
    }),
  );

function toPartitioning(
  wire: { type: string; field: string | undefined; expirationMs: number | undefined } | undefined,
): Partitioning | undefined {
  const by = units[wire?.type ?? ''];
  return by && { by, field: wire?.field, expiresAfterMs: wire?.expirationMs };
}

export const wireTables = z.object({
  tables: listOf(wireTableRef.transform(toTableRef)),
  nextPageToken: maybeText,
  totalItems: maybeCount,
});

const wireDatasetRef = z.object({
  datasetReference: z.object({ projectId: z.string(), datasetId: z.string() }),
  location: maybeText,
  labels: textMap,
});

function toDatasetRef({ datasetReference, location, labels }: z.output<typeof wireDatasetRef>): DatasetRef {
  const { projectId, datasetId } = datasetReference;
  return { name: `${projectId}.${datasetId}`, projectId, datasetId, location, labels };
}

export const wireDataset = z
  .object({
    ...wireDatasetRef.shape,
    description: maybeText,
    friendlyName: maybeText,
    defaultTableExpirationMs: maybeCount,
    creationTime: maybeTime,
    lastModifiedTime: maybeTime,
    etag: maybeText,
  })
  .transform(
    (wire): Dataset => ({
      ...toDatasetRef(wire),
      description: wire.description,
      friendlyName: wire.friendlyName,
      tablesExpireAfterMs: wire.defaultTableExpirationMs,
      createdAt: wire.creationTime,
      modifiedAt: wire.lastModifiedTime,
      etag: wire.etag,
    }),
  );

export const wireDatasets = z.object({
  datasets: listOf(wireDatasetRef.transform(toDatasetRef)),
  nextPageToken: maybeText,
});

export const wireTableData = z.object({ rows: wireRows, pageToken: maybeText, totalRows: maybeCount });

export const wireInserted = z.object({
  insertErrors: listOf(z.object({ index: maybeCount, errors: listOf(wireProblem) })),
});
