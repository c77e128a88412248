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
  signAs: z
    .string()
    .regex(/^[^\s/@]+@[^\s/@]+$/, 'must be the address of a service account')
    .optional()
    .describe(
      'service account that signs URLs where the credentials hold no key: the IAM Credentials API is asked, which takes the role Service Account Token Creator on it',
    ),
  iamUrl: z
    .url()
    .optional()
    .describe('base URL of the IAM Credentials API; default: that of `universeDomain`'),
});

/** Options as an application writes them. */
export type StorageOptions = z.input<typeof storageOptions>;

/** Options once checked. */
export type CheckedStorageOptions = z.output<typeof storageOptions>;
