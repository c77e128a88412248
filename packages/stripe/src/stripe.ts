/** The definition of the Stripe integration. */
import { defineIntegration, errorCode } from '@im/core';
import { paymentGateway } from '@im/payments';
import { stripeConnection } from './client/connection.ts';
import { stripeHttp } from './client/forward.ts';
import { stripeDriver } from './driver/driver.ts';
import { stripeTraits } from './driver/traits.ts';
import { stripeErrors } from './errors.ts';
import { stripeOperations } from './operations/all.ts';
import { stripeOptions } from './options.ts';

export const stripe = defineIntegration({
  id: 'stripe',
  title: 'Stripe',
  category: 'payments',
  contract: 1,
  docs: 'https://docs.stripe.com/api',
  options: stripeOptions,
  egress: ['api.stripe.com', 'files.stripe.com', 'connect.stripe.com', 'meter-events.stripe.com'],
  errors: stripeErrors,
  // A payment waits for a bank: some take many seconds.
  resilience: { timeoutMs: 60_000, attemptTimeoutMs: 30_000 },
  http: stripeConnection,
  native: (context) => stripeConnection(context).native,
  connect: stripeOperations,
  forward: stripeHttp,
  webhook: async (api, request, call) => {
    const event = await api.verifyWebhook(request, undefined, call);
    return { events: [{ id: event.id, type: event.type, at: event.created * 1_000, data: event }] };
  },
  // A restricted key that may not read the balance is told so by a Stripe that is well.
  check: (api, call) =>
    api.retrieveBalance(undefined, call).catch((error: unknown) => {
      if (errorCode(error) !== 'permission_denied') throw error;
    }),
  provides: [{ port: paymentGateway, toDriver: (client) => stripeDriver(client), traits: stripeTraits }],
});
