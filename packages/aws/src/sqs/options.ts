import { z } from 'zod';
import { awsOptions } from '../common/options.ts';

/** Options of `@im/aws/sqs`. */
export const sqsOptions = z.strictObject({
  ...awsOptions,
  waitSeconds: z
    .number()
    .int()
    .min(0)
    .max(20)
    .default(20)
    .describe('how long a receive that names no other time waits for a message, in seconds, 0 to 20'),
});

/** Options as an application writes them. */
export type SqsOptions = z.input<typeof sqsOptions>;
