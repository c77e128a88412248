/** Options of `@im/azure`: Azure Resource Manager, and tokens for everything else. */
import { z } from 'zod';
import { entraCredentials } from './common/credentials.ts';

export const azureOptions = z.strictObject({
  credentials: entraCredentials,
  subscriptionId: z
    .guid('must be a UUID')
    .optional()
    .describe('subscription that `{subscriptionId}` in a path stands for'),
  baseUrl: z
    .url()
    .default('https://management.azure.com')
    .describe('base URL of Azure Resource Manager; another one in sovereign clouds'),
  scope: z
    .string()
    .min(1)
    .default('https://management.azure.com/.default')
    .describe('scope of tokens for Azure Resource Manager; another one in sovereign clouds'),
});

/** Options as an application writes them. */
export type AzureOptions = z.input<typeof azureOptions>;

/** Options once checked. */
export type CheckedAzureOptions = z.output<typeof azureOptions>;
