import { z } from 'zod';
import { googleOptions } from '../common/options.ts';

/** Options of `@im/gcp/pubsub`. */
export const pubsubOptions = z.strictObject({
  ...googleOptions,
  region: z
    .string()
    .regex(/^[a-z0-9-]{1,63}$/, 'must be the id of a region, such as europe-west3')
    .optional()
    .describe(
      'region whose endpoint is used; needed for messages of one ordering key to stay in order, unless all publishers run in one region anyway',
    ),
  certsUrl: z
    .url()
    .default('https://www.googleapis.com/oauth2/v3/certs')
    .describe('where Google publishes the keys by which it signs the tokens of pushed messages'),
});

/** Options as an application writes them. */
export type PubsubOptions = z.input<typeof pubsubOptions>;

/** Options once checked. */
export type CheckedPubsubOptions = z.output<typeof pubsubOptions>;
