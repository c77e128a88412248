import { z } from 'zod';
import { awsOptions } from '../common/options.ts';

/** Options of `@im/aws/ses`. */
export const sesOptions = z.strictObject({ ...awsOptions });

/** Options as an application writes them. */
export type SesOptions = z.input<typeof sesOptions>;
