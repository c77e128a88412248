/** The definition of the BigQuery integration. */
import { defineIntegration, lazily, requireOptional } from '@im/core';
import { createGoogleAuth } from '../common/auth.ts';
import { connectGoogle } from '../common/http.ts';
import { createAuthClient } from '../common/library-token.ts';
import { serviceUrl } from '../common/options.ts';
import { answered } from '../common/repeat.ts';
import { createRest } from '../common/rest.ts';
import { bigqueryErrors } from './errors.ts';
import { bigqueryNames } from './names.ts';
import { jobOperations } from './operations/jobs.ts';
import { queryOperations } from './operations/queries.ts';
import { rowOperations } from './operations/rows.ts';
import type { Connection } from './operations/shared.ts';
import { tableOperations } from './operations/tables.ts';
import { bigqueryOptions } from './options.ts';

/** Most bytes of an answer: pages are cut at 10 MB of values, which JSON makes longer. */
const maxBytes = 64 * 1_024 * 1_024;

/** BigQuery: queries, jobs, tables, datasets, and rows that are streamed in. */
export const bigquery = defineIntegration({
  id: 'gcp-bigquery',
  title: 'Google Cloud BigQuery',
  category: 'data',
  contract: 1,
  package: '@im/gcp',
  docs: 'https://cloud.google.com/bigquery/docs',
  options: bigqueryOptions,
  egress: ['bigquery.googleapis.com', '*.rep.googleapis.com', 'oauth2.googleapis.com'],
  errors: bigqueryErrors,
  // An attempt has to outlast the wait of a query.
  resilience: { timeoutMs: 120_000, attemptTimeoutMs: 60_000 },
  http: (context) => connectGoogle(context, 'bigquery', { maxBytes }),
  native: (context) =>
    lazily(() => {
      const { BigQuery } = requireOptional<typeof import('@google-cloud/bigquery')>(
        '@google-cloud/bigquery',
        'native()',
        import.meta.url,
      );
      const { options } = context;
      return new BigQuery({
        authClient: createAuthClient(createGoogleAuth(context).token, options),
        apiEndpoint: serviceUrl(options, 'bigquery').replace(/\/$/, ''),
        autoRetry: false,
        maxRetries: 0,
        universeDomain: options.universeDomain,
        ...(options.projectId && { projectId: options.projectId }),
        ...(options.location && { location: options.location }),
      });
    }),
  connect: ({ http: { http, auth }, options, clock }) => {
    const connection: Connection = {
      rest: createRest(http, 'bigquery/v2'),
      names: bigqueryNames(auth.projectId, options.dataset),
      options,
      clock,
    };
    return {
      ...queryOperations(connection),
      ...jobOperations(connection),
      ...tableOperations(connection),
      ...rowOperations(connection),
    };
  },
  forward: ({ http }) => http.http,
  check: (api, call) => answered(api.listDatasets({ ...call, pageSize: 1, limit: 1 }).toArray()),
});
