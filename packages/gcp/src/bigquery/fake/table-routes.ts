/** What the fake answers to requests about datasets and tables. */
import type { FakeRequest } from '@im/testing';
import { googleLegacyError } from '../../common/fake/error.ts';
import { bodyOf, fakeProject, type GoogleRoutes, isObject, pageOf } from '../../common/fake/service.ts';
import { fromFields, wireSchema } from '../schema.ts';
import { datasetOf, tableOf, typeOf } from './find.ts';
import {
  addDataset,
  addTable,
  type BigqueryWorld,
  type FakeDataset,
  type FakeTable,
  newEtag,
  tableIn,
  tableTitle,
} from './world.ts';

type Handler = GoogleRoutes<BigqueryWorld>[string];
type Body = Readonly<Record<string, unknown>>;

const pages = { sizeName: 'maxResults', usual: 50 } as const;

const datasetJson = ({ datasetId, settings, createdAt, modifiedAt, etag }: FakeDataset) => ({
  kind: 'bigquery#dataset',
  id: `${fakeProject}:${datasetId}`,
  datasetReference: { projectId: fakeProject, datasetId },
  location: 'US',
  ...settings,
  creationTime: String(createdAt),
  lastModifiedTime: String(modifiedAt),
  etag,
});

const refJson = ({ datasetId, tableId }: FakeTable) => ({ projectId: fakeProject, datasetId, tableId });

const tableJson = (table: FakeTable) => ({
  kind: 'bigquery#table',
  id: `${fakeProject}:${table.datasetId}.${table.tableId}`,
  tableReference: refJson(table),
  type: typeOf(table),
  location: 'US',
  ...table.settings,
  ...(table.fields.length > 0 && { schema: fromFields(table.fields) }),
  creationTime: String(table.createdAt),
  lastModifiedTime: String(table.modifiedAt),
  numRows: String(table.rows.length),
  numBytes: String(table.rows.length * 100),
  etag: table.etag,
});

function checkEtag({ headers }: FakeRequest, etag: string): void {
  const wanted = headers['if-match'];
  if (wanted !== undefined && wanted !== etag)
    throw googleLegacyError(412, 'Precondition check failed.', 'conditionNotMet');
}

/** Fields that are set replace those that were; `null` takes away; labels are merged. */
function patched(current: Body, changes: Body): Body {
  const merged = { ...current, ...changes };
  if (isObject(changes.labels))
    merged.labels = { ...(isObject(current.labels) && current.labels), ...changes.labels };
  return Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
}

const createDataset: Handler = (request, world) => {
  const { datasetReference, kind: _kind, ...settings } = bodyOf(request);
  const datasetId = isObject(datasetReference) ? String(datasetReference.datasetId) : '';
  if (!/^\w{1,1024}$/.test(datasetId))
    return googleLegacyError(400, `Invalid dataset ID "${datasetId}".`, 'invalid');
  if (world.datasets.has(datasetId))
    return googleLegacyError(409, `Already Exists: Dataset ${fakeProject}:${datasetId}`, 'duplicate');
  return { json: datasetJson(addDataset(world, datasetId, settings)) };
};

const patchDataset: Handler = (request, world) => {
  const dataset = datasetOf(request, world);
  checkEtag(request, dataset.etag);
  const { datasetReference: _ref, ...changes } = bodyOf(request);
  dataset.settings = patched(dataset.settings, changes);
  dataset.modifiedAt = world.clock.now();
  dataset.etag = newEtag();
  return { json: datasetJson(dataset) };
};

const removeDataset: Handler = (request, world) => {
  const { datasetId } = datasetOf(request, world);
  const tables = [...world.tables].filter(([, table]) => table.datasetId === datasetId);
  if (tables.length > 0 && request.query.get('deleteContents') !== 'true')
    return googleLegacyError(400, `Dataset ${fakeProject}:${datasetId} is still in use`, 'resourceInUse');
  for (const [key] of tables) world.tables.delete(key);
  world.datasets.delete(datasetId);
  return { status: 204 };
};

const createTable: Handler = (request, world) => {
  const { datasetId } = datasetOf(request, world);
  const { tableReference, schema, ...settings } = bodyOf(request);
  const tableId = isObject(tableReference) ? String(tableReference.tableId) : '';
  if (tableIn(world, datasetId, tableId) !== undefined)
    return googleLegacyError(409, `Already Exists: ${tableTitle({ datasetId, tableId })}`, 'duplicate');
  const fields = wireSchema.parse(schema);
  return { json: tableJson(addTable(world, datasetId, tableId, fields, { settings })) };
};

const patchTable: Handler = (request, world) => {
  const table = tableOf(request, world);
  checkEtag(request, table.etag);
  const { tableReference: _ref, schema, ...changes } = bodyOf(request);
  if (schema !== undefined) {
    const fields = wireSchema.parse(schema);
    const lost = table.fields.find(({ name }) => !fields.some((field) => field.name === name));
    if (lost !== undefined)
      return googleLegacyError(
        400,
        `Provided Schema does not match ${tableTitle(table)}. Field ${lost.name} is missing in new schema`,
        'invalid',
      );
    table.fields = fields;
  }
  table.settings = patched(table.settings, changes);
  table.modifiedAt = world.clock.now();
  table.etag = newEtag();
  return { json: tableJson(table) };
};

const listTables: Handler = (request, world) => {
  const { datasetId } = datasetOf(request, world);
  const all = [...world.tables.values()].filter(
    (table) => table.datasetId === datasetId && tableIn(world, datasetId, table.tableId) === table,
  );
  const { items, nextPageToken } = pageOf(request, all, pages);
  const tables = items.map((table) => ({
    kind: 'bigquery#table',
    id: `${fakeProject}:${datasetId}.${table.tableId}`,
    tableReference: refJson(table),
    type: typeOf(table),
    ...(isObject(table.settings.labels) && { labels: table.settings.labels }),
    creationTime: String(table.createdAt),
  }));
  return {
    json: {
      kind: 'bigquery#tableList',
      ...(tables.length > 0 && { tables }),
      ...(nextPageToken && { nextPageToken }),
      totalItems: all.length,
    },
  };
};

const listDatasets: Handler = (request, world) => {
  const { items, nextPageToken } = pageOf(request, [...world.datasets.values()], pages);
  const datasets = items.map((dataset) => {
    const { kind, id, datasetReference, location } = datasetJson(dataset);
    const { labels } = dataset.settings;
    return { kind, id, datasetReference, location, ...(isObject(labels) && { labels }) };
  });
  return {
    json: {
      kind: 'bigquery#datasetList',
      ...(datasets.length > 0 && { datasets }),
      ...(nextPageToken && { nextPageToken }),
    },
  };
};

const project = '/bigquery/v2/projects/:project';
const dataset = `${project}/datasets/:dataset`;
const table = `${dataset}/tables/:table`;

export const tableRoutes: GoogleRoutes<BigqueryWorld> = {
  [`GET ${project}/datasets`]: listDatasets,
  [`POST ${project}/datasets`]: createDataset,
  [`GET ${dataset}`]: (request, world) => ({ json: datasetJson(datasetOf(request, world)) }),
  [`PATCH ${dataset}`]: patchDataset,
  [`DELETE ${dataset}`]: removeDataset,
  [`GET ${dataset}/tables`]: listTables,
  [`POST ${dataset}/tables`]: createTable,
  [`GET ${table}`]: (request, world) => ({ json: tableJson(tableOf(request, world)) }),
  [`PATCH ${table}`]: patchTable,
  [`DELETE ${table}`]: (request, world) => {
    const { datasetId, tableId } = tableOf(request, world);
    world.tables.delete(`${datasetId}.${tableId}`);
    return { status: 204 };
  },
};
