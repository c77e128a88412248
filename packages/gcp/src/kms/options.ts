import { z } from 'zod';
import { googleOptions } from '../common/options.ts';

/** Options of `@im/gcp/kms`. */
export const kmsOptions = z.strictObject({
  ...googleOptions,
  location: z
    .string()
    .regex(/^[a-z0-9-]{1,63}$/, 'must be the id of a location, such as europe-west3')
    .default('global')
    .describe('location of keys that are named without one'),
  keyRing: z
    .string()
    .regex(/^[A-Za-z0-9_-]{1,63}$/, 'must be 1 to 63 letters, digits, "_" and "-"')
    .optional()
    .describe('key ring of keys that are named without one'),
});

/** Options as an application writes them. */
export type KmsOptions = z.input<typeof kmsOptions>;

/** Options once checked. */
export type CheckedKmsOptions = z.output<typeof kmsOptions>;
