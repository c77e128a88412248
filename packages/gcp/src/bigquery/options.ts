import { z } from 'zod';
import { googleOptions } from '../common/options.ts';

/** Options of `@im/gcp/bigquery`. */
export const bigqueryOptions = z.strictObject({
  ...googleOptions,
  location: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,63}$/, 'must be the id of a location, such as EU or europe-west3')
    .optional()
    .describe('location of jobs and new datasets; default: where the data is, as BigQuery finds it'),
  dataset: z
    .string()
    .regex(/^[A-Za-z0-9_]{1,1024}$/, 'must be letters, digits and "_"')
    .optional()
    .describe('dataset of tables that are named without one, in calls and in queries'),
  integers: z
    .enum(['bigint', 'number'])
    .default('bigint')
    .describe(
      'what INT64 values are: `bigint`, or `number`, where one beyond 2^53 fails rather than being rounded',
    ),
});

/** Options as an application writes them. */
export type BigqueryOptions = z.input<typeof bigqueryOptions>;

/** Options once checked. */
export type CheckedBigqueryOptions = z.output<typeof bigqueryOptions>;
