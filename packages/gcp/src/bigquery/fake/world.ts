/** Datasets, tables and jobs of one account. */
import { randomUUID } from 'node:crypto';
import type { Clock } from '@im/core';
import { googleLegacyError } from '../../common/fake/error.ts';
import { fakeProject } from '../../common/fake/service.ts';
import type { Field } from '../model/values.ts';
import type { FakeRow } from './cells.ts';

/** A table as it is kept. */
export interface FakeTable {
  readonly datasetId: string;
  readonly tableId: string;
  readonly createdAt: number;
  modifiedAt: number;
  fields: readonly Field[];
  /** Everything else, as the vendor spells it. */
  settings: Readonly<Record<string, unknown>>;
  rows: FakeRow[];
  etag: string;
  /** Instants by `insertId`, for rows that come twice. */
  readonly inserted: Map<string, number>;
}

/** A dataset as it is kept. */
export interface FakeDataset {
  readonly datasetId: string;
  readonly createdAt: number;
  modifiedAt: number;
  settings: Readonly<Record<string, unknown>>;
  etag: string;
}

/** What a query of a certain text is answered with. */
export interface FakeAnswer {
  readonly fields?: readonly Field[] | undefined;
  readonly rows?: readonly FakeRow[] | undefined;
  /** Bytes that it reads. Default 0. */
  readonly bytes?: number | undefined;
  /** Rows that it changes. */
  readonly affectedRows?: number | undefined;
  /** Makes it fail when it runs, with the vendor's reason. */
  readonly error?: { readonly reason: string; readonly message: string } | undefined;
  /** What it does to the world, once, when it ends. */
  readonly apply?: ((world: BigqueryWorld) => void) | undefined;
}

/** Parameters of a query by name, or by place from 0; each as the vendor got it. */
export type FakeParameters = Readonly<Record<string, unknown>>;

/** A job as it is kept. */
export interface FakeJob {
  readonly jobId: string;
  readonly location: string;
  readonly type: 'QUERY' | 'LOAD' | 'EXTRACT' | 'COPY';
  /** As the vendor was given it. */
  readonly configuration: Readonly<Record<string, unknown>>;
  readonly createdAt: number;
  /** Instant at which it ends. */
  readonly endsAt: number;
  readonly bytes: number;
  /** Does what the job does. @returns what it failed with */
  readonly run: () => JobOutcome;
  outcome?: JobOutcome;
  cancelled: boolean;
}

/** What came of a job. */
export interface JobOutcome {
  readonly error?: { readonly reason: string; readonly message: string } | undefined;
  readonly fields?: readonly Field[] | undefined;
  readonly rows?: readonly FakeRow[] | undefined;
  readonly affectedRows?: number | undefined;
}

/** What one account has, and what its queries are answered with. */
export interface BigqueryWorld {
  readonly tenant: string;
  readonly clock: Clock;
  readonly datasets: Map<string, FakeDataset>;
  /** By `dataset.table`. */
  readonly tables: Map<string, FakeTable>;
  readonly jobs: Map<string, FakeJob>;
  /** Ids of jobs by request. */
  readonly requests: Map<string, string>;
  /** Objects of Cloud Storage by `gs://bucket/object`: what load jobs read and extract jobs write. */
  readonly files: Map<string, string>;
  /** Milliseconds that every job takes. Default 0. */
  runMs: number;
  /** The answer to queries of exactly this text, blanks aside. It may depend on the parameters. */
  answer(sql: string, answer: FakeAnswer | ((parameters: FakeParameters) => FakeAnswer)): void;
  /** What was registered for a text. */
  answerTo(sql: string, parameters: FakeParameters): FakeAnswer | undefined;
}

const plainText = (sql: string) => sql.replace(/\s+/g, ' ').trim();

/** An account that has nothing yet. */
export function createBigqueryWorld(tenant: string, clock: Clock): BigqueryWorld {
  const answers = new Map<string, FakeAnswer | ((parameters: FakeParameters) => FakeAnswer)>();
  return {
    tenant,
    clock,
    datasets: new Map(),
    tables: new Map(),
    jobs: new Map(),
    requests: new Map(),
    files: new Map(),
    runMs: 0,
    answer: (sql, answer) => void answers.set(plainText(sql), answer),
    answerTo(sql, parameters) {
      const found = answers.get(plainText(sql));
      return typeof found === 'function' ? found(parameters) : found;
    },
  };
}

/** Each change makes another. */
export const newEtag = () => randomUUID().replaceAll('-', '').slice(0, 22);

/** Adds a dataset; `settings` are spelled as the vendor does. */
export function addDataset(
  world: BigqueryWorld,
  datasetId: string,
  settings: Readonly<Record<string, unknown>> = {},
): FakeDataset {
  const now = world.clock.now();
  const dataset: FakeDataset = { datasetId, createdAt: now, modifiedAt: now, settings, etag: newEtag() };
  world.datasets.set(datasetId, dataset);
  return dataset;
}

/** Adds a table with its rows; `settings` are spelled as the vendor does. */
export function addTable(
  world: BigqueryWorld,
  datasetId: string,
  tableId: string,
  fields: readonly Field[],
  more: { readonly settings?: Readonly<Record<string, unknown>>; readonly rows?: readonly FakeRow[] } = {},
): FakeTable {
  const now = world.clock.now();
  const table: FakeTable = {
    datasetId,
    tableId,
    createdAt: now,
    modifiedAt: now,
    fields,
    settings: more.settings ?? {},
    rows: [...(more.rows ?? [])],
    etag: newEtag(),
    inserted: new Map(),
  };
  world.tables.set(`${datasetId}.${tableId}`, table);
  return table;
}

/** A table that has expired is gone. */
export function tableIn(world: BigqueryWorld, datasetId: string, tableId: string): FakeTable | undefined {
  const key = `${datasetId}.${tableId}`;
  const table = world.tables.get(key);
  const expiresAt = Number(table?.settings.expirationTime ?? Number.POSITIVE_INFINITY);
  if (expiresAt > world.clock.now()) return table;
  world.tables.delete(key);
  return undefined;
}

/** Adds a job, and lets it end at once where it takes no time. */
export function addJob(
  world: BigqueryWorld,
  job: Omit<FakeJob, 'createdAt' | 'endsAt' | 'cancelled'>,
): FakeJob {
  const createdAt = world.clock.now();
  const added: FakeJob = { ...job, createdAt, endsAt: createdAt + world.runMs, cancelled: false };
  world.jobs.set(added.jobId, added);
  settleJob(world, added);
  return added;
}

/** Lets a job end whose time has come. */
export function settleJob(world: BigqueryWorld, job: FakeJob): void {
  if (job.outcome === undefined && world.clock.now() >= job.endsAt) job.outcome = job.run();
}

/** The vendor's answer for what is not there. */
export const missing = (what: string) => googleLegacyError(404, `Not found: ${what}`, 'notFound');

/** A table as the vendor's messages name it. */
export const tableTitle = ({ datasetId, tableId }: Pick<FakeTable, 'datasetId' | 'tableId'>) =>
  `Table ${fakeProject}:${datasetId}.${tableId}`;
