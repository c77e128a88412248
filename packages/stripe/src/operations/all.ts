import type { IntegrationContext } from '@im/core';
import type { Connection } from '../client/connection.ts';
import type { CheckedStripeOptions } from '../options.ts';
import { balanceOperations } from './balance.ts';
import { billingOperations } from './billing.ts';
import { customerOperations } from './customers.ts';
import { eventOperations } from './events.ts';
import { hostedPageOperations } from './hosted-pages.ts';
import { paymentIntentOperations } from './payment-intents.ts';
import { paymentMethodOperations } from './payment-methods.ts';
import { refundAndDisputeOperations } from './refunds-and-disputes.ts';
import { setupIntentOperations } from './setup-intents.ts';

/** What of an instance its operations need. */
interface Setup extends Pick<IntegrationContext<CheckedStripeOptions>, 'options' | 'clock'> {
  readonly http: Connection;
}

/** All operations. Each file holds what belongs together. */
export type StripeOperations = ReturnType<typeof paymentIntentOperations> &
  ReturnType<typeof setupIntentOperations> &
  ReturnType<typeof paymentMethodOperations> &
  ReturnType<typeof customerOperations> &
  ReturnType<typeof refundAndDisputeOperations> &
  ReturnType<typeof balanceOperations> &
  ReturnType<typeof billingOperations> &
  ReturnType<typeof hostedPageOperations> &
  ReturnType<typeof eventOperations>;

export const stripeOperations = ({ http, options, clock }: Setup): StripeOperations => ({
  ...paymentIntentOperations(http),
  ...setupIntentOperations(http),
  ...paymentMethodOperations(http),
  ...customerOperations(http),
  ...refundAndDisputeOperations(http),
  ...balanceOperations(http),
  ...billingOperations(http),
  ...hostedPageOperations(http),
  ...eventOperations({ ...http, options, now: () => clock.now() }),
});
