import { z } from 'zod';
import { awsOptions } from '../common/options.ts';

/** Options of `@im/aws/secrets-manager`. */
export const secretsManagerOptions = z.strictObject({ ...awsOptions });

/** Options as an application writes them. */
export type SecretsManagerOptions = z.input<typeof secretsManagerOptions>;
