import { z } from 'zod';
import { googleOptions } from '../common/options.ts';

/** Options of `@im/gcp/storage`. */
export const storageOptions = z.strictObject({
  ...googleOptions,
  bucket: z
    .string()
    .regex(
      /^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/,
      'must be a name of 3 to 222 small letters, digits, `-`, `_` and `.`',
    )
    .describe('the bucket that objects are read from and written to'),
});

/** Options as an application writes them. */
export type StorageOptions = z.input<typeof storageOptions>;

/** Options once checked. */
export type CheckedStorageOptions = z.output<typeof storageOptions>;
