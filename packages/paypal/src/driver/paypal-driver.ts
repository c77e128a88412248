/**
 * The driver of `@im/payments` over PayPal's orders. PayPal can be asked for an order by its id alone, so that each answer and each verified webhook is
 * written into the integration's state before it is given on, where `find` has our references from (`keeper.ts`).
 */
import type { PaymentDriver } from '@im/payments';
import type { PaypalClient } from '../operations/all.ts';
import { createCreation } from './creation.ts';
import { createWebhooks } from './events.ts';
import { paypalTraits } from './facts.ts';
import { createKeeper } from './keeper.ts';
import { createVault, listDisputes, listPayouts } from './lists.ts';
import { createParts } from './parts.ts';
import { createSources } from './sources.ts';

/** What PayPal can as a payment processor. */
export type PaypalAbility = keyof typeof paypalTraits.abilities;

/** Makes the driver. Opens nothing, and repeats nothing by itself. */
export function paypalDriver(client: PaypalClient): PaymentDriver<PaypalAbility, PaypalClient> {
  const keeper = createKeeper(client);
  const { create, confirm } = createCreation(client, keeper, createSources(client));
  const parts = createParts(client, keeper);
  return {
    name: 'paypal',
    ...paypalTraits,
    create,
    confirm,
    capture: parts.capture,
    void: (id, _reference, call) => parts.void(id, call),
    refund: parts.refund,
    find: ({ id, reference }, call) =>
      id === undefined ? keeper.findBy(reference, call) : keeper.find(id, call),
    vault: createVault(client),
    disputes: (cursor, call) => listDisputes(client, cursor, call),
    payouts: (cursor, call) => listPayouts(client, cursor, call),
    webhooks: createWebhooks(client, keeper),
    native: () => client,
  };
}
