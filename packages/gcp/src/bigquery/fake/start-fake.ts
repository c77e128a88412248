/** Starts a fake of BigQuery, and says what the conformance suite calls. */
import type { Harness, StartFakeOptions } from '@im/testing';
import { googleLegacyError } from '../../common/fake/error.ts';
import { fakeProject, type GoogleFake, startGoogleFake } from '../../common/fake/service.ts';
import type { bigquery } from '../bigquery.ts';
import type { Field } from '../model/values.ts';
import { jobRoutes } from './job-routes.ts';
import { rowRoutes } from './row-routes.ts';
import { tableRoutes } from './table-routes.ts';
import { addDataset, addJob, addTable, type BigqueryWorld, createBigqueryWorld } from './world.ts';

/**
 * A running fake of BigQuery. Jobs, tables and datasets are kept; SQL is not understood: `world().answer(sql, …)` says what a query of this
 * text gives, and a text that nobody registered is answered with `invalidQuery`.
 */
export type BigqueryFake = GoogleFake<typeof bigquery, BigqueryWorld>;

/** Names in the world that every account begins with. */
export const sampleData = {
  dataset: 'shop',
  table: 'shop.orders',
  /** A query that is registered: two rows, 2,048 bytes. */
  query: 'SELECT customer, SUM(total) AS total FROM shop.orders GROUP BY customer',
  /** A job that has ended: the query above. */
  jobId: 'sample-job',
} as const;

/** Columns of `shop.orders`. */
export const sampleFields: readonly Field[] = [
  { name: 'id', type: 'INT64', mode: 'required' },
  { name: 'customer', type: 'STRING' },
  { name: 'total', type: 'NUMERIC' },
  { name: 'placed_at', type: 'TIMESTAMP' },
  {
    name: 'lines',
    type: 'STRUCT',
    mode: 'repeated',
    fields: [
      { name: 'sku', type: 'STRING' },
      { name: 'count', type: 'INT64' },
    ],
  },
];

/** Starts the fake on a free port of 127.0.0.1. Each tenant's account has datasets of its own. */
export function startFake(options: StartFakeOptions = {}): Promise<BigqueryFake> {
  return startGoogleFake<typeof bigquery, BigqueryWorld>(options, {
    name: 'gcp-bigquery',
    routes: { ...jobRoutes, ...tableRoutes, ...rowRoutes },
    error: googleLegacyError,
    createWorld: ({ tenant, clock }) => {
      const world = createBigqueryWorld(tenant, clock);
      addDataset(world, sampleData.dataset);
      addDataset(world, 'empty');
      const rows = [1, 2, 3].map((id) => ({
        id,
        customer: `customer ${id} of ${tenant}`,
        total: `${id}.50`,
        placed_at: `2029-12-3${id % 2}T12:00:00.00000${id}Z`,
        lines: [{ sku: `sku-${id}`, count: id }],
      }));
      addTable(world, sampleData.dataset, 'orders', sampleFields, { rows });
      addTable(world, sampleData.dataset, 'refunds', sampleFields);
      const answer = {
        fields: [sampleFields[1], sampleFields[2]].filter((field) => field !== undefined),
        rows: [1, 2].map((id) => ({ customer: `customer ${id} of ${tenant}`, total: `${id}.50` })),
        bytes: 2_048,
      };
      world.answer(sampleData.query, answer);
      addJob(world, {
        jobId: sampleData.jobId,
        location: 'US',
        type: 'QUERY',
        configuration: { query: { query: sampleData.query } },
        bytes: answer.bytes,
        run: () => answer,
      });
      world.files.set(
        'gs://samples/orders.json',
        '{"id": 10, "total": "1.00"}\n{"id": 11, "total": "2.00"}\n',
      );
      return world;
    },
  });
}

const { table, query, dataset } = sampleData;
const job = { projectId: fakeProject, jobId: sampleData.jobId, location: 'US' };

/** For `describeIntegration` of `@im/testing`. */
export const harness: Harness<typeof bigquery> = {
  forwards: { method: 'GET', path: 'bigquery/v2/projects/im-fake-project/queries/sample-job?location=US' },
  startFake,
  samples: {
    query: [query, { maximumBytesBilled: 10_000 }],
    dryRunQuery: [query],
    listQueryResults: [job],
    insertJob: [
      {
        load: {
          sources: ['gs://samples/*.json'],
          format: 'json',
          destination: 'shop.refunds',
          fields: sampleFields,
        },
      },
    ],
    getJob: [job],
    cancelJob: [job],
    listJobs: [],
    listTables: [dataset],
    getTable: [table],
    createTable: ['shop.made', { fields: sampleFields, partitioning: { by: 'day', field: 'placed_at' } }],
    updateTable: ['shop.made', { description: 'made by a sample' }],
    insertRows: ['shop.made', [{ values: { id: 1, total: '1.00' } }, { values: { id: 2 } }]],
    listRows: [table, sampleFields],
    deleteTable: ['shop.made'],
    listDatasets: [],
    getDataset: [dataset],
    createDataset: ['made', { description: 'made by a sample' }],
    updateDataset: ['made', { labels: { env: 'test' } }],
    deleteDataset: ['made', { deleteContents: true }],
  },
};
