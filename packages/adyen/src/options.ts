import { secret } from '@im/core';
import { z } from 'zod';

/** Options of `@im/adyen`. */
export const adyenOptions = z
  .strictObject({
    apiKey: secret().describe('API key of a web service user'),
    merchantAccount: z.string().min(1).describe('merchant account that payments are made on'),
    environment: z.enum(['test', 'live']).default('test').describe('which of the two platforms'),
    liveUrlPrefix: z
      .string()
      .regex(/^[\da-zA-Z]+(-[\da-zA-Z]+)*$/, 'must be the prefix alone, such as 1797a841fbb37ca7-AdyenDemo')
      .optional()
      .describe(
        'prefix of your live endpoints, from the Customer Area under Developers > API URLs; needed on `live`',
      ),
    region: z
      .enum(['eu', 'us', 'au', 'apse', 'in'])
      .default('eu')
      .describe('region of your live endpoints; idempotency keys hold within one region'),
    version: z.number().int().min(71).max(72).default(72).describe('version of the Checkout API: 71 or 72'),
    hmacKeys: z
      .array(secret())
      .default([])
      .describe(
        'HMAC keys of the webhook endpoint, in hexadecimal as the Customer Area shows them; several while one is being replaced',
      ),
    webhookUser: z
      .string()
      .min(1)
      .optional()
      .describe('user name of the webhook endpoint, where it asks for one'),
    webhookPassword: secret()
      .optional()
      .describe('password of the webhook endpoint; goes with `webhookUser`'),
    webhookMaxAgeMs: z
      .number()
      .int()
      .min(1_000)
      .optional()
      .describe(
        'oldest `eventDate` of a webhook, milliseconds; default: any, since Adyen repeats for days, does not sign the date, and old news changes nothing',
      ),
    reportApiKey: secret().optional().describe('API key of a report user; default: `apiKey`'),
    multiplePartialCaptures: z
      .boolean()
      .default(false)
      .describe(
        'whether Adyen has enabled multiple partial captures for the account; else the rest is let go by the first capture',
      ),
    authorizationDays: z
      .number()
      .int()
      .min(1)
      .max(365)
      .default(28)
      .describe('days after which an authorization counts as expired'),
    returnUrl: z
      .url()
      .optional()
      .describe(
        'where customers come back to when a payment names no address; Adyen wants one for every payment',
      ),
    baseUrl: z.url().optional().describe('base URL of all services in place of Adyen’s own, for a fake'),
  })
  .refine(
    (options) =>
      options.environment === 'test' || options.liveUrlPrefix !== undefined || options.baseUrl !== undefined,
    {
      path: ['liveUrlPrefix'],
      message: 'is missing; the live platform has addresses of your own',
    },
  )
  .refine((options) => (options.webhookUser === undefined) === (options.webhookPassword === undefined), {
    path: ['webhookPassword'],
    message: 'goes with `webhookUser`: give both or neither',
  });

/** Options as an application writes them. */
export type AdyenOptions = z.input<typeof adyenOptions>;

/** Options once checked. */
export type CheckedAdyenOptions = z.output<typeof adyenOptions>;
