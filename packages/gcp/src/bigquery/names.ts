/** How datasets, tables and jobs are named: as in SQL, `project.dataset.table`. */
import type { Call } from '@im/core';
import { invalid } from '../common/resource.ts';
import type { JobRef } from './model/jobs.ts';
import type { CheckedBigqueryOptions } from './options.ts';

const datasetId = /^[A-Za-z0-9_]{1,1024}$/;
/** Letters, marks, numbers, connectors, dashes and spaces: https://cloud.google.com/bigquery/docs/tables#table_naming */
const tableId = /^[\p{L}\p{M}\p{N}\p{Pc}\p{Pd}\p{Zs}]{1,1024}$/u;
const jobId = /^[A-Za-z0-9_-]{1,1024}$/;
const projectId = /^[a-z0-9.:-]{1,100}$/;

/** A dataset's name, taken apart. */
export interface DatasetName {
  readonly projectId: string;
  readonly datasetId: string;
}

/** A table's name, taken apart. */
export interface TableName extends DatasetName {
  readonly tableId: string;
}

/** Completes names within one project. */
export interface BigqueryNames {
  readonly project: (call: Call) => Promise<string>;
  readonly dataset: (dataset: string | undefined, call: Call) => Promise<DatasetName>;
  readonly table: (table: string, call: Call) => Promise<TableName>;
}

/** @param project finds the project's id, where a short name needs it */
export function bigqueryNames(
  project: (call: Call) => Promise<string>,
  home: CheckedBigqueryOptions['dataset'],
): BigqueryNames {
  /** The parts of a name, from its end: a project may have dots of its own. */
  const place = async (parts: readonly string[], call: Call) => {
    const id = parts.at(-1) ?? home;
    if (id === undefined || !datasetId.test(id))
      throw invalid(
        id === undefined
          ? 'no dataset is named, and the option `dataset` is not set'
          : `${JSON.stringify(id)} is no dataset: give letters, digits and "_"`,
      );
    const owner = parts.slice(0, -1).join('.');
    if (owner !== '' && !projectId.test(owner)) throw invalid(`${JSON.stringify(owner)} is no project`);
    return { projectId: owner === '' ? await project(call) : owner, datasetId: id };
  };
  return {
    project,
    dataset: (name, call) => place(name === undefined ? [] : name.split('.'), call),
    async table(name, call) {
      const parts = name.split('.');
      const id = parts.at(-1) ?? '';
      if (!tableId.test(id) || Buffer.byteLength(id) > 1_024)
        throw invalid(`${JSON.stringify(name)} is no table: give dataset.table or project.dataset.table`);
      return { ...(await place(parts.slice(0, -1), call)), tableId: id };
    },
  };
}

/** Path of a dataset below the API: `projects/p/datasets/d`. */
export const datasetPath = ({ projectId: project, datasetId: dataset }: DatasetName) =>
  `projects/${project}/datasets/${dataset}`;

/** Path of a table below the API: `projects/p/datasets/d/tables/t`. */
export const tablePath = (name: TableName) => `${datasetPath(name)}/tables/${name.tableId}`;

/** @throws `VendorError` `invalid_argument` */
export function checkJob({ jobId: id, projectId: project }: JobRef): string {
  if (!jobId.test(id)) throw invalid(`${JSON.stringify(id)} is no job: give letters, digits, "_" and "-"`);
  if (!projectId.test(project)) throw invalid(`${JSON.stringify(project)} is no project`);
  return `projects/${project}`;
}

/** Whether a key can be a job's id as it is. */
export const isJobId = (key: string): boolean => jobId.test(key);
