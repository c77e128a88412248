/** Jobs on their way out: https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#JobConfiguration */
import type { Call } from '@im/core';
import { checkRange } from '../common/fields.ts';
import { invalid } from '../common/resource.ts';
import type { CopyJob, ExtractJob, LoadJob, NewJob, QueryJob, WriteMode } from './model/jobs.ts';
import type { BigqueryNames } from './names.ts';
import { toParameters } from './parameters.ts';
import { fromFields } from './schema.ts';
import { countOf } from './settings.ts';

/** Words for formats of files. */
const formats = {
  csv: 'CSV',
  json: 'NEWLINE_DELIMITED_JSON',
  avro: 'AVRO',
  parquet: 'PARQUET',
  orc: 'ORC',
} as const;

const writes: Readonly<Record<WriteMode, string>> = {
  append: 'WRITE_APPEND',
  truncate: 'WRITE_TRUNCATE',
  'if-empty': 'WRITE_EMPTY',
};

/** What a kind of job needs to know. */
interface Scope {
  readonly names: BigqueryNames;
  readonly dataset: string | undefined;
  readonly call: Call;
}

/**
 * The configuration of a job, and where it is to run.
 *
 * @throws `VendorError` `invalid_argument`
 */
export async function toConfiguration(
  job: NewJob,
  scope: Scope,
): Promise<{ readonly configuration: object; readonly location: string | undefined }> {
  const kinds = Object.entries(job).filter(([, value]) => value !== undefined);
  if (kinds.length !== 1) throw invalid('a job is one of load, query, copy and extract');
  if ('load' in job) return placed('load', await toLoad(job.load, scope), job.load);
  if ('query' in job) return placed('query', await toQuery(job.query, scope), job.query);
  if ('copy' in job) return placed('copy', await toCopy(job.copy, scope), job.copy);
  return placed('extract', await toExtract(job.extract, scope), job.extract);
}

function placed(
  kind: string,
  body: object,
  { labels, location }: { readonly labels?: object | undefined; readonly location?: string | undefined },
) {
  return { configuration: { [kind]: body, labels }, location };
}

async function toLoad(job: LoadJob, scope: Scope): Promise<object> {
  const { skipLeadingRows, maxBadRecords } = job;
  return {
    sourceUris: checkAddresses('sources', job.sources),
    sourceFormat: formats[job.format],
    schema: job.fields && fromFields(job.fields),
    autodetect: job.autodetect,
    skipLeadingRows:
      skipLeadingRows === undefined
        ? undefined
        : checkRange('skipLeadingRows', skipLeadingRows, 0, 2 ** 31 - 1),
    maxBadRecords:
      maxBadRecords === undefined ? undefined : checkRange('maxBadRecords', maxBadRecords, 0, 2 ** 31 - 1),
    ignoreUnknownValues: job.ignoreUnknownValues,
    ...(await toDestination(job, 'append', scope)),
  };
}

async function toQuery(job: QueryJob, scope: Scope): Promise<object> {
  if (job.sql.trim() === '') throw invalid('the query is empty');
  const { destination, dataset = scope.dataset } = job;
  return {
    query: job.sql,
    useLegacySql: false,
    ...toParameters(job.parameters),
    priority: job.priority?.toUpperCase(),
    maximumBytesBilled: countOf(job.maximumBytesBilled),
    useQueryCache: job.useQueryCache,
    ...(dataset !== undefined && { defaultDataset: await scope.names.dataset(dataset, scope.call) }),
    ...(destination !== undefined && (await toDestination({ ...job, destination }, 'if-empty', scope))),
  };
}

async function toCopy(job: CopyJob, scope: Scope): Promise<object> {
  if (job.sources.length === 0) throw invalid('sources is empty; name a table');
  const sourceTables = await Promise.all(job.sources.map((name) => scope.names.table(name, scope.call)));
  return { sourceTables, ...(await toDestination(job, 'if-empty', scope)) };
}

async function toExtract(job: ExtractJob, scope: Scope): Promise<object> {
  return {
    sourceTable: await scope.names.table(job.source, scope.call),
    destinationUris: checkAddresses('destinations', job.destinations),
    destinationFormat: formats[job.format ?? 'csv'],
    compression: job.compression?.toUpperCase(),
  };
}

async function toDestination(
  { destination, write, create = true }: Pick<LoadJob, 'destination' | 'write' | 'create'>,
  usual: WriteMode,
  { names, call }: Scope,
): Promise<object> {
  return {
    destinationTable: await names.table(destination, call),
    writeDisposition: writes[write ?? usual],
    createDisposition: create ? 'CREATE_IF_NEEDED' : 'CREATE_NEVER',
  };
}

function checkAddresses(what: string, addresses: readonly string[]): readonly string[] {
  const wrong = addresses.find((address) => !/^gs:\/\/[^/*]+\/[^*]*\*?[^*]*$/.test(address));
  if (addresses.length === 0) throw invalid(`${what} is empty; give addresses such as gs://bucket/object`);
  if (wrong !== undefined)
    throw invalid(`${what} has ${JSON.stringify(wrong)}; give gs://bucket/object, with one * at most`);
  return addresses;
}
