/** Options of `@im/azure/blob`. */
import { z } from 'zod';
import { checkStorage, storageShape } from '../common/storage-options.ts';

/** Names of containers: 3 to 63 lower-case letters, digits and single hyphens; or `$web`. The root container takes no slashes in names, and is left out. */
const containerPattern = /^(?:(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*|\$web)$/;

export const blobOptions = z
  .strictObject({
    ...storageShape,
    container: z
      .string()
      .regex(containerPattern, 'must be 3 to 63 lower-case letters, digits and single hyphens')
      .describe('name of the container'),
    lane: z
      .enum(['lean', 'sdk'])
      .default('lean')
      .describe(
        'how put, get, head, list, copies and blocks are sent: `lean`, by our own requests; `sdk`, by the SDK, at several times the CPU',
      ),
    contentMd5: z
      .boolean()
      .default(true)
      .describe('whether bytes go up with their MD5, which the service verifies before it stores them'),
  })
  .superRefine(checkStorage('blob'));

/** Options as an application writes them. */
export type BlobOptions = z.input<typeof blobOptions>;

/** Options once checked. */
export type CheckedBlobOptions = z.output<typeof blobOptions>;
