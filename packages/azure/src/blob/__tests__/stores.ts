/** Stores for the port's suite, and clients for everything else. */
import { createIntegration, type OptionsOf } from '@im/core';
import type { OpenStore } from '@im/storage/testing';
import { blob } from '../blob.ts';
import type { CopySettings } from '../driver/assemble.ts';
import { blobDriver } from '../driver/blob-driver.ts';
import { toName } from '../driver/names.ts';
import type { BlobClient } from '../operations/operations.ts';

let made = 0;

/** Name of a container that no other test has. */
export function newContainer(): string {
  made += 1;
  return `test-${process.pid}-${made}`;
}

/** A client, to be disposed. */
export function openClient(options: OptionsOf<typeof blob>) {
  return createIntegration(blob, { options });
}

/** An empty store over a container of its own; two connections to it. */
export async function openStore(
  options: Omit<OptionsOf<typeof blob>, 'container'>,
  settings: CopySettings = {},
): Promise<OpenStore> {
  const container = newContainer();
  const [one, other] = [openClient({ ...options, container }), openClient({ ...options, container })];
  await one.createContainer();
  return {
    driver: blobDriver(one, settings),
    again: blobDriver(other, settings),
    tamper: (key) => tamper(one, key),
    async close() {
      await one.native().delete();
      await one[Symbol.asyncDispose]();
      await other[Symbol.asyncDispose]();
    },
  };
}

/** Changes a byte, and nothing of what is said of the object. */
async function tamper(client: BlobClient, key: string): Promise<void> {
  const { properties, body } = await client.getBlob(toName(key));
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  bytes[0] = (bytes[0] ?? 0) ^ 1;
  const { im_2d_write: _, ...metadata } = properties.metadata;
  await client.putBlob(toName(key), bytes, { contentType: properties.contentType, metadata });
}
