/** An upload whose processes are killed, to a fake or to Azurite. */
import { createIntegration, type OptionsOf } from '@im/core';
import { createObjectStore } from '@im/storage';
import { uploadInSpiteOfKills } from '@im/testing';
import { blob } from '../blob.ts';
import { blobDriver } from '../driver/blob-driver.ts';

const mebibyte = 1024 * 1024;
const isCi = process.env.CI === 'true';

/** How much is sent, and how often its process is killed: less where somebody waits for it. */
export const killed = { mebibytes: isCi ? 200 : 64, kills: isCi ? 10 : 2 };
/** Of the uploads of `worker.ts`. */
export const partBytes = mebibyte;
/** Parts at once, as a store sends them by default. */
export const concurrency = 4;

/** What runs in other processes. */
export const worker = new URL('./worker.ts', import.meta.url);

/** Uploads in spite of kills. @throws Error when something else than the old or the new blob is visible, or something is left */
export async function upload(options: OptionsOf<typeof blob>): Promise<void> {
  await using client = createIntegration(blob, { options });
  const words = ['upload', JSON.stringify(options)];
  const plan = { bytes: killed.mebibytes * mebibyte, kills: killed.kills, partBytes, concurrency };
  await uploadInSpiteOfKills(createObjectStore(blobDriver(client)), worker, words, plan);
  const left = await client.listBlobs({ prefix: '.im~/' }).toArray();
  if (left.length > 0) throw new Error(`${left.length} blobs of the upload are left`);
}
