import { secret } from '@im/core';
import { z } from 'zod';

/** Options of `@im/adyen`. */
export const adyenOptions = z.strictObject({
  apiKey: secret().describe('API key of the account'),
  baseUrl: z.url().default('https://api.adyen.com/v1/').describe('base URL of the API'),
});

/** Options as an application writes them. */
export type AdyenOptions = z.input<typeof adyenOptions>;
