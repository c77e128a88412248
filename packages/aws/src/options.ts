import { z } from 'zod';
import { awsOptions as common } from './common/options.ts';

/** Options of `@im/aws`: for any of the SDK's clients. `endpoint` then stands for all of them, as a local stack has it. */
export const awsOptions = z.strictObject({ ...common });

/** Options as an application writes them. */
export type AwsOptions = z.input<typeof awsOptions>;
