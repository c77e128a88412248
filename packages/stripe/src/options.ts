import { secret } from '@im/core';
import { z } from 'zod';

/** What begins like something of Stripe's must begin like a key for servers: https://docs.stripe.com/keys */
const isKey = (text: string) => /^(sk|rk)_(test|live)_/.test(text) || !/^[a-z]+_/.test(text);

/** Options of `@im/stripe`. */
export const stripeOptions = z.strictObject({
  secretKey: secret()
    .refine((key) => isKey(key.reveal()), {
      message:
        'must be a secret or restricted key, which begins with sk_live_, sk_test_, rk_live_ or rk_test_',
    })
    .describe('secret key (`sk_…`) or, better, a restricted key (`rk_…`) with the permissions that you need'),
  account: z
    .string()
    .regex(/^acct_\w+$/, 'must be the id of an account, such as acct_1032D82eZvKYlo2C')
    .optional()
    .describe('connected account on which every call acts, unless the call names another'),
  webhookSecrets: z
    .array(secret())
    .default([])
    .describe('signing secrets of the webhook endpoint (`whsec_…`); several while one is being rolled'),
  webhookToleranceSeconds: z
    .number()
    .int()
    .min(1)
    .max(3_600)
    .default(300)
    .describe('seconds by which the time of a webhook may differ from ours'),
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .refine((url) => new URL(url).pathname === '/' && !/[?#]/.test(url), {
      message: 'must have no path: the SDK puts its own behind the host',
    })
    .default('https://api.stripe.com')
    .describe('base URL of the API; another one for a fake'),
});

/** Options as an application writes them. */
export type StripeOptions = z.input<typeof stripeOptions>;

/** Options once checked. */
export type CheckedStripeOptions = z.output<typeof stripeOptions>;
