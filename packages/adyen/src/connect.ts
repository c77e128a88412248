/** All operations of the integration. Each file of `operations/` holds what belongs together. */
import type { Client, IntegrationContext } from '@im/core';
import type { AdyenHttp } from './client.ts';
import { disputeOperations } from './operations/disputes.ts';
import { modificationOperations } from './operations/modifications.ts';
import { orderOperations } from './operations/orders.ts';
import { paymentOperations } from './operations/payments.ts';
import { serviceOperations } from './operations/services.ts';
import { sessionOperations } from './operations/sessions.ts';
import { type Connection, nowhere } from './operations/shared.ts';
import { tokenOperations } from './operations/tokens.ts';
import { localOperations } from './operations/webhooks.ts';
import type { CheckedAdyenOptions } from './options.ts';

type Context = Pick<IntegrationContext<CheckedAdyenOptions>, 'options' | 'state' | 'clock'> & {
  readonly http: AdyenHttp;
};

export function connectAdyen({ options, http, state, clock }: Context) {
  const { merchantAccount, returnUrl = nowhere } = options;
  const connection: Connection = { http, merchantAccount, returnUrl };
  return {
    ...paymentOperations(connection),
    ...sessionOperations(connection),
    ...modificationOperations(connection),
    ...tokenOperations(connection),
    ...orderOperations(connection),
    ...disputeOperations(connection),
    ...serviceOperations(connection),
    ...localOperations(options, state, clock),
  };
}

/** The operations as an application holds them. */
export type AdyenClient = Client<ReturnType<typeof connectAdyen>>;
