/** The definition of the PayPal integration. Each file of `operations/` holds the operations of one of the vendor's APIs. */
import { defineIntegration } from '@im/core';
import { paymentGateway } from '@im/payments';
import { createPaypalHttp } from './client.ts';
import { paypalTraits } from './driver/facts.ts';
import { paypalDriver } from './driver/paypal-driver.ts';
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
  provides: [{ port: paymentGateway, toDriver: (client) => paypalDriver(client), traits: paypalTraits }],
  webhook: async (api, request, call) => {
    const { id, signedAt, event } = await api.verifyWebhook(request, undefined, call);
    return {
      events: [{ id: event.id ?? id, type: event.eventType ?? 'unknown', at: signedAt, data: event }],
    };
  },
  // Every app may list the kinds of events, whatever features it has; nothing of the account is touched.
  check: (api, call) => api.listEventTypes(call),
});
