/** What the fake answers to queries and jobs: https://cloud.google.com/bigquery/docs/reference/rest/v2/jobs */
import { randomUUID } from 'node:crypto';
import type { FakeRequest, FakeResponse } from '@im/testing';
import { googleLegacyError } from '../../common/fake/error.ts';
import { bodyOf, fakeProject, type GoogleRoutes, isObject, pageOf } from '../../common/fake/service.ts';
import { fromFields } from '../schema.ts';
import { rowJson } from './cells.ts';
import { planOf } from './plan.ts';
import { runCopy, runExtract, runLoad, runQuery } from './run.ts';
import { addJob, type BigqueryWorld, type FakeJob, type JobOutcome, missing, settleJob } from './world.ts';

type Handler = GoogleRoutes<BigqueryWorld>[string];
type Body = Readonly<Record<string, unknown>>;

const schemaJson = ({ fields = [] }: JobOutcome) =>
  fields.length === 0 ? {} : { schema: fromFields(fields) };

const refJson = ({ jobId, location }: FakeJob) => ({ projectId: fakeProject, jobId, location });

const stateOf = (job: FakeJob) => (job.outcome === undefined && !job.cancelled ? 'RUNNING' : 'DONE');

const errorOf = (job: FakeJob) =>
  job.cancelled
    ? { reason: 'stopped', message: 'Job execution was cancelled: User requested cancellation' }
    : job.outcome?.error;

function jobJson(world: BigqueryWorld, job: FakeJob): object {
  settleJob(world, job);
  const error = errorOf(job);
  const isDone = stateOf(job) === 'DONE';
  const affected = job.outcome?.affectedRows;
  return {
    kind: 'bigquery#job',
    id: `${fakeProject}:${job.location}.${job.jobId}`,
    jobReference: refJson(job),
    configuration: { jobType: job.type, ...job.configuration },
    status: { state: stateOf(job), ...(error && { errorResult: error, errors: [error] }) },
    statistics: {
      creationTime: String(job.createdAt),
      startTime: String(job.createdAt),
      ...(isDone && { endTime: String(Math.min(job.endsAt, world.clock.now())) }),
      totalBytesProcessed: String(job.bytes),
      ...(job.type === 'QUERY' && {
        query: {
          totalBytesProcessed: String(job.bytes),
          totalBytesBilled: String(job.bytes),
          ...(affected !== undefined && { numDmlAffectedRows: String(affected) }),
        },
      }),
      ...(job.type === 'LOAD' && affected !== undefined && { load: { outputRows: String(affected) } }),
    },
    user_email: `app@${fakeProject}.iam.gserviceaccount.com`,
  };
}

/** A page of results, or that there are none yet. A query that failed is answered as an error of its own. */
function resultsJson(
  world: BigqueryWorld,
  job: FakeJob,
  request: Pick<FakeRequest, 'query'>,
  useInt64Timestamp: boolean,
): Body {
  settleJob(world, job);
  const error = errorOf(job);
  if (error !== undefined)
    throw googleLegacyError(error.reason === 'notFound' ? 404 : 400, error.message, error.reason);
  const base = { jobReference: refJson(job), jobComplete: job.outcome !== undefined };
  if (job.outcome === undefined) return base;
  const { rows = [], fields = [], affectedRows } = job.outcome;
  const limits = { usual: 10_000, most: 100_000, sizeName: 'maxResults' };
  const { items, nextPageToken } = pageOf(request, rows, limits);
  return {
    ...base,
    ...schemaJson(job.outcome),
    ...(items.length > 0 && { rows: items.map((row) => rowJson(row, fields, { useInt64Timestamp })) }),
    totalRows: String(rows.length),
    ...(nextPageToken && { pageToken: nextPageToken }),
    totalBytesProcessed: String(job.bytes),
    cacheHit: false,
    ...(affectedRows !== undefined && { numDmlAffectedRows: String(affectedRows) }),
  };
}

/** @throws the vendor's answer for a query that may not read so much */
function checkBilled({ maximumBytesBilled }: Body, bytes: number): void {
  if (maximumBytesBilled === undefined || bytes <= Number(maximumBytesBilled)) return;
  throw googleLegacyError(
    400,
    `Query exceeded limit for bytes billed: ${String(maximumBytesBilled)}. ${bytes} or higher required.`,
    'bytesBilledLimitExceeded',
  );
}

/** A request is a repeated one when its id is the same, and all that its result depends on. */
const requestOf = ({ requestId, query, queryParameters, defaultDataset }: Body) =>
  JSON.stringify([requestId, query, queryParameters, defaultDataset]);

const query: Handler = (request, world) => {
  const body = bodyOf(request);
  const answer = planOf(world, body);
  const { bytes = 0 } = answer;
  if (body.dryRun === true) {
    const jobReference = { projectId: fakeProject, location: 'US' };
    const schema = schemaJson({ fields: answer.fields });
    return {
      json: {
        kind: 'bigquery#queryResponse',
        jobReference,
        jobComplete: true,
        ...schema,
        totalBytesProcessed: String(bytes),
        cacheHit: false,
      },
    };
  }
  checkBilled(body, bytes);
  const known = world.jobs.get(world.requests.get(requestOf(body)) ?? '');
  const job =
    known ??
    addJob(world, {
      jobId: `job_${randomUUID()}`,
      location: String(body.location ?? 'US'),
      type: 'QUERY',
      configuration: { query: { query: body.query, useLegacySql: false } },
      bytes,
      run: () => runQuery(world, {}, answer),
    });
  if (typeof body.requestId === 'string') world.requests.set(requestOf(body), job.jobId);
  const page = new URLSearchParams();
  if (body.maxResults !== undefined) page.set('maxResults', String(body.maxResults));
  const format = isObject(body.formatOptions) ? body.formatOptions : {};
  const results = resultsJson(world, job, { query: page }, format.useInt64Timestamp === true);
  return { json: { kind: 'bigquery#queryResponse', ...results } };
};

function jobOf(request: FakeRequest, world: BigqueryWorld): FakeJob {
  const id = request.params.job ?? '';
  const job = world.jobs.get(id);
  const location = request.query.get('location');
  if (job === undefined || (location !== null && location.toUpperCase() !== job.location.toUpperCase()))
    throw missing(`Job ${fakeProject}:${id}`);
  return job;
}

const results: Handler = (request, world) => {
  const job = jobOf(request, world);
  if (job.type !== 'QUERY')
    return googleLegacyError(400, 'Cannot retrieve results of a job that is no query.', 'invalid');
  const useInt64 = request.query.get('formatOptions.useInt64Timestamp') === 'true';
  return {
    json: { kind: 'bigquery#getQueryResultsResponse', ...resultsJson(world, job, request, useInt64) },
  };
};

/** Kinds of jobs by the field of their configuration. */
const kinds = {
  query: 'QUERY',
  load: 'LOAD',
  extract: 'EXTRACT',
  copy: 'COPY',
} as const;

const runners = { load: runLoad, extract: runExtract, copy: runCopy } as const;

const insert: Handler = (request, world): FakeResponse => {
  const { jobReference, configuration } = bodyOf(request);
  const config = isObject(configuration) ? configuration : {};
  const named = Object.keys(kinds).filter((kind) => isObject(config[kind]));
  const [kind] = named as (keyof typeof kinds)[];
  const settings = kind === undefined ? undefined : config[kind];
  if (kind === undefined || named.length > 1 || !isObject(settings))
    return googleLegacyError(
      400,
      'Job configuration must contain exactly one job-specific configuration object.',
      'invalid',
    );
  const ref = isObject(jobReference) ? jobReference : {};
  const jobId = String(ref.jobId ?? `job_${randomUUID()}`);
  if (world.jobs.has(jobId))
    return googleLegacyError(409, `Already Exists: Job ${fakeProject}:US.${jobId}`, 'duplicate');
  const answer = kind === 'query' ? planOf(world, settings) : undefined;
  const bytes = answer?.bytes ?? 0;
  checkBilled(settings, bytes);
  const job = addJob(world, {
    jobId,
    location: String(ref.location ?? 'US'),
    type: kinds[kind],
    configuration: config,
    bytes,
    run: () => (kind === 'query' ? runQuery(world, settings, answer ?? {}) : runners[kind](world, settings)),
  });
  return { json: jobJson(world, job) };
};

const cancel: Handler = (request, world) => {
  const job = jobOf(request, world);
  settleJob(world, job);
  if (job.outcome === undefined) job.cancelled = true;
  return { json: { kind: 'bigquery#jobCancelResponse', job: jobJson(world, job) } };
};

const list: Handler = (request, world) => {
  const state = request.query.get('stateFilter');
  for (const job of world.jobs.values()) settleJob(world, job);
  const all = [...world.jobs.values()]
    .filter((job) => state === null || stateOf(job).toLowerCase() === state)
    .toReversed();
  const { items, nextPageToken } = pageOf(request, all, { sizeName: 'maxResults' });
  const jobs = items.map((job) => ({ ...jobJson(world, job), state: stateOf(job) }));
  return { json: { kind: 'bigquery#jobList', jobs, ...(nextPageToken && { nextPageToken }) } };
};

const project = '/bigquery/v2/projects/:project';

export const jobRoutes: GoogleRoutes<BigqueryWorld> = {
  [`POST ${project}/queries`]: query,
  [`GET ${project}/queries/:job`]: results,
  [`POST ${project}/jobs`]: insert,
  [`GET ${project}/jobs`]: list,
  [`GET ${project}/jobs/:job`]: (request, world) => ({ json: jobJson(world, jobOf(request, world)) }),
  [`POST ${project}/jobs/:job/cancel`]: cancel,
};
