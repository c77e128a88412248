/** All operations of one integration. */
import type { Api, Clock, StateStore } from '@im/core';
import type { Http } from '@im/http';
import type { CheckedPaypalOptions } from '../options.ts';
import { catalogOperations } from './catalog.ts';
import { disputeOperations } from './disputes.ts';
import { memoryOperations } from './memory.ts';
import { orderOperations } from './orders.ts';
import { paymentOperations } from './payments.ts';
import { payoutOperations } from './payouts.ts';
import { planOperations } from './plans.ts';
import { reportingOperations } from './reporting.ts';
import { subscriptionOperations } from './subscriptions.ts';
import { vaultOperations } from './vault.ts';
import { verifyOperations } from './verify.ts';
import { webhookOperations } from './webhooks.ts';

/** What the operations stand on. */
export interface Setup {
  readonly http: Http;
  readonly clock: Clock;
  readonly state: StateStore;
  readonly options: CheckedPaypalOptions;
}

export const paypalOperations = ({ http, clock, state, options }: Setup) => ({
  ...orderOperations({ http }),
  ...paymentOperations({ http }),
  ...vaultOperations({ http }),
  ...planOperations({ http }),
  ...subscriptionOperations({ http }),
  ...catalogOperations({ http }),
  ...disputeOperations({ http }),
  ...payoutOperations({ http }),
  ...reportingOperations({ http }, clock),
  ...webhookOperations({ http }),
  ...verifyOperations({ http, clock, options }),
  ...memoryOperations({ state, clock }),
});

/** The operations as a caller has them. */
export type PaypalClient = Api<ReturnType<typeof paypalOperations>>;
