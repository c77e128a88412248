export { bigquery } from './bigquery.ts';
export { bigqueryErrors } from './errors.ts';
export type {
  CopyJob,
  ExtractJob,
  Job,
  JobProblem,
  JobRef,
  LoadJob,
  NewJob,
  QueryJob,
  WriteMode,
} from './model/jobs.ts';
export type { QueryAnswer, QueryEstimate, QueryOptions, ReadOptions, RunOptions } from './model/queries.ts';
export type {
  Dataset,
  DatasetChanges,
  DatasetRef,
  DatasetSettings,
  DeleteDatasetOptions,
  EtagCondition,
  InsertOptions,
  InsertResult,
  NewDataset,
  NewRow,
  NewTable,
  Partitioning,
  Table,
  TableChanges,
  TableRef,
  TableSettings,
} from './model/tables.ts';
export type { Field, FieldType, Row, Value } from './model/values.ts';
export type { JobFilter } from './operations/jobs.ts';
export { type BigqueryOptions, bigqueryOptions } from './options.ts';
export { parameter, type TypedParameter } from './parameters.ts';
export { type QueryClient, type QueryRowsOptions, queryRows } from './query-rows.ts';
export type { Integers } from './values.ts';
export { type JobClient, jobError, type WaitOptions, waitForJob } from './wait-for-job.ts';
