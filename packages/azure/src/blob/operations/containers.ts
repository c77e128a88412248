/** The container itself. */
import { type Call, idempotent, read, VendorError } from '@im/core';
import type { ContainerProperties } from '../model.ts';
import { type BlobParts, notes } from './shared.ts';

/** The operations. */
export function containerOperations({ connection, run }: BlobParts) {
  return {
    /** What is known of the container. @throws `not_found` when there is none */
    getContainerProperties: read(
      (call: Call): Promise<ContainerProperties> =>
        run(call, async ({ container }, abortSignal) => {
          const found = await container.getProperties({ abortSignal });
          return {
            name: connection.options.container,
            etag: (found.etag ?? '').replace(/^"|"$/g, ''),
            lastModified: found.lastModified?.getTime() ?? 0,
            metadata: { ...found.metadata },
            publicAccess: found.blobPublicAccess,
            hasImmutabilityPolicy: found.hasImmutabilityPolicy,
            hasLegalHold: found.hasLegalHold,
          };
        }),
      notes('get-container-properties', 'container'),
    ),

    /** Makes the container, private. @returns whether it was made; `false` where it was there */
    createContainer: idempotent(
      (call: Call): Promise<boolean> =>
        run(call, ({ container }, abortSignal) => container.create({ abortSignal })).then(
          () => true,
          (error: unknown) => {
            if (error instanceof VendorError && error.failure.reason === 'ContainerAlreadyExists')
              return false;
            throw error;
          },
        ),
      notes('create-container', 'createContainer'),
    ),
  };
}
