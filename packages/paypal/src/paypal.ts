/** The definition of the PayPal integration. Each file of `operations/` holds the operations of one of the vendor's APIs. */
import { defineIntegration } from '@im/core';
import { createPaypalHttp } from './client.ts';
import { paypalErrors } from './errors.ts';
import { paypalOperations } from './operations/all.ts';
import { paypalOptions } from './options.ts';

export const paypal = defineIntegration({
  id: 'paypal',
  title: 'PayPal',
  category: 'payments',
  contract: 1,
  docs: 'https://developer.paypal.com/api/rest/',
  options: paypalOptions,
  egress: ['api-m.paypal.com', 'api.paypal.com', 'api-m.sandbox.paypal.com', 'api.sandbox.paypal.com'],
  errors: paypalErrors,
  resilience: { timeoutMs: 20_000 },
  http: createPaypalHttp,
  connect: ({ http, clock, state, options }) => paypalOperations({ http, clock, state, options }),
  // Every app may list the kinds of events, whatever features it has; nothing of the account is touched.
  check: (api, call) => api.listEventTypes(call),
});
