import { secret } from '@im/core';
import { z } from 'zod';

/** Payer ids: https://developer.paypal.com/docs/api/orders/v2/#definition-ppaas_payer_id_v3 */
const merchantId = /^[2-9A-HJ-NP-Z]{13}$/;

/** Options of `@im/paypal`. */
export const paypalOptions = z.strictObject({
  clientId: z.string().min(1).describe('client id of the REST app, from the developer dashboard'),
  clientSecret: secret().describe('client secret of the REST app'),
  environment: z
    .enum(['sandbox', 'live'])
    .default('live')
    .describe('which PayPal: `sandbox` moves no real money, and has accounts and webhooks of its own'),
  webhookIds: z
    .array(z.string().regex(/^[A-Za-z0-9]{1,50}$/, 'must be the id of a webhook, letters and digits'))
    .default([])
    .describe(
      'ids of the webhooks that deliver here, several while one is replaced; without one no webhook is believed',
    ),
  webhookVerification: z
    .enum(['local', 'postback'])
    .default('local')
    .describe('`local`: by certificate, in this process; `postback`: PayPal is asked about each delivery'),
  webhookToleranceSeconds: z
    .int()
    .min(1)
    .max(3_540)
    .default(300)
    .describe("seconds by which a webhook's signed time may differ from ours"),
  webhookRoots: z
    .array(z.string().includes('-----BEGIN CERTIFICATE-----'))
    .optional()
    .describe(
      "certificates, as PEM, one of which must have issued the webhooks' certificate; default: the roots that Node trusts",
    ),
  merchantId: z
    .string()
    .regex(merchantId, 'must be the payer id of the merchant, 13 letters and digits')
    .optional()
    .describe('payer id of the merchant to act for, who gave consent; default: the account of the app'),
  partnerId: z
    .string()
    .min(1)
    .max(36)
    .optional()
    .describe('build notation (BN) code of a partner, sent as PayPal-Partner-Attribution-Id'),
  baseUrl: z.url().optional().describe("base URL of the API; default: the environment's own"),
  tokenUrl: z.url().optional().describe('URL of the token endpoint; default: below the base URL'),
  certificatesUrl: z
    .url()
    .optional()
    .describe(
      "where the certificates of webhooks are fetched, as by a proxy; default: PayPal's host that the delivery names",
    ),
});

/** Options as an application writes them. */
export type PaypalOptions = z.input<typeof paypalOptions>;

/** Options once checked. */
export type CheckedPaypalOptions = z.output<typeof paypalOptions>;

/** What differs between the two PayPals. */
interface Environment {
  readonly baseUrl: string;
  /** Hosts that serve the certificates of webhooks. */
  readonly certificateHosts: readonly string[];
  /** Whom the certificate of webhooks was issued to. */
  readonly certificateName: string;
}

/** https://developer.paypal.com/api/rest/requests/#http-endpoint */
export const environments: Readonly<Record<CheckedPaypalOptions['environment'], Environment>> = {
  sandbox: {
    baseUrl: 'https://api-m.sandbox.paypal.com/',
    certificateHosts: ['api.sandbox.paypal.com', 'api-m.sandbox.paypal.com'],
    certificateName: 'messageverificationcerts.sandbox.paypal.com',
  },
  live: {
    baseUrl: 'https://api-m.paypal.com/',
    certificateHosts: ['api.paypal.com', 'api-m.paypal.com'],
    certificateName: 'messageverificationcerts.paypal.com',
  },
};

/** The base URL that the options mean. */
export const baseUrlOf = ({ baseUrl, environment }: CheckedPaypalOptions): string =>
  baseUrl ?? environments[environment].baseUrl;
