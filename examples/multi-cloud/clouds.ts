/**
 * Three clouds on this machine: fauxqs for S3, Azurite for Azure, the fake of `@im/gcp` for Google Cloud Storage. Each
 * stands behind a door, so that it can go away; `integrations.yaml` says how they are reached.
 */
import { join } from 'node:path';
import { s3, s3Driver } from '@im/aws/s3';
import { blob, blobDriver } from '@im/azure/blob';
import { createRegistry, type Registry } from '@im/core';
import { loadConfig } from '@im/core/config';
import { gcsDriver, storage } from '@im/gcp/storage';
import { startFake } from '@im/gcp/storage/testing';
import { createObjectStore, type StorageAbility } from '@im/storage';
import { startAzurite, startFauxqs } from '@im/testing/peers';
import { createDoor, type Door } from './outage.ts';

/** What all three can do, and this example needs. */
export const needs = ['multipart'] as const satisfies readonly StorageAbility[];

/** One cloud. */
export interface Cloud {
  readonly name: 'aws' | 'azure' | 'gcp';
  /** What runs there. */
  readonly engine: string;
  readonly door: Door;
}

/** The clouds, and a registry that is configured for them. */
export interface Clouds extends AsyncDisposable {
  readonly registry: Registry;
  readonly all: readonly Cloud[];
}

const tenant = 'archive';

/** Starts everything, and makes the bucket or container in each. */
export async function startClouds(signal: AbortSignal): Promise<Clouds> {
  await using starting = new AsyncDisposableStack();
  const fauxqs = starting.use(await startFauxqs());
  const azurite = starting.use(await startAzurite());
  const google = starting.use(await startFake());
  google.keepLatest(0);
  const doors = {
    aws: starting.use(await createDoor(fauxqs.url)),
    azure: starting.use(await createDoor(azurite.blobUrl)),
    gcp: starting.use(await createDoor(google.url)),
  };
  const account = google.options(tenant, 'service-account');
  if (account.credentials?.type !== 'service-account') throw new Error('the fake gives a service account');
  const config = await loadConfig(join(import.meta.dirname, 'integrations.yaml'), {
    env: {
      S3_URL: doors.aws.url,
      S3_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
      S3_SECRET: 'fauxqs-takes-any-secret',
      AZURE_ACCOUNT: azurite.account,
      AZURE_BLOB_URL: doors.azure.url,
      AZURE_KEY: azurite.key,
      GCS_URL: doors.gcp.url,
      GCS_TOKEN_URL: `${doors.gcp.url}/token`,
      GCS_BUCKET: account.bucket,
      GCS_PAYER: account.quotaProjectId,
      GCS_EMAIL: account.credentials.clientEmail,
      GCS_PRIVATE_KEY: String(account.credentials.privateKey),
    },
    signal,
  });
  const registry = starting.use(createRegistry());
  await config.apply(registry);
  const running = starting.move();
  try {
    await makeContainers(registry, signal);
    await registry.enableAll({ signal });
  } catch (error) {
    await running.disposeAsync();
    throw error;
  }
  return {
    registry,
    all: [
      { name: 'aws', engine: 'S3 on fauxqs', door: doors.aws },
      { name: 'azure', engine: 'Azure Blob on Azurite', door: doors.azure },
      { name: 'gcp', engine: 'GCS on its fake', door: doors.gcp },
    ],
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** One store a cloud, over the registered integrations. */
export function storesOf(registry: Registry) {
  const view = registry.tenant(tenant);
  return {
    aws: createObjectStore(s3Driver(view.get(s3, 'aws.s3'), { dialect: 'any' }), { name: 'aws', needs }),
    azure: createObjectStore(blobDriver(view.get(blob, 'azure.blob')), { name: 'azure', needs }),
    gcp: createObjectStore(gcsDriver(view.get(storage, 'gcp.storage')), { name: 'gcp', needs }),
  };
}

async function makeContainers(registry: Registry, signal: AbortSignal): Promise<void> {
  const view = registry.tenant(tenant);
  await view.get(s3, 'aws.s3').createBucket(undefined, { signal });
  await view.get(blob, 'azure.blob').createContainer({ signal });
  // The fake of Google has one for each account already.
  await view.get(storage, 'gcp.storage').getBucket(undefined, { signal });
}
