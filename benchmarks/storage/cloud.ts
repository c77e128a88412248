/** One cloud under test: the fake in its own process, our store on it, and the vendor's SDK on the same. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createIntegration } from '@im/core';
import { type ChecksumAlgorithm, createObjectStore, type ObjectStore } from '@im/storage';
import { type BareStore, bareStores, type CloudName, type FakeOptions } from './bare.ts';

/** Everything but what the SDKs lack. */
export type MeasuredStore = ObjectStore<'multipart'>;

/** A cloud under test. */
export interface MeasuredCloud extends AsyncDisposable {
  readonly name: CloudName;
  readonly ours: MeasuredStore;
  readonly bare: BareStore;
  readonly options: FakeOptions;
}

const needs = ['multipart'] as const;
interface Opened {
  readonly store: MeasuredStore;
  readonly client: AsyncDisposable;
}

/** As many at once as the benchmarks have in flight, so that nobody waits for our own gate. */
const resilience = { bulkhead: { maxConcurrent: 200 } };

async function openS3(options: FakeOptions, checksum: ChecksumAlgorithm): Promise<Opened> {
  const { s3, s3Driver } = await import('@im/aws/s3');
  const client = createIntegration(s3, { options, resilience });
  return { client, store: createObjectStore(s3Driver(client), { needs, checksum }) };
}

async function openAzure(options: FakeOptions, checksum: ChecksumAlgorithm): Promise<Opened> {
  const { blob, blobDriver } = await import('@im/azure/blob');
  // As the SDK does by default; the port's own checksum goes from end to end all the same.
  const client = createIntegration(blob, { options: { ...options, contentMd5: false }, resilience });
  return { client, store: createObjectStore(blobDriver(client), { needs, checksum }) };
}

async function openGcs(options: FakeOptions, checksum: ChecksumAlgorithm): Promise<Opened> {
  const { gcsDriver, storage } = await import('@im/gcp/storage');
  const client = createIntegration(storage, { options, resilience });
  return { client, store: createObjectStore(gcsDriver(client), { needs, checksum }) };
}

const openers = { s3: openS3, azure: openAzure, gcs: openGcs } as const;

/** Our store on a fake that is running. */
export async function openOurs(
  name: CloudName,
  options: FakeOptions,
  checksum: ChecksumAlgorithm = 'sha256',
): Promise<{ readonly store: MeasuredStore } & AsyncDisposable> {
  const { store, client } = await openers[name](options, checksum);
  return { store, [Symbol.asyncDispose]: () => client[Symbol.asyncDispose]() };
}

/** Starts the fake of a cloud. @returns the options that lead to it */
export async function startServer(
  name: CloudName,
): Promise<{ readonly options: FakeOptions; readonly server: ChildProcess }> {
  const script = new URL('../support/storage-server.ts', import.meta.url);
  const server = fork(script, [name], { execArgv: ['--conditions=@im/source', '--max-old-space-size=8192'] });
  const [options] = await once(server, 'message');
  return { options, server };
}

/** Starts a cloud with both clients on it. */
export async function openCloud(name: CloudName): Promise<MeasuredCloud> {
  const { options, server } = await startServer(name);
  const ours = await openOurs(name, options);
  return {
    name,
    ours: ours.store,
    bare: await bareStores[name](options),
    options,
    [Symbol.asyncDispose]: async () => {
      await ours[Symbol.asyncDispose]();
      server.disconnect();
    },
  };
}
