import { secret } from '@im/core';
import { z } from 'zod';

/** Options of `@im/stripe`. */
export const stripeOptions = z.strictObject({
  apiKey: secret().describe('API key of the account'),
  baseUrl: z.url().default('https://api.stripe.com/v1/').describe('base URL of the API'),
});

/** Options as an application writes them. */
export type StripeOptions = z.input<typeof stripeOptions>;
