/** The definition of the Stripe integration. Each file of `operations/` holds what belongs together. */
import { defineIntegration, errorCode } from '@im/core';
import { stripeConnection } from './client/connection.ts';
import { stripeErrors } from './errors.ts';
import { balanceOperations } from './operations/balance.ts';
import { billingOperations } from './operations/billing.ts';
import { customerOperations } from './operations/customers.ts';
import { eventOperations } from './operations/events.ts';
import { hostedPageOperations } from './operations/hosted-pages.ts';
import { paymentIntentOperations } from './operations/payment-intents.ts';
import { paymentMethodOperations } from './operations/payment-methods.ts';
import { refundAndDisputeOperations } from './operations/refunds-and-disputes.ts';
import { setupIntentOperations } from './operations/setup-intents.ts';
import { stripeOptions } from './options.ts';

/** All operations. */
export type StripeOperations = ReturnType<typeof paymentIntentOperations> &
  ReturnType<typeof setupIntentOperations> &
  ReturnType<typeof paymentMethodOperations> &
  ReturnType<typeof customerOperations> &
  ReturnType<typeof refundAndDisputeOperations> &
  ReturnType<typeof balanceOperations> &
  ReturnType<typeof billingOperations> &
  ReturnType<typeof hostedPageOperations> &
  ReturnType<typeof eventOperations>;

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
  connect: ({ options, http, clock }): StripeOperations => ({
    ...paymentIntentOperations(http),
    ...setupIntentOperations(http),
    ...paymentMethodOperations(http),
    ...customerOperations(http),
    ...refundAndDisputeOperations(http),
    ...balanceOperations(http),
    ...billingOperations(http),
    ...hostedPageOperations(http),
    ...eventOperations({ ...http, options, now: () => clock.now() }),
  }),
  // A restricted key that may not read the balance is told so by a Stripe that is well.
  check: (api, call) =>
    api.retrieveBalance(undefined, call).catch((error: unknown) => {
      if (errorCode(error) !== 'permission_denied') throw error;
    }),
});
