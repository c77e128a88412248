import { z } from 'zod';
import { googleOptions } from '../common/options.ts';

/** Options of `@im/gcp/secret-manager`. */
export const secretManagerOptions = z.strictObject({
  ...googleOptions,
  location: z
    .string()
    .regex(/^[a-z0-9-]{1,63}$/, 'must be the id of a location, such as europe-west3')
    .optional()
    .describe('location of regional secrets; default: secrets are global, and replicated as each one says'),
});

/** Options as an application writes them. */
export type SecretManagerOptions = z.input<typeof secretManagerOptions>;
