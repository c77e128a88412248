/** Tables and datasets. */
import { type Call, idempotent, pages, read, unsafe } from '@im/core';
import { fromPageToken, none, pageTokenPage } from '@im/http';
import { pageSize } from '../../common/fields.ts';
import { changed, removed } from '../../common/repeat.ts';
import { isAsWanted } from '../../common/wanted.ts';
import type {
  DatasetChanges,
  DeleteDatasetOptions,
  EtagCondition,
  NewDataset,
  NewTable,
  TableChanges,
} from '../model/tables.ts';
import { datasetPath, tablePath } from '../names.ts';
import { checkChanges, toDataset, toNewTable, toTableChanges } from '../settings.ts';
import { wireDataset, wireDatasets, wireTable, wireTables } from '../wire.ts';
import { type Connection, mostItems, notes } from './shared.ts';

/** Columns come back with more than was said of them, times as instants. */
const unlike = ['fields', 'expiresAt'];
const ifMatch = (condition: EtagCondition | undefined) => ({ 'if-match': condition?.etag });

export const tableOperations = ({ rest, names, options: home }: Connection) => ({
  /** The tables and views of a dataset. Default: that of the options. */
  listTables: pages(
    read(
      async (dataset: string | undefined, call: Call) => {
        const query = { maxResults: pageSize(call, mostItems), pageToken: fromPageToken(call) };
        const parent = datasetPath(await names.dataset(dataset, call));
        const wire = await rest.get(parent, '/tables', wireTables, call, { query });
        return pageTokenPage(wire.tables, wire.nextPageToken, wire.totalItems);
      },
      notes('tables/list', 'tables.list'),
    ),
  ),
  /** A table or a view, with its columns. */
  getTable: read(
    async (table: string, call: Call) =>
      rest.get(tablePath(await names.table(table, call)), '', wireTable, call),
    notes('tables/get', 'tables.get'),
  ),
  /** Makes an empty table, or a view. */
  createTable: unsafe(
    async (table: string, settings: NewTable | undefined, call: Call) => {
      const wire = toNewTable(settings ?? {});
      const tableReference = await names.table(table, call);
      const json = { tableReference, ...wire };
      return rest.post(datasetPath(tableReference), '/tables', wireTable, call, { json });
    },
    notes('tables/insert', 'tables.create'),
  ),
  /** Changes settings; what is left out stays, `null` takes it away. Columns can be added and relaxed, not taken away. */
  updateTable: idempotent(
    async (table: string, changes: TableChanges, condition: EtagCondition | undefined, call: Call) => {
      checkChanges(changes);
      const json = toTableChanges(changes);
      const path = tablePath(await names.table(table, call));
      const init = { json, headers: ifMatch(condition) };
      return changed(
        call,
        rest.patch(path, '', wireTable, call, init),
        () => rest.get(path, '', wireTable, call),
        (now) => isAsWanted(changes, now, unlike),
      );
    },
    notes('tables/patch', 'tables.update'),
  ),
  /** Deletes a table and all of its rows. */
  deleteTable: idempotent(
    async (table: string, call: Call): Promise<void> =>
      removed(call, rest.delete(tablePath(await names.table(table, call)), '', none, call)),
    notes('tables/delete', 'tables.delete'),
  ),
  /** The datasets of a project that the account may see. Default: the project of the options. */
  listDatasets: pages(
    read(
      async (call: Call) => {
        const query = { maxResults: pageSize(call, mostItems), pageToken: fromPageToken(call) };
        const parent = `projects/${await names.project(call)}`;
        const wire = await rest.get(parent, '/datasets', wireDatasets, call, { query });
        return pageTokenPage(wire.datasets, wire.nextPageToken);
      },
      notes('datasets/list', 'datasets.get'),
    ),
  ),
  /** A dataset. Default: that of the options. */
  getDataset: read(
    async (dataset: string | undefined, call: Call) =>
      rest.get(datasetPath(await names.dataset(dataset, call)), '', wireDataset, call),
    notes('datasets/get', 'datasets.get'),
  ),
  /** Makes an empty dataset. `already_exists` where there is one of this name. */
  createDataset: unsafe(
    async (dataset: string, settings: NewDataset | undefined, call: Call) => {
      const { location = home.location, ...changes } = settings ?? {};
      const wire = toDataset(changes);
      const datasetReference = await names.dataset(dataset, call);
      const json = { datasetReference, location, ...wire };
      const parent = `projects/${datasetReference.projectId}`;
      return rest.post(parent, '/datasets', wireDataset, call, { json });
    },
    notes('datasets/insert', 'datasets.create'),
  ),
  /** Changes settings; what is left out stays, `null` takes it away. */
  updateDataset: idempotent(
    async (dataset: string, changes: DatasetChanges, condition: EtagCondition | undefined, call: Call) => {
      checkChanges(changes);
      const json = toDataset(changes);
      const path = datasetPath(await names.dataset(dataset, call));
      const init = { json, headers: ifMatch(condition) };
      return changed(
        call,
        rest.patch(path, '', wireDataset, call, init),
        () => rest.get(path, '', wireDataset, call),
        (now) => isAsWanted(changes, now, unlike),
      );
    },
    notes('datasets/patch', 'datasets.update'),
  ),
  /** Deletes a dataset; one that holds tables only with `deleteContents`. */
  deleteDataset: idempotent(
    async (dataset: string, options: DeleteDatasetOptions | undefined, call: Call): Promise<void> => {
      const query = { deleteContents: options?.deleteContents };
      const path = datasetPath(await names.dataset(dataset, call));
      await removed(call, rest.delete(path, '', none, call, { query }));
    },
    notes('datasets/delete', 'datasets.delete'),
  ),
});
