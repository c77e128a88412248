import { z } from 'zod';
import { awsOptions } from '../common/options.ts';

/** Options of `@im/aws/cloudwatch`. */
export const cloudwatchOptions = z.strictObject({ ...awsOptions });

/** Options as an application writes them. */
export type CloudwatchOptions = z.input<typeof cloudwatchOptions>;
