/** Finds what a request to the fake is about, or answers as the vendor does where it is not there. */
import type { FakeRequest } from '@im/testing';
import { fakeProject } from '../../common/fake/service.ts';
import {
  type BigqueryWorld,
  type FakeDataset,
  type FakeTable,
  missing,
  tableIn,
  tableTitle,
} from './world.ts';

/** @throws the vendor's answer where it is not there */
export function datasetOf({ params }: FakeRequest, world: BigqueryWorld): FakeDataset {
  const dataset = world.datasets.get(params.dataset ?? '');
  if (dataset === undefined) throw missing(`Dataset ${fakeProject}:${params.dataset}`);
  return dataset;
}

/** @throws the vendor's answer where it is not there */
export function tableOf(request: FakeRequest, world: BigqueryWorld): FakeTable {
  const { datasetId } = datasetOf(request, world);
  const tableId = request.params.table ?? '';
  const table = tableIn(world, datasetId, tableId);
  if (table === undefined) throw missing(tableTitle({ datasetId, tableId }));
  return table;
}

/** The vendor's word for what a table is. */
export const typeOf = ({ settings }: FakeTable) => (settings.view === undefined ? 'TABLE' : 'VIEW');
