/** What the operations have in common: where they send, how things are named, where they are documented. */
import type { Clock, OperationNotes } from '@im/core';
import type { Rest } from '../../common/rest.ts';
import type { BigqueryNames } from '../names.ts';
import type { CheckedBigqueryOptions } from '../options.ts';

/** What every operation needs. */
export interface Connection {
  readonly rest: Rest;
  readonly names: BigqueryNames;
  readonly options: CheckedBigqueryOptions;
  readonly clock: Clock;
}

/** Items of a page of things; the vendor names no limit. */
export const mostItems = 1_000;

/**
 * @param method `jobs/query`
 * @param permissions without `bigquery.`: `jobs.create`
 */
export function notes(method: string, ...permissions: readonly string[]): OperationNotes {
  const docs = `https://cloud.google.com/bigquery/docs/reference/rest/v2/${method}`;
  return { docs, scopes: permissions.map((permission) => `bigquery.${permission}`) };
}
