import { z } from 'zod';
import { awsOptions } from '../common/options.ts';

/** Options of `@im/aws/kms`. */
export const kmsOptions = z.strictObject({ ...awsOptions });

/** Options as an application writes them. */
export type KmsOptions = z.input<typeof kmsOptions>;
