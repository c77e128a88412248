import { secret } from '@im/core';
import { z } from 'zod';

/** Options of `@im/paypal`. */
export const paypalOptions = z.strictObject({
  apiKey: secret().describe('API key of the account'),
  baseUrl: z.url().default('https://api.paypal.com/v1/').describe('base URL of the API'),
});

/** Options as an application writes them. */
export type PaypalOptions = z.input<typeof paypalOptions>;
