import { z } from 'zod';
import { awsOptions } from '../common/options.ts';

/** Options of `@im/aws/sns`. */
export const snsOptions = z.strictObject({ ...awsOptions });

/** Options as an application writes them. */
export type SnsOptions = z.input<typeof snsOptions>;
