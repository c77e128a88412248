import { z } from 'zod';
import { awsOptions } from '../common/options.ts';

/** Options of `@im/aws/lambda`. */
export const lambdaOptions = z.strictObject({ ...awsOptions });

/** Options as an application writes them. */
export type LambdaOptions = z.input<typeof lambdaOptions>;
