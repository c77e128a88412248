/** The definition of the Adyen integration. */
import { defineIntegration } from '@im/core';
import { paymentGateway } from '@im/payments';
import { createAdyenHttp } from './client.ts';
import { connectAdyen } from './connect.ts';
import { adyenDriver } from './driver/driver.ts';
import { adyenTraits } from './driver/traits.ts';
import { adyenErrors } from './errors.ts';
import { adyenOptions } from './options.ts';
import { readAdyenWebhook } from './webhooks/receipt.ts';

export const adyen = defineIntegration({
  id: 'adyen',
  title: 'Adyen',
  category: 'payments',
  contract: 1,
  docs: 'https://docs.adyen.com/api-explorer/',
  options: adyenOptions,
  egress: [
    'checkout-test.adyen.com',
    'pal-test.adyen.com',
    'ca-test.adyen.com',
    'ca-live.adyen.com',
    '*.adyenpayments.com',
  ],
  errors: adyenErrors,
  // Issuers may take long to answer.
  resilience: { timeoutMs: 60_000, attemptTimeoutMs: 30_000 },
  http: createAdyenHttp,
  connect: (context) => connectAdyen(context),
  forward: ({ http }) => http.checkout,
  webhook: (api, request, call) => readAdyenWebhook(api, request, call),
  check: (api, call) => api.getPaymentMethods(undefined, call),
  provides: [{ port: paymentGateway, toDriver: (client) => adyenDriver(client), traits: adyenTraits }],
});
